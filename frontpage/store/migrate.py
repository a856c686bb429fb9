"""Alembic migrations, run from code so that no ini file and no working directory matter.

All that are missing are made in one transaction, after a look at what they need: a database is never half migrated.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from frontpage.core.errors import BadInputError
from frontpage.store.connect import Connection, connect, execute, fetch_all, fetch_one, transaction
from frontpage.store.queries import query

#: The oldest version that Frontpage is tried with.
MIN_POSTGRES = 15


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["database_url"] = url
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to `revision`; running it again, or twice at once, changes nothing.

    Raises BadInputError, with the database as it was, where the server is too old, is read-only, holds another
    application's tables, or a right is missing; the sentence has the statements for its administrator.
    """
    config = _config(url)
    with connect(url, application="frontpage migrate") as connection, transaction(connection):
        execute(connection, "select pg_advisory_xact_lock(7302, 3)")
        if _refuse_unusable(connection, ScriptDirectory.from_config(config), revision):
            command.upgrade(config, revision)


def downgrade(url: str, revision: str) -> None:
    """Take the database back to `revision`; rows of dropped tables are gone."""
    command.downgrade(_config(url), revision)


def _refuse_unusable(connection: Connection, scripts: ScriptDirectory, revision: str) -> bool:
    """Whether there is something to migrate."""
    found = fetch_one(connection, query("migrations/needs"))
    assert found is not None, "one row, always"
    if found["version"] < MIN_POSTGRES * 10_000:
        raise BadInputError(
            f"the server is PostgreSQL {found['version'] // 10_000}, and Frontpage needs {MIN_POSTGRES} or newer; give "
            "another one in FRONTPAGE_DATABASE_URL"
        )
    if found["is_read_only"]:
        raise BadInputError("the server is a standby or read-only; give the primary in FRONTPAGE_DATABASE_URL")
    present = _present(connection, scripts, found)
    wanted = scripts.get_current_head() if revision == "head" else revision
    if present == wanted:
        return False
    missing = {name: statement for name, statement in found["missing"].items() if statement}
    if missing:
        raise BadInputError(
            f"the role {found['role']} lacks {' and '.join(missing)} in database {found['database']}, which stays as "
            f"it is; let its administrator run there: {' '.join(f'{statement};' for statement in missing.values())}"
        )
    return True


def _present(connection: Connection, scripts: ScriptDirectory, found: dict) -> str | None:
    """The revision that the database is at, None for an empty one."""
    if not found["has_revisions"]:
        return None
    present = [row["version_num"] for row in fetch_all(connection, "select version_num from alembic_version")]
    ours = {script.revision for script in scripts.walk_revisions()}
    if (present and not found["has_own_table"]) or not set(present) <= ours:
        raise BadInputError(
            f"database {found['database']} holds the tables of another application, or of a newer Frontpage "
            f"(alembic_version says {', '.join(present)}); give Frontpage a database of its own"
        )
    return present[0] if present else None
