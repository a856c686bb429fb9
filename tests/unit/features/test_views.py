"""State rows as they are stored: there and back, and which of them changed."""

import numpy as np
import pandas as pd

from core import columns as c
from features.activity import compute_states
from features.views import ARTICLES, GONE, READERS, VIEWS, changed, from_rows, rows_of, to_rows
from tests.feature_worlds import history, random_history, reader


def test_stored_rows_come_back_as_they_were() -> None:
    """Times to the microsecond, lists, nulls: storing loses nothing."""
    states = compute_states(random_history(1))
    frames = (states.articles, states.article_regions, states.regions, states.readers)
    for view, frame in zip(VIEWS, frames, strict=True):
        rows = to_rows(view, frame)
        again = to_rows(view, from_rows(view, rows))
        pd.testing.assert_series_equal(again[c.FINGERPRINT], rows[c.FINGERPRINT])
        assert (rows[c.FINGERPRINT] > GONE).all()


def test_the_fingerprint_sees_every_column_and_the_order_of_lists() -> None:
    """A change of any stored value of a row changes its fingerprint, and no other row's."""
    rows = to_rows(READERS, compute_states(random_history(2)).readers).head(5)
    busy = int(np.argmax([len(names) for names in rows[c.RECENT_ARTICLES]]))
    for name, kind in READERS.columns.items():
        other = rows.copy()
        value = other.at[busy, name]  # noqa: PD008 (loc would spread a list over rows)
        new = {"text": "elsewhere", "integer": 1, "count": 99, "number": 0.125}.get(kind)
        other.at[busy, name] = new if new is not None else (*reversed(value[:3]), *value[3:], *value[:1])  # noqa: PD008
        moved = to_rows(READERS, from_rows(READERS, other))[c.FINGERPRINT] != rows[c.FINGERPRINT]
        assert moved.to_numpy().nonzero()[0].tolist() == [busy], name


def test_changed_gives_new_and_different_rows_and_empty_ones_for_who_is_gone() -> None:
    """Against what counted before: nothing for the same, the row for a change, one empty row for the gone."""
    rows = rows_of(compute_states(random_history(3)))[ARTICLES.name]
    known = rows[[c.ARTICLE_ID, c.FINGERPRINT]]
    assert changed(ARTICLES, known, rows).empty
    assert changed(ARTICLES, known.iloc[2:], rows)[c.ARTICLE_ID].tolist() == ["a000", "a001"]
    gone = changed(ARTICLES, known, rows.iloc[1:])
    assert gone[[c.ARTICLE_ID, c.N_READS, c.FINGERPRINT]].to_numpy().tolist() == [["a000", 0, GONE]]
    assert changed(ARTICLES, gone[[c.ARTICLE_ID, c.FINGERPRINT]], rows.head(0)).empty


def test_a_rows_fingerprint_does_not_depend_on_other_rows() -> None:
    """Whether others have a null changes nothing: else everything would look changed."""
    readers = compute_states(random_history(4)).readers
    world = history(9, [], [], [reader(10**6)])
    idle = compute_states(world).readers
    whole = to_rows(READERS, pd.concat([readers, idle], ignore_index=True))
    assert whole[c.LAST_READ_US].isna().sum() == 1
    read_ones = readers[readers[c.N_READS] > 0]
    alone = to_rows(READERS, read_ones)
    expected = whole[whole[c.N_READS] > 0]
    assert alone[c.FINGERPRINT].tolist() == expected[c.FINGERPRINT].tolist()
