"""Who may do what in the database: the migrator owns the tables, and each other part has a role that does its work.

| role | log-in of | may |
|---|---|---|
| the owner | `frontpage db migrate` | everything |
| `frontpage_pipeline` | steps | rows, and tables of runs, staging and features |
| `frontpage_serving` | the API | read lists, write events (its rights come with the migrations) |
| `frontpage_digest` | `frontpage digest`, `frontpage bounces` | read lists and addresses, write what was sent |
| `frontpage_viewer` | pages and charts | read what was made, nothing of a person |
"""

from collections.abc import Iterable

from frontpage.store.connect import Connection, connect, execute, fetch_all, transaction
from frontpage.store.queries import query

#: Roles whose rights are given here, each by the statements `roles/<name>.sql`.
GRANTED = {name: f"roles/{name.removeprefix('frontpage_')}" for name in (
    "frontpage_pipeline", "frontpage_digest", "frontpage_viewer",
)}  # fmt: skip


def make(url: str) -> list[str]:
    """Make the roles that are missing, without log-in, and give all their rights in this database; their names.

    Run by the owner of the tables, who needs CREATEROLE where one is missing, else to be a member of
    `frontpage_pipeline`. All or nothing.
    """
    with connect(url, application="frontpage roles") as connection, transaction(connection):
        execute(connection, query("roles/make"))
        return _grant(connection, list(GRANTED))


def renew(url: str) -> list[str]:
    """Give the roles that have rights in this database what they need as it is now, after a migration; their names."""
    with connect(url, application="frontpage roles") as connection, transaction(connection):
        present = fetch_all(connection, query("roles/present"), {"names": list(GRANTED)})
        return _grant(connection, [row["name"] for row in present])


def _grant(connection: Connection, names: Iterable[str]) -> list[str]:
    execute(connection, "select pg_advisory_xact_lock(7302, 3)")
    for name in sorted(names):
        execute(connection, query(GRANTED[name]))
    return sorted(names)
