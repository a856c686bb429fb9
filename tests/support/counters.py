"""Import before Feast: its import makes prometheus_client count in files, in the whole process and those it starts."""

import os

for name in ("PROMETHEUS_MULTIPROC_DIR", "PROMETHEUS_MULTIPROCESS_DIR"):
    os.environ.pop(name, None)

import prometheus_client  # noqa: E402, F401
