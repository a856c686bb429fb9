"""The tables of states: their shape is that of the views, and they go down and up again with whatever is in them."""

from frontpage.core.sections.data import DataParams
from frontpage.features.feature_store.cutoffs import write_states
from frontpage.features.feature_store.repository import feature_store
from frontpage.features.feature_store.views import VIEWS
from frontpage.features.interactions import interaction_dataset
from frontpage.store import migrate
from frontpage.store.connect import Connection, connect, fetch_all
from frontpage.store.history import load_history
from tests.feature_worlds import put, random_history

_COLUMNS = """
select table_name, column_name, data_type from information_schema.columns where table_schema = 'feast' order by 1, 2
"""
_COMMENTS = """
select relname, obj_description(oid) as comment from pg_class
where relnamespace = 'feast'::regnamespace and relkind = 'r' order by 1
"""


def _shape(connection: Connection) -> dict[str, dict[str, str]]:
    shape: dict[str, dict[str, str]] = {}
    for row in fetch_all(connection, _COLUMNS):
        shape.setdefault(row["table_name"], {})[row["column_name"]] = row["data_type"]
    return shape


def test_the_tables_are_those_of_the_views_and_say_their_grain(database: str) -> None:
    """Their columns are compared with the shapes by tests/contract/test_shapes.py."""
    with connect(database) as connection:
        tables = _shape(connection).keys()
        comments = fetch_all(connection, _COMMENTS)
    assert tables == {"state_tick", *(view.name for view in VIEWS)}
    assert all(row["comment"].startswith("grain: ") for row in comments)


def test_states_in_use_go_down_and_up_again_and_are_written_anew(database: str) -> None:
    """Feast's registry goes with the states: afterwards a tick is written and applied again."""
    world = random_history(1)
    with connect(database) as connection:
        put(connection, world)
        shape = _shape(connection)
    for _ in range(2):
        with connect(database) as connection:
            dataset = interaction_dataset(load_history(connection, world.as_of, DataParams()))
            written = write_states(connection, dataset, world.as_of, DataParams())
            assert all(n_rows > 0 for n_rows in written.values())
        assert feature_store(database).list_feature_views()
        migrate.downgrade(database, "0003")
        with connect(database) as connection:
            assert {"article_region_state", "region_state"} < _shape(connection).keys()
        migrate.upgrade(database)
        with connect(database) as connection:
            assert _shape(connection) == shape
