"""What the synthetic newsroom's files show: cycles, late rows, copies, dwell, and what each switch does."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.steps import simulate as step

END = datetime(2026, 3, 9, tzinfo=UTC)
N_DAYS = 7


def _simulate(out: Path, switches: tuple[str, ...] = (), n_readers: int = 800) -> Path:
    step.run(Settings(), Params(), n_readers=n_readers, n_days=N_DAYS, articles_per_day=200, seed=3, until=END, out=out,
             switches=switches)  # fmt: skip
    return out


def _frame(out: Path, kind: str) -> pd.DataFrame:
    frames = [pd.read_json(path, lines=True) for path in sorted((out / kind).glob("*.jsonl"))]
    frame = pd.concat(frames, ignore_index=True)
    for name in frame.columns.intersection(["occurred_at", "recorded_at", "first_seen_at", "published_at"]):
        frame[name] = pd.to_datetime(frame[name], utc=True, format="ISO8601")
    return frame


def _picked(reads: pd.DataFrame) -> np.ndarray:
    """Whether each read is in a category that its reader picked at sign-up."""
    return np.array([name in picks for name, picks in zip(reads["category"], reads["interests"], strict=True)])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A week of 800 readers and 200 articles a day, without switches."""
    return _simulate(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def reads(world: Path) -> pd.DataFrame:
    """Its reads with what is known of their articles and readers."""
    reads = _frame(world, "reads").merge(_frame(world, "articles").drop(columns="recorded_at"), on="article_id")
    return reads.merge(_frame(world, "readers")[["reader_id", "interests", "timezone"]], on="reader_id")


def test_the_step_reports_what_it_wrote(tmp_path: Path) -> None:
    """The summary line counts the rows in the files."""
    summary = step.run(
        Settings(), Params(), n_readers=50, n_days=1, articles_per_day=50, seed=1, until=END, out=tmp_path
    )
    lines = [line for path in tmp_path.glob("*/*.jsonl") for line in path.read_bytes().splitlines()]
    assert summary.rows_out == len(lines) == sum(summary.details[kind] for kind in ("articles", "readers", "reads"))


def test_volumes_are_what_was_asked(world: Path, reads: pd.DataFrame) -> None:
    """About `articles_per_day` articles appear each day; most readers read."""
    seen = _frame(world, "articles")["first_seen_at"]
    in_world = seen[seen >= END - timedelta(days=N_DAYS)]
    assert len(in_world) / N_DAYS == pytest.approx(200, rel=0.1)
    assert 0.6 < reads["reader_id"].nunique() / 800 <= 1.05


def test_readers_read_by_day_and_by_their_own_clock(reads: pd.DataFrame) -> None:
    """Between 2 and 5 in the morning there is far less reading than between 18 and 21, in each region."""
    for timezone in ("Africa/Lagos", "America/New_York"):
        mine = reads[reads["timezone"] == timezone]
        hour = mine["occurred_at"].dt.tz_convert(timezone).dt.hour
        assert hour.between(2, 4).sum() * 4 < hour.between(18, 20).sum()


def test_one_per_cent_is_recorded_late(reads: pd.DataFrame) -> None:
    """Up to a day late; the others when the read has ended."""
    delay = (reads["recorded_at"] - reads["occurred_at"]).dt.total_seconds() / 3600
    assert (delay > 1).mean() == pytest.approx(0.01, abs=0.005)
    assert delay.max() < 24.6
    assert (delay[delay < 1] < 0.6).all()


def test_readers_prefer_what_they_picked_and_what_they_understand(reads: pd.DataFrame) -> None:
    """Reads fall on picked categories and on the region's own publishers more often than articles do."""
    picked = _picked(reads).mean()
    assert picked > 1.3 * reads["interests"].str.len().mean() / 10
    assert (reads[reads["region"] == "north-america"]["language"] == "en").mean() > 0.75


def test_reading_time_grows_with_interest_and_is_sometimes_unknown(reads: pd.DataFrame) -> None:
    """Dwell is missing for about an eighth of plain reads, and longer in picked categories."""
    plain = reads[reads["kind"] == "read"]
    assert plain["dwell_seconds"].isna().mean() == pytest.approx(0.12, abs=0.02)
    picked = _picked(plain)
    assert plain[picked]["dwell_seconds"].median() > 1.1 * plain[~picked]["dwell_seconds"].median()
    assert plain["dwell_seconds"].value_counts(normalize=True).max() < 0.02


def test_a_few_reads_are_concentrated_on_few_articles(reads: pd.DataFrame) -> None:
    """Position bias and quality: the most read hundredth of the articles draws over a tenth of the reads."""
    counts = reads["article_id"].value_counts()
    assert counts.head(len(counts) // 100).sum() > 0.1 * len(reads)


def test_some_articles_are_copies(world: Path) -> None:
    """A few percent run another publisher's story: exactly, under a tagged address, or as an update."""
    articles = _frame(world, "articles")
    repeated = articles["summary"].duplicated()
    assert 0.01 < repeated.mean() < 0.06
    assert articles["url"].str.contains("utm_source=").any()
    assert articles["title"].str.startswith("Update: ").any()


def test_articles_of_a_story_share_words(world: Path) -> None:
    """A story's person is in the headlines or teasers of many articles, so text carries signal."""
    articles = _frame(world, "articles")
    english = articles[(articles["language"] == "en") & (articles["category"] == "sport")]
    names = english["summary"].str.extract(r"(?:Coach|Captain|Striker) (\w+)")[0].dropna()
    assert names.value_counts(normalize=True).head(5).sum() > 5 * 1.5 / 50


def test_a_breaking_story_draws_articles_and_reads(tmp_path: Path, reads: pd.DataFrame) -> None:
    """From its hour on, far more is written and read in its category than in the same world without it."""
    begin = datetime(2026, 3, 7, 12, tzinfo=UTC)
    out = _simulate(tmp_path, (f"breaking={begin:%Y-%m-%dT%H}:00Z/science/africa",))
    articles = _frame(out, "articles")
    broken = _frame(out, "reads").merge(articles[["article_id", "category"]], on="article_id")

    def science(frame: pd.DataFrame) -> int:
        after = (frame["occurred_at"] >= begin) & (frame["occurred_at"] < begin + timedelta(hours=12))
        return int((after & (frame["category"] == "science")).sum())

    assert science(broken) > 3 * science(reads)
    assert broken[broken["occurred_at"] < begin]["event_id"].isin(reads["event_id"]).all()


def test_drift_moves_what_readers_read(tmp_path: Path, reads: pd.DataFrame) -> None:
    """With interests drifting by half a day's worth, picked categories lose their lead by the end of the week."""
    drifted = _frame(_simulate(tmp_path, ("drift=0.5",)), "reads")
    drifted = drifted.merge(_frame(tmp_path, "articles")[["article_id", "category"]], on="article_id")
    drifted = drifted.merge(_frame(tmp_path, "readers")[["reader_id", "interests"]], on="reader_id")

    def picked(frame: pd.DataFrame) -> float:
        last = frame[frame["occurred_at"] > END - timedelta(days=2)]
        return float(
            np.mean([c in interests for c, interests in zip(last["category"], last["interests"], strict=True)])
        )

    assert picked(drifted) < 0.85 * picked(reads)
