"""The API's own log-in may do what the API does, and nothing else."""

from collections.abc import Iterator

import psycopg2
import pytest
from psycopg2 import errors

from frontpage.core.settings import Settings
from frontpage.store.connect import Connection, connect, execute, fetch_all
from frontpage.store.read.address import serving_url
from frontpage.store.server import Server

from .serving_world import World

FORBIDDEN = [
    "update recommendation set article_id = 'x'",
    "update recommendation_1 set article_id = 'x'",
    "insert into recommendation_1 select * from recommendation_1",
    "update published_run set run_id = 1",
    "delete from rec_run",
    "select email from reader_contact",
    "select * from reader_contact",
    "update reader_contact set email = 'mine@example.org'",
    "select reader_id from reader",
    "select reader_id from event_inbox",
    "delete from event_inbox",
    "select raw from digest_report_inbox",
    "select address_hash from digest_delivery",
    "select * from digest_suppression",
    "delete from digest_consent",
    "insert into api_key (name, key_hash, scopes) values ('me', decode(repeat('00', 32), 'hex'), array['admin'])",
    "update api_key set revoked_at = null",
    "update read_event set dwell_seconds = 1000",
    "insert into read_event select * from read_event",
    "select payload from catalogue_row",
    "delete from catalogue_row",
    "update catalogue_batch set loaded = 1",
    "select * from served_list",
    "select * from quarantine",
    "select * from model_version",
    "truncate served_list",
    "create table mine (x int)",
    "copy (select 1) to program 'true'",
]


@pytest.fixture
def as_api(database: str, settings: Settings, postgres: Server) -> Iterator[Connection]:
    """The API's log-in, to a database with a published list."""
    with connect(database) as connection:
        world = World(connection, settings)
        world.articles(["a1"])
        world.reader("ann")
        world.contact("ann", "ann@readers.example")
        world.publish({"ann": ["a1"]}, {("global", ""): ["a1"]})
    with connect(postgres.api_url(database.rsplit("/", 1)[1])) as connection:
        yield connection


@pytest.mark.parametrize("statement", FORBIDDEN)
@pytest.mark.ml_test("data-5")
def test_it_may_not(as_api, statement):
    """Change a list, read an address, learn whose pseudonym one is, give itself a key, or wipe a trace."""
    with pytest.raises(errors.InsufficientPrivilege):
        execute(as_api, statement)


def test_it_reads_a_run_by_the_name_of_its_table(as_api):
    """Each run's table lets in who may read `recommendation`; that writing works, every other test of the API shows."""
    assert fetch_all(as_api, "select article_id from recommendation_1") == [{"article_id": "a1"}]
    assert fetch_all(as_api, "select current_user as who, usesuper from pg_user where usename = current_user") == [
        {"who": "frontpage_api", "usesuper": False}
    ]


def test_it_is_who_the_api_logs_in_as(postgres, tmp_path):
    """With the embedded server the API takes its own log-in; with a server from before there was one the owner's."""
    home = tmp_path / "home"
    home.mkdir()
    state = f'{{"port": {postgres.port}, "password": "{postgres.password}", "data": ""'
    for more, user in ((f', "api_password": "{postgres.api_password}"}}', "frontpage_api"), ("}", "frontpage")):
        (home / "server.json").write_text(state + more)
        connection = psycopg2.connect(serving_url(Settings(home=home)))
        assert connection.info.user == user
        connection.close()
