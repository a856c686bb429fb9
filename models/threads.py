"""Numeric libraries held still: one BLAS thread, and a record of which kernels computed a model."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

_PACKAGES = ("numpy", "scipy", "scikit-learn", "implicit", "lightgbm", "shap")


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """BLAS on one thread inside the block: its sums then come in one order, whatever the number of cores.

    Parallel loops over rows (implicit, LightGBM) stay parallel; their rows do not depend on each other.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        yield


def environment(n_threads: int) -> dict[str, Any]:
    """What a model's last bits depend on besides its inputs: packages, BLAS kernels, threads, machine."""
    kernels = {
        f"{pool['internal_api']} {pool.get('version') or '?'} {pool.get('architecture') or '?'}"
        for pool in threadpool_info()
        if pool["user_api"] == "blas"
    }
    return {
        "cpu": sorted(np.show_config(mode="dicts")["SIMD Extensions"]["found"]),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "packages": {name: version(name) for name in _PACKAGES},
        "blas": sorted(kernels),
        "threads": n_threads,
        "blas_threads": 1,
    }
