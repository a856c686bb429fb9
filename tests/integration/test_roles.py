"""Each part of an installation has a role of its own: it does its work, and nothing else."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg2 import errors

from frontpage.core.database.url import DatabaseUrl
from frontpage.core.settings import Settings
from frontpage.store import migrate
from frontpage.store.connect import Connection, connect, execute, fetch_all
from frontpage.store.governance import roles
from frontpage.store.lists import runs
from frontpage.store.server import Server
from tests.support.databases import admin

from .serving_world import TEN, World

PASSWORD = "of-this-test"
FORBIDDEN = {
    "frontpage_pipeline": [
        "create role mine",
        "alter table article_version add column mine int",
        "drop table read_event",
        "truncate reader",
        "update alembic_version set version_num = '0001'",
        "update audit_entry set reason = 'other'",
        "delete from audit_entry",
        "update audit_head set n_entries = 0",
        "insert into api_key (name, key_hash, scopes) values ('me', decode(repeat('00', 32), 'hex'), array['admin'])",
        "alter function chain_audit_entry() rename to mine",
        "copy (select 1) to program 'true'",
        "set role frontpage_serving",
    ],
    "frontpage_digest": [
        "update recommendation set article_id = 'x'",
        "insert into recommendation select * from recommendation",
        "update published_run set run_id = 1",
        "update article_version set title = 'x'",
        "delete from read_event",
        "update reader_contact set email = 'mine@example.org'",
        "delete from reader_contact",
        "select key_hash from api_key",
        "select payload from quarantine",
        "select dwell_seconds from read_event",
        "select * from audit_entry",
        "update model_version set stage = 'champion'",
        "create table mine (x int)",
    ],
    "frontpage_viewer": [
        "select email from reader_contact",
        "select reader_id from reader",
        "select payload from quarantine",
        "select raw from digest_report_inbox",
        "select address_hash from digest_delivery",
        "select key_hash from api_key",
        "select * from event_inbox",
        "select * from catalogue_row",
        "select * from digest_suppression",
        "update rec_run set state = 'published'",
        "delete from recommendation",
        "update publication set reason = 'other'",
        "create table mine (x int)",
        "create temporary table mine (x int)",
    ],
}


@pytest.fixture(scope="module", autouse=True)
def _log_ins(postgres: Server) -> None:
    """The roles with a log-in each, as a server's administrator makes them; no temporary tables for everybody."""
    roles.make(postgres.url("template_frontpage"))
    for name in roles.GRANTED:
        admin(postgres, f"alter role {name} login password '{PASSWORD}'")


def as_role(url: str, role: str) -> str:
    """The same database for another log-in."""
    parsed = DatabaseUrl.parse(url)
    return DatabaseUrl(parsed.host, parsed.port, role, PASSWORD, parsed.database).libpq()


@pytest.fixture(scope="module")
def newsroom(postgres: Server, _log_ins: None) -> Iterator[str]:
    """A database with a published list; nothing is for everybody."""
    admin(postgres, "create database test_roles template template_frontpage")
    admin(postgres, "revoke all on database test_roles from public")
    for name in roles.GRANTED:
        admin(postgres, f"grant connect on database test_roles to {name}")
    url = postgres.url("test_roles")
    roles.renew(url)
    with connect(url) as connection:
        world = World(connection, Settings(database_url=url))
        world.articles(["a1"])
        world.reader("ann")
        world.contact("ann", "ann@readers.example")
        world.publish({"ann": ["a1"]}, {("global", ""): ["a1"]})
    yield url
    admin(postgres, "drop database test_roles with (force)")


@pytest.mark.parametrize(("role", "statement"), [(role, one) for role, all_ in FORBIDDEN.items() for one in all_])
def test_it_may_not(newsroom: str, role: str, statement: str):
    """Change the schema, hide what was done, make itself a key, read whose address it is, change a list."""
    with connect(as_role(newsroom, role)) as connection, pytest.raises(errors.InsufficientPrivilege):
        execute(connection, statement)


def test_the_pipeline_builds_publishes_and_drops_runs(newsroom: str):
    """Runs are tables that it makes; who may read lists may read them, and the owner may still migrate."""
    with connect(as_role(newsroom, "frontpage_pipeline")) as connection:
        world = World(connection, Settings(database_url=newsroom))
        run_id = world.publish({"ann": ["a1"]}, {("global", ""): ["a1"]}, as_of=TEN.replace(hour=11))
        assert runs.newest_attempt(connection, TEN.replace(hour=11), "champion", "published")["run_id"] == run_id
    for role in ("frontpage_digest", "frontpage_viewer"):
        with connect(as_role(newsroom, role)) as connection:
            assert _articles(connection, run_id) == ["a1"]
    migrate.downgrade(newsroom, "0019")
    migrate.upgrade(newsroom)
    roles.renew(newsroom)


def test_the_pipeline_marks_what_a_source_took_back(newsroom: str):
    """By the function that the extract calls; it is not for everybody. Here of an article that nobody knows."""
    with connect(as_role(newsroom, "frontpage_pipeline")) as connection:
        marked = "select set_retracted('unknown', true, 'system:extract', 'deleted from a feed', false)"
        assert fetch_all(connection, marked) == []


def test_the_viewer_sees_what_was_made(newsroom: str):
    """Runs and publications, without a person."""
    with connect(as_role(newsroom, "frontpage_viewer")) as connection:
        assert {row["action"] for row in fetch_all(connection, "select action from publication")} == {"publish"}


def test_rights_are_given_twice_alike(newsroom: str):
    """Running it again changes nothing."""
    roles.renew(newsroom)
    with connect(newsroom) as connection:
        before = _rights(connection)
        assert roles.make(newsroom) == sorted(roles.GRANTED)
        assert _rights(connection) == before


def test_an_ordinary_owner_gives_the_rights(postgres: Server):
    """The migrator is no superuser: it owns the tables, and is a member of the pipeline's role; twice alike."""
    admin(postgres, f"create role test_migrator login password '{PASSWORD}' in role frontpage_pipeline")
    admin(postgres, "create database test_ordinary owner test_migrator")
    url = as_role(postgres.url("test_ordinary"), "test_migrator")
    migrate.upgrade(url)
    assert roles.make(url) == sorted(roles.GRANTED)
    assert roles.renew(url) == sorted(roles.GRANTED)
    admin(postgres, "drop database test_ordinary with (force)")
    admin(postgres, "drop role test_migrator")


def test_the_command_says_whom_it_made(newsroom: str, tmp_path: Path):
    """`frontpage db roles`; an ordinary role is told in a sentence that it may not."""
    frontpage = str(Path(sys.executable).with_name("frontpage"))

    def called(url: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": "/usr/bin:/bin", "FRONTPAGE_DATABASE_URL": url, "FRONTPAGE_HOME": str(tmp_path)}
        return subprocess.run([frontpage, "db", "roles"], env=environment, capture_output=True, text=True, timeout=60)

    assert "artifact=frontpage_digest,frontpage_pipeline,frontpage_viewer" in called(newsroom).stdout
    refused = called(as_role(newsroom, "frontpage_viewer"))
    assert refused.returncode == 3, refused.stderr
    assert "Traceback" not in refused.stderr


def _articles(connection: Connection, run_id: int) -> list[str]:
    return [row["article_id"] for row in fetch_all(connection, f"select article_id from recommendation_{run_id}")]


def _rights(connection: Connection) -> list[dict]:
    return fetch_all(connection, "select relname, relacl::text, relowner from pg_class order by oid")
