"""The audit log: written with each change, never changed, and a fault in it is found."""

import psycopg2
import pytest
from psycopg2 import errors

from frontpage.core.errors import BadInputError, CheckFailedError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.steps import audit as audit_step
from frontpage.steps import key
from frontpage.store import audit
from frontpage.store.connect import connect, execute, fetch_all, fetch_one, transaction
from frontpage.store.server import Server

OPENED = "alter table audit_entry disable trigger all"


@pytest.fixture
def connection(database):
    """A connection of the owner, to a log of five entries."""
    with connect(database) as connection:
        for n in range(1, 6):
            audit.record(connection, "article retract", f"article:a{n}", "person:ana", "false", {"n": n}, None)
        yield connection


def test_entries_are_a_chain(connection):
    """Each has the hash of the one before it; the newest is shown first, with who, why, before and after."""
    found = audit.verify(connection)
    assert (found.n_entries, found.faults) == (5, ())
    newest = audit.entries(connection, most=1)[0]
    assert (newest["entry_id"], newest["subject"], newest["actor"]) == (5, "article:a5", "person:ana")
    assert (newest["reason"], newest["before"], newest["hash"]) == ("false", {"n": 5}, found.hash)
    assert [row["entry_id"] for row in audit.entries(connection, subject="article:a2")] == [2]


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        ("update audit_entry set actor = 'person:eve' where entry_id = 3", "entry 3 was changed"),
        ("delete from audit_entry where entry_id = 3", "entry 4 follows entry 2: what stood between was removed"),
        ("delete from audit_entry where entry_id = 5", "entry 4 is the last, and there were 5: the end was removed"),
        (
            (
                "insert into audit_entry select 6, recorded_at, action, subject, actor, reason, before, after, hash, "
                "hash from audit_entry where entry_id = 5"
            ),
            "entry 6 was changed",
        ),
        (
            (
                "insert into audit_entry select 0, recorded_at, action, subject, actor, reason, before, after, "
                "previous_hash, hash from audit_entry where entry_id = 1"
            ),
            "entry 0 was changed",
        ),
    ],
)
def test_what_was_changed_removed_or_inserted_is_found(connection, tampering, fault):
    """Even where the owner switched the triggers off."""
    for statement in (OPENED, tampering):
        execute(connection, statement)
    assert audit.verify(connection).faults[0] == fault


def test_a_row_put_in_between_is_found(connection):
    """Whoever makes room for it changes the numbers behind it, which the hashes cover."""
    execute(connection, OPENED)
    execute(connection, "update audit_entry set entry_id = entry_id + 100 where entry_id > 2")
    execute(connection, "update audit_entry set entry_id = entry_id - 99 where entry_id > 2")
    execute(
        connection,
        "insert into audit_entry select 3, recorded_at, action, 'article:b', actor, reason, before, after, hash, "
        "sha256('x') from audit_entry where entry_id = 2",
    )
    assert audit.verify(connection).faults[0] == "entry 3 was changed"


def test_a_chain_made_anew_lacks_the_hash_that_was_noted(connection):
    """Only an owner can do that; who noted a hash elsewhere finds out."""
    noted = audit.verify(connection).hash
    assert audit.verify(connection, noted).faults == ()
    execute(connection, OPENED)
    execute(connection, "truncate audit_entry")
    execute(connection, "update audit_head set n_entries = 0, hash = sha256('')")
    execute(connection, "alter table audit_entry enable trigger all")
    audit.record(connection, "article retract", "article:a1", "person:eve", "mine")
    assert audit.verify(connection).faults == ()
    assert noted in audit.verify(connection, noted).faults[0]


@pytest.mark.parametrize(
    "statement",
    ["update audit_entry set actor = 'person:eve'", "delete from audit_entry", "truncate audit_entry"],
)
def test_not_even_the_owner_changes_an_entry_by_mistake(connection, statement):
    """A trigger refuses it; it would have to be switched off first."""
    with pytest.raises(errors.InsufficientPrivilege):
        execute(connection, statement)


@pytest.mark.parametrize("role", ["frontpage_audit", "frontpage_serving"])
@pytest.mark.parametrize(
    "statement",
    [
        "update audit_entry set actor = 'person:eve'",
        "delete from audit_entry",
        "truncate audit_entry",
        "select * from audit_entry",
        "update audit_head set n_entries = 0",
        "alter table audit_entry disable trigger all",
        "insert into audit_entry (entry_id, action, subject, actor, reason) values (9, 'a', 'b', 'c', 'd')",
    ],
)
def test_a_role_may_only_insert(connection, role, statement):
    """Number, time and hashes are not for it to say either."""
    execute(connection, f"set role {role}")
    with pytest.raises(psycopg2.Error) as refused:
        execute(connection, statement)
    assert isinstance(refused.value, errors.InsufficientPrivilege)
    audit.record(connection, "key create", "key:1", "person:ana", "for the app")
    execute(connection, "reset role")
    assert audit.verify(connection).n_entries == 6


def test_there_is_no_entry_without_its_change_nor_the_other_way_round(connection):
    """Both are one transaction."""
    with pytest.raises(ZeroDivisionError), transaction(connection):
        audit.record(connection, "key create", "key:1", "person:ana", "for the app")
        raise ZeroDivisionError
    assert audit.verify(connection).n_entries == 5


def test_an_entry_says_who_and_why(connection):
    """An empty reason is refused, in one sentence."""
    with pytest.raises(BadInputError, match="needs to know who asks and why"):
        audit.record(connection, "article retract", "article:a1", "person:ana", " ")


def test_keys_are_audited(settings: Settings, capsys):
    """Making and revoking one; the log never holds the key or its hash."""
    acting = settings.model_copy(update={"actor": "person:ana"})
    options = {"name": "app", "scopes": ["read"], "secret": "s" * 40, "requests_per_second": None}
    key.run(acting, Params(), "create", **options, reason="the app's")
    key.run(acting, Params(), "revoke", key_id=1)
    with connect(settings.database_url) as connection:
        rows = fetch_all(connection, "select action, subject, actor, reason from audit_entry order by entry_id")
        assert [(*row.values(),) for row in rows] == [
            ("key create", "key:1", "person:ana", "the app's"),
            ("key revoke", "key:1", "person:ana", "by hand"),
        ]
        assert (fetch_one(connection, "select after from audit_entry where entry_id = 1") or {})["after"] == {
            "name": "app", "scopes": ["read"], "requests_per_second": None,
        }  # fmt: skip


def test_the_verb_fails_on_a_fault(settings: Settings, connection):
    """Exit code 4; where there is none the summary has the last hash, to be noted elsewhere."""
    done = audit_step.verify(settings, Params())
    assert (done.rows_in, done.artifact) == (5, f"sha256:{audit.verify(connection).hash}")
    for statement in (OPENED, "update audit_entry set reason = 'x' where entry_id = 2"):
        execute(connection, statement)
    with pytest.raises(CheckFailedError, match="entry 2 was changed"):
        audit_step.verify(settings, Params())


def test_the_api_log_in_may_only_insert(postgres: Server, database: str):
    """The log-in itself, not only its role."""
    with connect(postgres.api_url(database.rsplit("/", 1)[1])) as api:
        audit.record(api, "article retract", "article:a1", "api:desk", "false")
        with pytest.raises(errors.InsufficientPrivilege):
            execute(api, "delete from audit_entry")
