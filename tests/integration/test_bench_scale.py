"""The scale benches run, on worlds so small that their figures mean nothing."""

import json
import sys
from pathlib import Path

import pytest

from bench import explain, hour_later, kernels, publish, refresh, scale, scale_server, topk
from bench.scale_world import Size
from frontpage.store import server
from frontpage.store.connect import connect

TINY = Size(n_readers=150, n_days=2, articles_a_day=120)


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """Where the tiny worlds are; the ranker's is tiny, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scale_server, "SMALL", Size(n_readers=200, n_days=3, articles_a_day=100, live_days=2, seed=7))
        yield tmp_path_factory.mktemp("bench")


@pytest.mark.slow
def test_a_refresh_is_measured_twice_alike(home):
    """The second run starts from scratch again and makes the same lists."""
    first, second = (refresh.measure(home, TINY) for _ in range(2))
    assert first["checksum"] == second["checksum"]
    assert first["readers"] > 100
    assert first["rows"] == 10 * first["readers"]
    assert set(first["reference"]["seconds"]) == {"topk", "predict", "shap", "copy"}
    assert list(first["ours"]["steps"]) == ["features", "score", "gate", "publish"]
    with (
        scale_server.served(home, TINY) as settings,
        connect(server.database_url(settings)) as connection,
    ):
        drawn = kernels.sample(connection, settings, scale_server.params_of(TINY))
    assert explain.measure(drawn)["largest_difference"] < 1e-9
    assert topk.measure(drawn)["ratio"] > 0


@pytest.mark.slow
def test_a_refresh_an_hour_later_is_measured(home):
    """Some readers are due and some are not; both refreshes have all their steps."""
    found = hour_later.measure(home, TINY)
    assert 0 < found["share_due"] < 1
    assert list(found["ours"]["steps"]) == list(found["reference"]["steps"]) == ["features", "score", "gate", "publish"]
    assert scale.later_row(found)["ratio"] == pytest.approx(found["ratio"], abs=1e-3)


@pytest.mark.slow
def test_publishing_is_measured(tmp_path, monkeypatch):
    """By its command line, with readers of the old list at work."""
    monkeypatch.setattr(
        sys, "argv", ["publish", "--readers", "300", "--json", str(tmp_path / "f.json"), "--home", str(tmp_path)]
    )
    publish.main()
    figures = json.loads((tmp_path / "f.json").read_text())
    assert figures["rows"] == 3_000
    assert figures["readers_p99_ms"]["publishing"] > 0
