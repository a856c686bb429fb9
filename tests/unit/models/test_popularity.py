"""Decayed popularity: its arithmetic, its lists and its fallbacks."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.schema.states import HALF_LIVES_HOURS
from frontpage.features.interactions import interaction_dataset
from models.assembly import counted
from models.context import ScoringContext, scoring_context
from models.inputs import ScoringInputs, article_inputs
from models.pipeline import ListPipeline
from models.variants import POPULARITY, variants_of

from .worlds import NOW, article, history, hours_ago, read, reader

PARAMS = Params()


def _moment(past: History) -> ScoringContext:
    return scoring_context(interaction_dataset(past), NOW, PARAMS)


def _view(now: ScoringContext) -> ScoringInputs:
    """Articles alone, whose texts nobody knows."""
    return article_inputs(now, PARAMS, np.zeros((len(now.dataset.article_ids), 0), np.float32))


def _popularity() -> ListPipeline:
    return counted(PARAMS, variants_of(PARAMS)[POPULARITY], 6.0)


def _lists(past: History) -> dict[int, list[str]]:
    now = _moment(past)
    frame = _popularity().lists(_view(now), np.arange(len(now.readers)))
    return {int(key): list(rows[c.ARTICLE_ID]) for key, rows in frame.to_pandas().groupby(c.READER_KEY)}


def _articles(n: int, **fields: Any) -> list[dict[str, Any]]:
    return [article(f"a{number:02d}", age_hours=10, **fields) for number in range(n)]


def test_a_read_halves_every_half_life() -> None:
    """A read now weighs 1, one 6 hours ago a half, one 12 hours ago a quarter."""
    past = history(_articles(2), [read(1, "a00", 0), read(2, "a00", 6), read(3, "a00", 12)], [])
    reads = _view(_moment(past)).entities.article_reads[:, HALF_LIVES_HOURS.index(6.0)]
    assert reads.tolist() == pytest.approx([1 + 0.5 + 0.25, 0])


def test_a_list_has_ten_and_nothing_already_read() -> None:
    """Twelve articles, two read: the other ten, most read first."""
    past = history(_articles(12), [read(1, "a00"), read(1, "a01"), read(2, "a05"), read(2, "a07"), read(3, "a07")], [])
    lists = _lists(past)
    assert lists[1][:2] == ["a07", "a05"]
    assert len(lists[1]) == 10
    assert not {"a00", "a01"} & set(lists[1])


def test_ties_go_by_age_then_article_id() -> None:
    """Without any reads the newest come first and equal ages go by id."""
    past = history([article("b"), article("a"), article("c", age_hours=0.5)], [], [reader(1)])
    assert _lists(past)[1] == ["c", "a", "b"]


def test_only_live_articles_are_listed() -> None:
    """Retracted, duplicate, expired and future articles are never listed."""
    rows = [
        article("fine"),
        article("retracted", status="retracted"),
        article("twin", duplicate_of="fine", duplicate_kind="near"),
        article("expired", age_hours=24 * 14 + 0.1),
        article("future", published_at=hours_ago(-1)),
        article("not_seen_yet", first_seen_at=hours_ago(-1)),
    ]
    assert _lists(history(rows, [], [reader(1)]))[1] == ["fine"]


def test_a_read_of_a_duplicate_is_a_read_of_the_original() -> None:
    """Who read the copy is not offered the original, and the copy's reads count for it."""
    rows = [article("original"), article("copy", duplicate_of="original", duplicate_kind="content"), article("other")]
    lists = _lists(history(rows, [read(1, "copy")], [reader(2)]))
    assert lists == {1: ["other"], 2: ["original", "other"]}


def test_a_reader_of_nearly_everything_gets_what_is_left() -> None:
    """The search goes past the head of the order: 90 of 95 read leaves the other five."""
    reads = [read(1, f"a{number:02d}") for number in range(90)]
    assert _lists(history(_articles(95), reads, []))[1] == [f"a{number}" for number in range(90, 95)]


def test_reads_recorded_later_do_not_exist_yet() -> None:
    """A read that happened before as_of but was recorded after it counts for nothing and hides nothing."""
    past = history(_articles(2), [read(1, "a01", 1, recorded_at=hours_ago(-1))], [reader(1)])
    assert _lists(past)[1] == ["a00", "a01"]


def test_what_was_read_outside_the_history_is_not_listed() -> None:
    """Pairs of `already_read` (suspicious or old reads) hide articles too, by way of the original they repeat."""
    rows = [*_articles(3), article("copy", duplicate_of="a02", duplicate_kind="url")]
    past = history(rows, [], [reader(1)])
    pairs = pd.DataFrame({c.READER_KEY: [1, 1, 9], c.ARTICLE_ID: ["a00", "copy", "a01"]})
    now = scoring_context(interaction_dataset(past), NOW, PARAMS, already_read=pairs)
    assert list(_popularity().lists(_view(now), np.arange(1)).to_pandas()[c.ARTICLE_ID]) == ["a01"]


def test_an_article_recorded_later_is_not_known_at_an_earlier_tick() -> None:
    """An article that claims an old first_seen_at but reached us an hour ago is not live two hours ago."""
    past = history([article("late", age_hours=10, recorded_at=hours_ago(1))], [], [reader(1)])
    assert len(scoring_context(interaction_dataset(past), hours_ago(2), PARAMS).live) == 0
    assert len(scoring_context(interaction_dataset(past), NOW, PARAMS).live) == 1


def test_readers_long_gone_get_no_list() -> None:
    """Active means read or signed up within active_days (30)."""
    past = history(_articles(1), [read(1, "a00", 24 * 31)], [reader(2, signed_up_at=hours_ago(24 * 40)), reader(3)])
    assert set(_lists(past)) == {3}


def test_reasons_say_what_was_counted() -> None:
    """The most read article's reason is its readers, with the whole of the possible contribution; then its age."""
    now = _moment(history(_articles(1), [read(1, "a00")], [reader(2)]))
    frame = _popularity().lists(_view(now), np.arange(2)).to_pandas()
    reasons = json.loads(frame[c.REASONS].iloc[0])
    assert reasons == [
        {"code": "much_read", "args": {"hours": 6}, "contribution": 1.0},
        {"code": "new_today", "contribution": 0.0},
    ]


def test_fallbacks_are_global_by_region_and_by_category() -> None:
    """A region's list starts with what is read there, a category's holds its own; others complete both."""
    rows = [article("n1", category="news"), article("s1", category="sport"), article("s2", category="sport")]
    reads = [read(1, "n1", region="north"), read(2, "n1", region="north"), read(3, "s2", region="south")]
    frame = _popularity().fallbacks(_view(_moment(history(rows, reads, []))))
    lists = {key: list(part[c.ARTICLE_ID]) for key, part in frame.groupby(["scope", "scope_value"])}
    assert lists == {
        ("global", ""): ["n1", "s2", "s1"],
        ("region", "north"): ["n1", "s2", "s1"],
        ("region", "south"): ["s2", "n1", "s1"],
        ("category", "news"): ["n1", "s2", "s1"],
        ("category", "sport"): ["s2", "s1", "n1"],
    }
    sources = frame[frame["scope_value"] == "sport"][c.CANDIDATE_SOURCE]
    assert list(sources) == ["category", "category", "popular"]


def test_an_empty_history_gives_empty_lists() -> None:
    """No articles, no reads, no readers: empty frames with their columns, no error."""
    now = _moment(history([], [], []))
    assert not len(_popularity().lists(_view(now), np.arange(0)))
    assert _popularity().fallbacks(_view(now)).empty
