# The gateway: Envoy, and the table that its configuration is made of when it starts.
FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home frontpage
COPY deploy/docker/requirements-gateway.lock /build/
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
      -r /build/requirements-gateway.lock
WORKDIR /opt/frontpage
COPY frontpage/__init__.py frontpage/
COPY frontpage/core frontpage/core
COPY frontpage/gateway frontpage/gateway
COPY deploy/docker/gateway.sh /opt/frontpage/gateway.sh
ARG CODE_COMMIT=
LABEL org.opencontainers.image.title="Frontpage gateway" \
      org.opencontainers.image.revision="${CODE_COMMIT}"
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/opt/frontpage \
    PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8443 9902
ENTRYPOINT ["sh", "/opt/frontpage/gateway.sh"]
