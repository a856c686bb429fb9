"""A tiny world on disk, and parameters that train in seconds."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.installation import FRONTPAGE, UNTIL
from tests.support.zygote import Zygote


@pytest.fixture(scope="session")
def small_params(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Parameters that make a training of a tiny world take seconds."""
    path = tmp_path_factory.mktemp("params") / "params.yaml"
    path.write_text(
        "als: {factors: 8, iterations: 4, checkpoint_every: 1}\n"
        "content: {n_dimensions: 8}\n"
        "ranker: {n_trees: 12, chunk_trees: 4, n_cutoffs: 4, cutoff_hours: 5, min_child_samples: 5}\n"
        "evaluation: {n_cutoffs: 2, cutoff_hours: 5}\n"
        # So few readers say little of ranker and rules; what is tested here is the ranker's way.
        "gate: {min_ratio_to_popularity: 0.1}\n"
    )
    return path


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 readers, six days, with rows that arrive up to a day late."""
    out = tmp_path_factory.mktemp("world")
    subprocess.run(
        [FRONTPAGE, "simulate", "--readers", "200", "--days", "6", "--articles-per-day", "120", "--seed", "5",
         "--until", UNTIL.isoformat(), "--out", str(out)],
        check=True,
    )  # fmt: skip
    return out


@pytest.fixture(scope="session")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    """Starts commands in milliseconds."""
    started = Zygote(tmp_path_factory.mktemp("zygote"))
    yield started
    started.close()
