# Everything that computes or schedules: the `frontpage` command, Airflow, and all packages of the lock file.
FROM python:3.11-slim-bookworm AS build
ARG UV_VERSION=0.13.8
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check "uv==${UV_VERSION}"
COPY requirements.lock /build/
# Compiled now: the image's user may not write beside the sources, and each start would compile again.
RUN VIRTUAL_ENV=/opt/venv /opt/venv/bin/uv pip install --no-cache --compile-bytecode --require-hashes \
      -r /build/requirements.lock

FROM python:3.11-slim-bookworm
# LightGBM's wheel needs the OpenMP runtime of the system.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libgomp1 \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home frontpage \
 && install --directory --owner=10001 --group=10001 /var/lib/frontpage /var/lib/airflow
COPY --from=build /opt/venv /opt/venv
WORKDIR /opt/frontpage
COPY . .
RUN VIRTUAL_ENV=/opt/venv /opt/venv/bin/uv pip install --no-cache --no-deps --no-build-isolation --editable . \
 && python -m compileall -q -j 2 /opt/frontpage
# The commit that this is, for the lineage of what is trained here: docker build --build-arg CODE_COMMIT=$(git rev-parse HEAD)
ARG CODE_COMMIT=
LABEL org.opencontainers.image.title="Frontpage pipeline" \
      org.opencontainers.image.revision="${CODE_COMMIT}"
# No library reports home (frontpage/core/telemetry.py; a test compares).
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FRONTPAGE_HOME=/var/lib/frontpage \
    FRONTPAGE_CODE_COMMIT=${CODE_COMMIT} \
    AIRFLOW_HOME=/var/lib/airflow \
    DO_NOT_TRACK=true \
    MLFLOW_DISABLE_TELEMETRY=true \
    GX_ANALYTICS_ENABLED=false \
    DVC_NO_ANALYTICS=true \
    DVC_SITE_CACHE_DIR=/tmp/dvc \
    ITERATIVE_DO_NOT_TRACK=true \
    FEAST_USAGE=False \
    FEAST_TELEMETRY=False \
    SCARF_ANALYTICS=false \
    SCARF_NO_ANALYTICS=true \
    AIRFLOW__USAGE_DATA_COLLECTION__ENABLED=False \
    NEPTUNE_MODE=offline \
    HF_HUB_DISABLE_TELEMETRY=1
USER 10001
CMD ["frontpage", "--help"]
