"""Migrations go up, down and up again, each of them."""

from alembic.script import ScriptDirectory

from frontpage.store import migrate
from frontpage.store.connect import connect, fetch_all

_SHAPE = """
select table_name, column_name, data_type, is_nullable, column_default
from information_schema.columns where table_schema = 'public' order by 1, 2
"""
_WITHOUT_COMMENT = """
select relname from pg_class
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and relname <> 'alembic_version'
  and not relispartition and obj_description(oid) is null
"""


def revisions() -> list[str]:
    """All revisions, oldest first."""
    script = ScriptDirectory.from_config(migrate._config("postgresql://unused"))
    return [revision.revision for revision in script.walk_revisions()][::-1]


def shape(database: str) -> list[dict]:
    """Every column of every table."""
    with connect(database) as connection:
        return fetch_all(connection, _SHAPE)


def test_there_is_one_line_of_migrations():
    """Each follows the one before; none forks."""
    assert revisions() == sorted(revisions())


def test_each_migration_goes_down_and_up_again(database):
    """Taken back one by one and done again, the tables are what they were."""
    whole, names = shape(database), revisions()
    for name in [*names[-2::-1], "base"]:
        migrate.downgrade(database, name)
    assert {row["table_name"] for row in shape(database)} == {"alembic_version"}
    for name in names:
        migrate.upgrade(database, name)
    assert shape(database) == whole


def test_every_table_says_its_grain(database):
    """The comment of a table is where its grain is documented."""
    with connect(database) as connection:
        assert fetch_all(connection, _WITHOUT_COMMENT) == []
