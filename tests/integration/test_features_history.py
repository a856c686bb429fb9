"""The history loaded from PostgreSQL: what was known at a moment, and nothing else."""

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.history import ARTICLE_COLUMNS, SHOWN_COLUMNS
from frontpage.core.sections.data import DataParams
from frontpage.features.history import history_at
from frontpage.store.connect import connect
from frontpage.store.copying.copy import copy_frame
from frontpage.store.history import TEXTS, load_already_read, load_history, with_shown, with_texts
from tests.feature_worlds import article, frame, history, hours, put, random_history, read, reader

DATA = DataParams(max_days=2)


def test_history_holds_what_was_recorded_by_then(database: str) -> None:
    """Late, future and suspicious reads stay out; so do articles and readers recorded later."""
    world = history(
        10,
        [article("a", 1, summary='quote " and\nnewline', body=""), article("late", 2, recorded_at=hours(50))],
        [read(1, "a", 5), read(1, "a", 6, recorded_at=hours(20)), read(2, "a", 30)],
        [reader(1, interests=("x, y", 'z"'), region="north"), reader(3, 40)],
    )
    with connect(database) as connection:
        put(connection, world)
        known = load_history(connection, hours(10), DATA)
    assert known.articles[c.ARTICLE_ID].tolist() == ["a"]
    assert known.articles.loc[0, [c.SUMMARY, c.BODY]].tolist() == ['quote " and\nnewline', ""]
    assert known.articles.loc[0, c.CATEGORY] is None
    assert known.reads[c.OCCURRED_AT].tolist() == [hours(5)]
    assert known.readers[c.READER_KEY].tolist() == [1]
    assert known.readers[c.INTERESTS].tolist() == [("x, y", 'z"')]


def test_newest_version_by_then_wins_and_the_older_is_kept(database: str) -> None:
    """A correction counts from the moment it was recorded; the row it replaced stays reachable."""
    world = history(10, [article("a", 1, title="first")], [read(1, "a", 5)])
    correction = frame(ARTICLE_COLUMNS, [article("a", 1, title="second", recorded_at=hours(8))])
    with connect(database) as connection:
        put(connection, world)
        copy_frame(
            connection,
            "article_version",
            correction.assign(canonical_url="u", content_hash="h", source="s", extract_id=0),
        )
        before, after = (load_history(connection, hours(n), DATA) for n in (7, 9))
    assert before.articles[c.TITLE].tolist() == ["first"]
    assert after.articles[c.TITLE].tolist() == ["second"]
    assert after.older_articles is not None
    assert after.older_articles[c.TITLE].tolist() == ["first"]


def _shown(
    number: int, reader_key: int, hour: "float | None", position: "int | None", **fields: object
) -> dict[str, Any]:
    """An impression of article `a`, known when it happened."""
    at = None if hour is None else hours(hour)
    return {
        "impression_id": str(number), c.ARTICLE_ID: "a", c.READER_KEY: reader_key, c.POSITION: position,
        c.CLICKED: False, c.OCCURRED_AT: at, c.RECORDED_AT: at or hours(1), "source": "s", "extract_id": 0, **fields,
    }  # fmt: skip


def test_what_was_shown_in_some_windows(database: str) -> None:
    """Each showing once, though windows overlap, none outside them, known later or without a place."""
    world = history(10, [article("a", 1)], [], [reader(1), reader(2)])
    rows = [
        _shown(1, 1, 3, 4), _shown(2, 1, 2, 1), _shown(3, 1, 5, 2), _shown(4, 1, 6.5, 3), _shown(5, 2, 3, 5),
        _shown(6, 2, 8, 6), _shown(7, 1, 4, None), _shown(8, 1, None, 7), _shown(9, 1, 4, 8, recorded_at=hours(11)),
    ]  # fmt: skip
    windows = pd.DataFrame(
        [(1, hours(2), hours(5)), (1, hours(4), hours(6)), (2, hours(7), hours(8))],
        columns=[c.READER_KEY, c.SINCE_US, c.UNTIL_US],
    )
    for name in (c.SINCE_US, c.UNTIL_US):
        windows[name] = [round(moment.timestamp() * 1e6) for moment in windows[name]]
    with connect(database) as connection:
        put(connection, world)
        frame_of_rows = pd.DataFrame(rows).astype({c.POSITION: "Int64"})
        copy_frame(connection, "impression", frame_of_rows)
        known = load_history(connection, hours(10), DATA)
        shown = with_shown(connection, known, windows).shown
        nobody = with_shown(connection, known, windows.head(0)).shown
    assert shown is not None
    assert list(shown.columns) == list(SHOWN_COLUMNS) == list(nobody.columns)
    assert list(zip(shown[c.READER_KEY], shown[c.OCCURRED_AT], shown[c.POSITION], strict=True)) == [
        (1, hours(3), 4), (1, hours(5), 2), (2, hours(8), 6),
    ]  # fmt: skip
    assert nobody.empty


def test_texts_can_be_had_afterwards_of_some_articles(database: str) -> None:
    """Those asked for are as a load with texts has them, in their newest version known then; the others have none."""
    texts = {c.TITLE: 'a "quoted" title', c.SUMMARY: None, c.BODY: "two\nlines", c.AUTHOR: ""}
    first, second = article("b", 1, **texts), article("b", 1, **texts | {c.TITLE: "new", c.RECORDED_AT: hours(8)})
    world = history(10, [article("a", 1, body="of a"), first, second, article("c", 2)], [read(1, "a", 3)])
    with connect(database) as connection:
        put(connection, world)
        for at in (7, 9):
            whole, bare = (
                load_history(connection, hours(at), DATA, with_text=with_text) for with_text in (True, False)
            )
            some = with_texts(connection, bare, np.array([False, True, True]))
            assert bare.articles[list(TEXTS)].isna().all(axis=None)
            assert some.articles.loc[0, list(TEXTS)].isna().all()
            pd.testing.assert_frame_equal(some.articles[1:], whole.articles[1:])
            nothing = with_texts(connection, bare, np.zeros(3, dtype=bool))
            pd.testing.assert_frame_equal(nothing.articles, bare.articles)


def test_bounds_take_the_newest_reads(database: str) -> None:
    """`max_days` and `max_interactions` cut at the old end; an old article that is still read stays."""
    world = history(100, [article("old", 0), article("new", 90)], [read(1, "old", n) for n in (10, 60, 80, 95)])
    with connect(database) as connection:
        put(connection, world)
        known = load_history(connection, hours(100), DataParams(max_days=2, max_interactions=2))
        none_read = load_history(connection, hours(100), DataParams(max_days=0.1), with_text=False)
    assert known.reads[c.OCCURRED_AT].tolist() == [hours(80), hours(95)]
    assert known.articles[c.ARTICLE_ID].tolist() == ["new", "old"]
    assert none_read.reads.empty
    assert none_read.articles.empty


def test_of_unread_articles_those_count_that_came_shortly_before_the_first_read(database: str) -> None:
    """However long the history is, what nobody read is in it only as long as it may have been listed then."""
    came = [article("read", 10), article("too-old", 50), article("young", 60), article("new", 95)]
    reads = [*(read(1, "read", at) for at in (5, 70, 80)), read(2, "too-old", 99)]
    data = DataParams(max_unread_days=0.5, max_interactions=2)
    with connect(database) as connection:
        put(connection, history(100, came, reads))
        known, late = (load_history(connection, hours(at), data) for at in (98, 100))
    assert known.articles[c.ARTICLE_ID].tolist() == ["new", "read", "young"]
    assert late.articles[c.ARTICLE_ID].tolist() == ["new", "read", "too-old"]


@pytest.mark.parametrize("data", [DATA, DataParams(max_days=2, max_interactions=60, max_unread_days=0.2)])
@pytest.mark.parametrize("tick", [30.0, 77.7, 120.0])
def test_history_at_equals_the_load_at_that_moment(database: str, tick: float, data: DataParams) -> None:
    """One loaded history reaches any earlier moment exactly, when it goes back far enough."""
    world = random_history(1)
    with connect(database) as connection:
        put(connection, world)
        wide = load_history(connection, world.as_of, DataParams(max_days=10))
        loaded = load_history(connection, hours(tick), data)
    derived = history_at(wide, hours(tick), data)
    for name in ("articles", "reads", "readers"):
        pd.testing.assert_frame_equal(getattr(derived, name), getattr(loaded, name), check_dtype=True)


def test_already_read_counts_suspicious_and_old_reads_of_live_articles(database: str) -> None:
    """What was read once is never listed again, however suspicious or old the read; expired articles are left out."""
    world = history(
        400, [article("expired", 0), article("live", 300)],
        [read(1, "expired", 10), read(1, "live", 310), read(2, "live", 350)],
    )  # fmt: skip
    with connect(database) as connection:
        put(connection, world)
        with connection.cursor() as cursor:
            cursor.execute("update read_event set suspicion = 'burst' where reader_key = 1")
        done = load_already_read(connection, hours(400), timedelta(days=7))
    assert list(done.itertuples(index=False, name=None)) == [(1, "live"), (2, "live")]
