"""Feast on PostgreSQL and on files: function = historical = block, and nothing leaks."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psycopg2
import pytest

from frontpage.core import columns as c
from frontpage.core.errors import BadInputError
from frontpage.core.history import READ_COLUMNS, History
from frontpage.core.params import Params
from frontpage.core.schema.fields import Layer
from frontpage.core.sections.data import DataParams
from frontpage.core.settings import Settings
from frontpage.features.entities import entities_of, pairs_of
from frontpage.features.feature_store import bulk, cutoffs
from frontpage.features.feature_store.codec import reader_rows
from frontpage.features.feature_store.cutoffs import ensure_cutoffs, forget_states, write_states
from frontpage.features.feature_store.files import write_state_files
from frontpage.features.feature_store.repository import (
    TrainingFeatures,
    feature_store,
    file_store,
    historical,
    opened,
    readers_at,
)
from frontpage.features.feature_store.views import READERS, VIEWS, View, restored
from frontpage.features.interactions import interaction_dataset
from frontpage.features.known_reads import Activity
from frontpage.features.names import AUDIENCE_KINDS
from frontpage.features.pairs import features_of
from frontpage.features.reader_states import ReaderRows
from frontpage.features.states import States, states_at
from frontpage.steps import features, snapshot
from frontpage.store.connect import Connection, connect, execute, fetch_all, fetch_one
from frontpage.store.copying.copy import copy_frame
from frontpage.store.features.feature_rows import forget, forget_cutoffs
from frontpage.store.history import load_history
from tests.feature_worlds import frame, hours, put, random_history, read
from tests.state_frames import printed, rows_of

DATA = DataParams(max_days=3)
TICKS = [hours(n) for n in (30, 54.5, 78, 100, 140)]


def _world(seed: int = 21) -> History:
    return random_history(seed, n_articles=80, n_readers=200, n_reads=3000)


def _states(connection: Connection, tick: datetime) -> States:
    return states_at(interaction_dataset(load_history(connection, tick, DATA)), tick, DATA)


def _write(connection: Connection, tick: datetime) -> dict[str, int]:
    return write_states(connection, interaction_dataset(load_history(connection, tick, DATA)), tick, DATA)


def _rows(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    return {view.name: fetch_all(connection, f"select * from feast.{view.name} order by 1, 2, 3") for view in VIEWS}


def _asked(connection: Connection, ticks: list[Any], n: int, seed: int = 1) -> pd.DataFrame:
    """Random known (reader, article, tick) rows, and the features the pure function gives for them."""
    draw = np.random.default_rng(seed)
    parts = []
    for tick in ticks:
        states = _states(connection, tick)
        part = pd.DataFrame({
            c.READER_KEY: draw.choice(states.readers.reader_key, n),
            c.ARTICLE_ID: draw.choice(states.names.articles[states.articles.article], n),
        })  # fmt: skip
        entities = entities_of(states)
        matrix = features_of(entities, pairs_of(entities, part[c.READER_KEY], part[c.ARTICLE_ID]))
        parts.append(part.assign(**{c.EVENT_TIMESTAMP: pd.Timestamp(tick).as_unit("us"), "expected": list(matrix)}))
    return pd.concat(parts, ignore_index=True).sample(frac=1, random_state=seed).reset_index(drop=True)


@pytest.mark.slow
@pytest.mark.ml_test("monitor-3")
def test_function_historical_and_block_agree_for_1000_readers_and_moments(database: str) -> None:
    """The pure function, Feast's point-in-time join and its fast way for one moment give the same bits."""
    with connect(database) as connection:
        put(connection, _world())
        ensure_cutoffs(connection, TICKS[-1], TICKS, DATA)
        store = feature_store(database)
        asked = _asked(connection, TICKS, 200)
        assert len(asked) == 1000
        training = historical(store, asked)
        np.testing.assert_array_equal(_computed(training), _expected(asked))
        current = rows_of(_states(connection, TICKS[-1]))[READERS.name]
    block = readers_at(store, current[c.READER_KEY], TICKS[-1])
    pd.testing.assert_frame_equal(printed(READERS, block), current)


@pytest.mark.ml_test("data-7")
def test_rows_recorded_after_a_moment_never_reach_it(database: str) -> None:
    """Late rows (happened before the tick, recorded after) and future rows, there when the tick is written."""
    tick = TICKS[2]
    with connect(database) as connection:
        put(connection, _world())
        asked = _asked(connection, [tick], 100)
        planted = [read(n, "a000", 70 + n / 100, recorded_at=hours(79)) for n in range(1, 60)]
        planted += [read(n, "a001", 200 + n / 100) for n in range(1, 60)]
        rows = frame(READ_COLUMNS, planted).assign(source="s", extract_id=0)
        copy_frame(connection, "read_event", rows[rows[c.READER_KEY].isin(_known(connection))])
        ensure_cutoffs(connection, hours(300), [tick, hours(79.5), hours(210)], DATA)
        store = feature_store(database)
        np.testing.assert_array_equal(_computed(historical(store, asked)), _expected(asked))
        later = historical(store, asked.assign(**{c.EVENT_TIMESTAMP: pd.Timestamp(hours(210)).as_unit("us")}))
    assert not np.array_equal(_computed(later), _expected(asked))


def _known(connection: Connection) -> list[int]:
    return [row[c.READER_KEY] for row in fetch_all(connection, "select reader_key from reader")]


def test_running_twice_writes_nothing_and_only_changes_are_written(database: str) -> None:
    """A repeat leaves every row and the tick as they are; an hour later only who had an event has a new row."""
    with connect(database) as connection:
        put(connection, _world())
        first = _write(connection, TICKS[2])
        rows = _rows(connection)
        again = _write(connection, TICKS[2])
        assert sum(first.values()) == sum(len(table) for table in rows.values())
        assert sum(again.values()) == 0
        assert _rows(connection) == rows
        soon = TICKS[2] + timedelta(hours=1)
        changed = _write(connection, soon)
        assert 0 < changed["reader_state"] < first["reader_state"] / 2


#: Another reader, with the state of one who is there, from another moment on.
_STRANGER = """insert into feast.reader_state
select other.* from feast.reader_state one,
  jsonb_populate_record(one, jsonb_build_object('reader_key', %s::bigint, 'event_timestamp', %s)) other
order by one.reader_key limit 1"""


def test_readers_some_at_a_time_are_what_all_at_once_are(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven readers at a time leave the same rows, in any order of ticks; who is gone, at either end, is emptied."""
    order = [TICKS[2], TICKS[0], TICKS[4], TICKS[3]]
    found = []
    with connect(database) as connection:
        put(connection, _world(23))
        for n_at_once in (50_000, 7):
            monkeypatch.setattr(cutoffs, "_BLOCK_READERS", n_at_once)
            execute(connection, "truncate feast.state_tick, " + ", ".join(f"feast.{view.name}" for view in VIEWS))
            written = [_write(connection, order[0])]
            for key in (-5, 10**12):
                execute(connection, _STRANGER, [key, TICKS[0] - timedelta(days=1)])
            written += [_write(connection, tick) for tick in order[1:]]
            found.append((written, _rows(connection)))
    assert found[0] == found[1]
    assert {row[c.READER_KEY] for row in found[0][1][READERS.name] if row["fingerprint"] == 0} == {-5, 10**12}


@pytest.mark.slow
def test_ticks_in_any_order_and_killed_half_way_give_the_same_answers(database: str) -> None:
    """Filled in newest first, oldest last, with a kill in between: every moment answers as if written in order."""
    order = [TICKS[4], TICKS[1], TICKS[3], TICKS[0], TICKS[2]]
    with connect(database) as connection:
        put(connection, _world(22))
        for tick in order:
            execute(connection, DIE)
            with pytest.raises(psycopg2.Error, match="killed"):
                _write(connection, tick)
            execute(connection, LIVE)
            _write(connection, tick)
        asked = _asked(connection, TICKS, 100)
        training = historical(feature_store(database), asked)
        assert fetch_one(connection, "select count(*) as n from feast.state_tick") == {"n": len(TICKS)}
    np.testing.assert_array_equal(_computed(training), _expected(asked))


@pytest.mark.slow
def test_forgotten_states_change_no_later_moment_and_can_be_written_again(database: str) -> None:
    """Fewer rows are left, each later moment answers as before; so do the earlier ones once they are filled in again.

    A kill between the parts loses nothing: once more ends in the same rows.
    """
    with connect(database) as connection:
        put(connection, _world(24))
        ensure_cutoffs(connection, TICKS[-1], TICKS, DATA)
        later, asked = _asked(connection, TICKS[3:], 100), _asked(connection, TICKS, 100)
        n_before = {name: len(rows) for name, rows in _rows(connection).items()}
        forget_cutoffs(connection, TICKS[3])
        assert forget(connection, READERS.name, READERS.keys, TICKS[3]) > 0
        deleted = forget_states(connection, TICKS[3])
        forget_states(connection, TICKS[3])  # empty rows whose entity has nothing older left
        rows = _rows(connection)
        assert deleted[READERS.name] == 0 < deleted["article_state"]
        assert all(len(rows[name]) < n_before[name] for name in rows)
        assert sum(forget_states(connection, TICKS[3]).values()) == 0
        training = historical(feature_store(database), later)
        np.testing.assert_array_equal(_computed(training), _expected(later))
        assert ensure_cutoffs(connection, TICKS[-1], TICKS, DATA) == 3
        training = historical(feature_store(database), asked)
    np.testing.assert_array_equal(_computed(training), _expected(asked))


@pytest.mark.slow
def test_forgotten_states_written_in_any_order_and_again_after_a_change(database: str) -> None:
    """Newest first, with rows that stand at a forgotten moment and differ from what is written there now."""
    with connect(database) as connection:
        put(connection, _world(25))
        ensure_cutoffs(connection, TICKS[-1], TICKS, DATA)
        asked = _asked(connection, TICKS, 100)
        forget_states(connection, TICKS[3])
        execute(connection, "update feast.reader_state set fingerprint = 1 where event_timestamp < %s", [TICKS[3]])
        for tick in (TICKS[2], TICKS[0], TICKS[1]):
            ensure_cutoffs(connection, TICKS[-1], [tick], DATA)
        training = historical(feature_store(database), asked)
    np.testing.assert_array_equal(_computed(training), _expected(asked))


def test_a_block_is_what_feast_itself_gives(database: str) -> None:
    """The fast way has the bits of Feast's own join, by table and by array; an unknown reader is blank in both."""
    # Not above: Feast sets how prometheus_client counts in the whole process, the API's tests among them.
    from feast.infra.offline_stores.contrib.postgres_offline_store.postgres import PostgreSQLOfflineStore

    with connect(database) as connection:
        put(connection, _world())
        ensure_cutoffs(connection, TICKS[4], TICKS[2:], DATA)
        names = interaction_dataset(load_history(connection, TICKS[4], DATA)).names
        keys = [row[c.READER_KEY] for row in fetch_all(connection, _EVERYBODY)]
    feature_store(database)
    store, asked = opened(database), np.array([max(keys) + 1, *sorted(keys, reverse=True)])
    look_up, view = bulk.ReaderLookup(store), store.get_feature_view(READERS.name)
    refs = [f"{READERS.name}:{name}" for name in READERS.names(Layer.FEATURE) if name not in READERS.keys]
    for tick in (TICKS[2], TICKS[4]):
        rows = pd.DataFrame({c.READER_KEY: asked}).assign(**{c.EVENT_TIMESTAMP: pd.Timestamp(tick).as_unit("us")})
        theirs = PostgreSQLOfflineStore.get_historical_features(
            store.config, [view], refs, rows, store.registry, store.project
        ).to_df()
        theirs = restored(READERS, rows[[c.READER_KEY]].merge(theirs, on=c.READER_KEY))
        pd.testing.assert_frame_equal(readers_at(store, asked, tick), theirs)
        expected, made = reader_rows(theirs.assign(**{c.AS_OF: pd.Timestamp(tick)}), names), look_up(asked, tick, names)
        for name in (name for name in ReaderRows.__slots__ if not name.startswith("recent")):
            for one, other in zip(_arrays(getattr(made, name)), _arrays(getattr(expected, name)), strict=True):
                np.testing.assert_array_equal(one, other, err_msg=name)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_entities_at_moments_of_their_own_are_what_feast_itself_gives(database: str, view: View) -> None:
    """Each row of a view as it counts at three moments, in no order; who is unknown, or not known yet, is blank."""
    from feast.infra.offline_stores.contrib.postgres_offline_store.postgres import PostgreSQLOfflineStore

    from frontpage.features.feature_store.offline_store import BlockOfflineStore

    with connect(database) as connection:
        put(connection, _world())
        ensure_cutoffs(connection, TICKS[4], TICKS[1:], DATA)
        known = pd.DataFrame(fetch_all(connection, f"select distinct {', '.join(view.keys)} from feast.{view.name}"))
    unknown = known.head(1).assign(**{view.keys[0]: -1 if view is READERS else 'nobody "knows", this'})
    moments = pd.DataFrame({c.EVENT_TIMESTAMP: pd.DatetimeIndex([TICKS[0], *TICKS[2:4]]).as_unit("us")})
    asked = pd.concat([known, unknown]).merge(moments, how="cross").sample(frac=1, random_state=1, ignore_index=True)
    feature_store(database)
    store = opened(database)
    refs = [f"{view.name}:{name}" for name in view.names(Layer.FEATURE) if name not in view.keys]
    given = (store.config, [store.get_feature_view(view.name)], refs, asked, store.registry, store.project)
    keys = [*view.keys, c.EVENT_TIMESTAMP]
    ours = BlockOfflineStore.get_historical_features(*given).to_df()
    theirs = PostgreSQLOfflineStore.get_historical_features(*given).to_df()
    theirs = asked.merge(theirs.assign(**{c.EVENT_TIMESTAMP: theirs[c.EVENT_TIMESTAMP].dt.tz_localize("UTC")}), on=keys)
    pd.testing.assert_frame_equal(ours[keys], asked[keys])
    pd.testing.assert_frame_equal(restored(view, ours), restored(view, theirs))


def test_a_training_asks_for_more_entities_than_a_small_number_counts(database: str) -> None:
    """One reader at two moments, 17,000 times each: as many answers, each the reader's state at its moment."""
    from frontpage.features.feature_store.definitions import service_name

    with connect(database) as connection:
        put(connection, _world())
        ensure_cutoffs(connection, TICKS[4], TICKS[3:], DATA)
        key = fetch_all(connection, _EVERYBODY)[0][c.READER_KEY]
    store = feature_store(database)
    moments = pd.DatetimeIndex(TICKS[3:] * 17_000).as_unit("us")
    asked = pd.DataFrame({c.READER_KEY: key, c.EVENT_TIMESTAMP: moments})
    found = store.get_historical_features(asked, store.get_feature_service(service_name(READERS))).to_arrow()
    for first, tick in enumerate(TICKS[3:]):
        expected = readers_at(store, [key], tick)[c.LAST_READ_US].tolist()
        assert found[c.LAST_READ_US].to_pylist()[first::2] == expected * 17_000


_EVERYBODY = "select distinct reader_key from feast.reader_state"


def _arrays(value: Any) -> list[Any]:
    return [getattr(value, name) for name in Activity.__slots__] if isinstance(value, Activity) else [value]


def test_files_answer_as_the_database_does(database: str, tmp_path: Path) -> None:
    """The same views over Parquet files give the same rows; the bytes depend on the states alone."""
    with connect(database) as connection:
        put(connection, _world())
        dataset = interaction_dataset(load_history(connection, TICKS[-1], DataParams(max_days=30)))
        asked = _asked(connection, TICKS, 100)
    for folder in ("a", "b"):
        write_state_files(tmp_path / folder, ((tick, states_at(dataset, tick, DATA)) for tick in TICKS))
    for file in sorted((tmp_path / "a" / "features").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / "features" / file.name).read_bytes()
    training = historical(file_store(tmp_path / "a"), asked)
    np.testing.assert_array_equal(_computed(training), _expected(asked))


def test_a_newsroom_without_labels_has_no_audiences_and_agrees_too(database: str) -> None:
    """Neither regions nor devices, categories or reading times: what there is, is everywhere's total."""
    world = _world(23)
    bare = replace(
        world,
        articles=world.articles.assign(**dict.fromkeys((c.CATEGORY, c.PUBLISHER, c.LANGUAGE))),
        reads=world.reads.assign(**{**dict.fromkeys(AUDIENCE_KINDS), c.DWELL_SECONDS: np.nan}),
        readers=world.readers.head(0),
        older_articles=None,
        older_readers=None,
    )
    with connect(database) as connection:
        put(connection, bare)
        ensure_cutoffs(connection, TICKS[3], TICKS[3:4], DATA)
        assert fetch_all(connection, "select scope from feast.total_state") == [{"scope": ""}]
        asked = _asked(connection, TICKS[3:4], 50)
    training = historical(feature_store(database), asked)
    np.testing.assert_array_equal(_computed(training), _expected(asked))


def test_the_step_twice_writes_once(settings: Settings) -> None:
    """`frontpage features` is idempotent."""
    with connect(settings.database_url) as connection:
        put(connection, _world())
    first, again = (features.run(settings, Params(), TICKS[3]) for _ in range(2))
    assert first.rows_out > 0
    assert again.rows_out == 0


def test_the_step_on_files_needs_their_moment_and_leaves_the_database_alone(settings: Settings, tmp_path: Path) -> None:
    """Snapshot, then features beside it: deterministic, refused for another as_of, no row written to PostgreSQL."""
    with connect(settings.database_url) as connection:
        put(connection, _world())
        snapshot.run(settings, Params(), TICKS[4], tmp_path)
        with pytest.raises(BadInputError, match="frontpage features --data"):
            file_store(tmp_path)
        with pytest.raises(BadInputError, match="was taken at 2026-03-07T20:00:00Z"):
            features.run(settings, Params(), TICKS[3], tmp_path)
        done = features.run(settings, Params(), TICKS[4], tmp_path)
        assert fetch_one(connection, "select count(*) as n from feast.reader_state") == {"n": 0}
    assert done.rows_out == sum(done.details[view.name] for view in VIEWS) > 0
    file_store(tmp_path)


def test_an_empty_newsroom_and_quiet_hours_are_no_error(settings: Settings) -> None:
    """Nothing at all, then hours in which nothing happens: the moment moves on, the rows stay."""
    moments = [hours(n) for n in (200, 201, 202)]
    empty = [features.run(settings, Params(), moment) for moment in moments[:2]]
    assert [done.details["reader_state"] for done in empty] == [0, 0]
    with connect(settings.database_url) as connection:
        put(connection, random_history(5, n_articles=5, n_readers=5, n_reads=20))
    later = [moments[2] + timedelta(hours=n) for n in range(3)]
    quiet = [features.run(settings, Params(), moment) for moment in later]
    assert [done.rows_out > 0 for done in quiet] == [True, False, False]


DIE = """
create function feast.die() returns trigger language plpgsql as $$ begin raise exception 'killed'; end $$;
create trigger die before insert on feast.reader_state execute function feast.die();
"""
LIVE = "drop function feast.die cascade"


def _expected(asked: pd.DataFrame) -> Any:
    return np.stack(asked["expected"].to_numpy())


def _computed(training: TrainingFeatures) -> Any:
    return features_of(training.entities, training.pairs)
