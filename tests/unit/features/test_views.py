"""State rows as they are stored: there and back, and which of them changed."""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.core.schema.fields import Type
from frontpage.core.sections.data import DataParams
from frontpage.features.feature_store.codec import Stored, reader_rows, states_of
from frontpage.features.feature_store.views import ARTICLES, GONE, READERS, VIEWS, changed, columns_of, restored
from frontpage.features.interactions import interaction_dataset
from frontpage.features.states import states_at
from tests.feature_worlds import history, random_history, read, reader
from tests.state_frames import printed, rows_of, table_of


def _rows(world: History) -> dict[str, pd.DataFrame]:
    return rows_of(states_at(interaction_dataset(world), world.as_of, DataParams()))


def _stored(rows: dict[str, pd.DataFrame], as_of: datetime) -> Stored:
    moment = pd.Timestamp(as_of).as_unit("us")
    return Stored(*(rows[view.name].assign(**{c.AS_OF: moment}) for view in VIEWS))


def test_stored_rows_come_back_as_they_were() -> None:
    """Times to the microsecond, lists, nulls: storing loses nothing, though the codes are other ones."""
    world = random_history(1)
    rows = _rows(world)
    again = rows_of(states_of(_stored(rows, world.as_of)))
    for view in VIEWS:
        pd.testing.assert_frame_equal(again[view.name], rows[view.name])
        assert (rows[view.name][c.FINGERPRINT] > GONE).all()


def test_readers_take_the_codes_of_the_names_given() -> None:
    """Rows of the online store meet a history that knows less: what it does not name counts as absent."""
    world = random_history(1)
    other = states_at(
        interaction_dataset(history(9, [], [read(1, "a", 1, region="north")])), world.as_of, DataParams()
    ).names
    frame = _rows(world)[READERS.name].assign(**{c.AS_OF: pd.Timestamp(world.as_of).as_unit("us")})
    rows = reader_rows(frame, other)
    assert (rows.audiences[:, 0] >= 0).tolist() == (frame[c.REGION] == "north").tolist()
    assert (rows.audiences[:, 1:] == -1).all()
    assert (rows.recent == -1).all()
    np.testing.assert_array_equal(rows.reads.n_reads, frame[c.N_READS])


def test_the_fingerprint_sees_every_column_and_the_order_of_lists() -> None:
    """A change of any stored value of a row changes its fingerprint, and no other row's."""
    rows = _rows(random_history(2))[READERS.name].head(5)
    busy = int(np.argmax([len(names) for names in rows[c.RECENT_ARTICLES]]))
    new_value = {Type.TEXT: "elsewhere", Type.INTEGER: 99, Type.NUMBER: 0.125}
    for field in columns_of(READERS):
        name = field.name
        other = rows.copy()
        value: Any = other.at[busy, name]  # noqa: PD008 (loc would spread a list over rows)
        new = new_value.get(field.type)
        other.at[busy, name] = new if new is not None else (*reversed(value[:3]), *value[3:], *value[:1])  # noqa: PD008
        moved = printed(READERS, restored(READERS, other))[c.FINGERPRINT] != rows[c.FINGERPRINT]
        assert moved.to_numpy().nonzero()[0].tolist() == ([busy] if new is not None or len(value) else []), name


def test_changed_gives_new_and_different_rows_and_empty_ones_for_who_is_gone() -> None:
    """Against what counted before: nothing for the same, the row for a change, one empty row for the gone."""
    rows = _rows(random_history(3))[ARTICLES.name]
    now = table_of(ARTICLES, rows)
    known = now.select([c.ARTICLE_ID, c.FINGERPRINT])
    assert len(changed(ARTICLES, known, now)) == 0
    assert changed(ARTICLES, known[2:], now)[c.ARTICLE_ID].to_pylist() == ["a000", "a001"]
    gone = changed(ARTICLES, known, now[1:])
    assert [gone[name].to_pylist() for name in (c.ARTICLE_ID, c.N_READS, c.FINGERPRINT)] == [["a000"], [0], [GONE]]
    assert len(changed(ARTICLES, gone.select([c.ARTICLE_ID, c.FINGERPRINT]), now[:0])) == 0


def test_a_rows_fingerprint_does_not_depend_on_other_rows() -> None:
    """Whether others have a null changes nothing: else everything would look changed."""
    rows, idle = _rows(random_history(4))[READERS.name], _rows(history(9, [], [], [reader(10**6)]))[READERS.name]
    whole = printed(READERS, pd.concat([rows, idle], ignore_index=True))
    read_ones = rows[rows[c.N_READS] > 0]
    assert whole[c.LAST_READ_US].isna().sum() >= 1
    alone = printed(READERS, read_ones)
    assert alone[c.FINGERPRINT].tolist() == whole[whole[c.N_READS] > 0][c.FINGERPRINT].tolist()
