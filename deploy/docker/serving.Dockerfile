# The API alone: base dependencies only, no ML package, no Airflow.
FROM python:3.11-slim-bookworm AS build
COPY deploy/docker/requirements-serving.lock /build/
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
      -r /build/requirements-serving.lock

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home frontpage
COPY --from=build /opt/venv /opt/venv
WORKDIR /opt/frontpage
COPY frontpage/__init__.py frontpage/
COPY frontpage/core frontpage/core
COPY frontpage/store/__init__.py frontpage/store/queries.py frontpage/store/
COPY frontpage/store/read frontpage/store/read
COPY frontpage/store/write frontpage/store/write
COPY frontpage/store/sql frontpage/store/sql
COPY serving serving
ARG CODE_COMMIT=
LABEL org.opencontainers.image.title="Frontpage API" \
      org.opencontainers.image.revision="${CODE_COMMIT}"
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/frontpage \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --retries=12 --start-period=10s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health/live', timeout=2).read()"]
CMD ["python", "-m", "serving", "--host", "0.0.0.0", "--port", "8000"]
