"""`python -m gates.migrations`: each migration goes down and up again on a filled database; else exit code 4.

A server of its own holds the sample's articles, reads and readers and a run of lists. From the newest migration to
the oldest but one: down, up, and the tables are what they were, with every article, read and reader still there.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from frontpage.core.params import Params, load_params
from frontpage.core.settings import Settings
from frontpage.store import migrate, server
from frontpage.store.connect import connect, fetch_all
from gates.limits import RED, ROOT, SAMPLE
from models.variants import complete

AS_OF = datetime(2026, 3, 4, 12, tzinfo=UTC)
_SHAPE = """
select table_name, column_name, data_type, is_nullable, column_default, null as rule
from information_schema.columns where table_schema = 'public'
union all
select conrelid::regclass::text, conname, null, null, null, pg_get_constraintdef(oid)
from pg_constraint where connamespace = 'public'::regnamespace and conislocal and contype in ('c', 'f', 'p', 'u')
union all
select tablename, indexname, null, null, null, indexdef from pg_indexes where schemaname = 'public'
order by 1, 2, 6
"""
_KEPT = """
select (select count(*) from article_version) as articles, (select count(*) from read_event) as reads,
       (select count(*) from reader) as readers
"""


def problems(url: str) -> Iterator[str]:
    """Each migration that does not go down and up again; the first that stops stops all, since the rest stand on it."""
    for revision, before in steps():
        shape, kept = _all(url, _SHAPE), _all(url, _KEPT)
        for direction, go, target in (
            ("down", migrate.downgrade, before), ("up again", migrate.upgrade, revision),
        ):  # fmt: skip
            try:
                go(url, target)
            except Exception as error:  # noqa: BLE001 - whatever it was, it is what the gate has to say
                yield f"{revision} does not go {direction} on a filled database: {str(error).splitlines()[0]}"
                return
        if _all(url, _SHAPE) != shape:
            yield f"{revision} leaves other tables, rules or indexes after going down and up again"
        if (now := _all(url, _KEPT)) != kept:
            yield f"{revision} loses rows by going down and up again: {kept} before, {now} after"
        migrate.downgrade(url, before)


def steps() -> list[tuple[str, str]]:
    """Each migration with the one before, newest first; the first of all has none and is left out."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "frontpage" / "store" / "migrations"))
    made = ScriptDirectory.from_config(config).walk_revisions()
    return [(one.revision, str(one.down_revision)) for one in made if one.down_revision]


def _all(url: str, statement: str) -> list[dict[str, object]]:
    with connect(url, application="frontpage gates") as connection:
        return fetch_all(connection, statement)


def fill(settings: Settings, params: Params) -> None:
    """The sample, as an hour's refresh loads it, and a run of popularity's lists."""
    from frontpage.steps import extract, score

    extract.run(settings, params, AS_OF, [str(SAMPLE / "world")])
    score.run(settings, params, AS_OF)


@contextmanager
def filled() -> Iterator[str]:
    """URL of a database at the newest migration, on a server that is gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="frontpage-gate-"))
    home.chmod(0o755)
    url = server.up(home, fsync="off", full_page_writes="off").url()
    try:
        migrate.upgrade(url)
        fill(Settings(home=home / "home", database_url=url), complete(load_params(SAMPLE / "params.yaml")))
        yield url
    finally:
        server.down(home)
        shutil.rmtree(home, ignore_errors=True)


def main() -> int:
    """Say each."""
    with filled() as url:
        rows, found = _all(url, _KEPT)[0], list(problems(url))
    sys.stdout.write(f"{len(steps())} migrations down and up again on {rows}\n")
    sys.stdout.writelines(f"broken migration: {one}\n" for one in found)
    return RED if found else 0


if __name__ == "__main__":
    sys.exit(main())
