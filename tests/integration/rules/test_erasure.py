"""A reader who is planted everywhere is forgotten: afterwards no byte of theirs is found but what the report names."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from frontpage.core.errors import BadInputError, NothingPublishedError
from frontpage.core.identity.pseudonym import Pseudonyms, id_hash, reader_key, reader_subject, reporter_of
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.privacy.needles import Needles
from frontpage.privacy.policy import load_policy
from frontpage.privacy.signed import is_signed
from frontpage.steps import (
    accept,
    evaluate,
    explain,
    export_reader,
    extract,
    features,
    forget,
    purge,
    refresh,
    release,
    snapshot,
    train,
    why,
)
from frontpage.store import audit, programs
from frontpage.store.connect import connect, execute, fetch_all, fetch_one
from frontpage.store.governance import erasures
from frontpage.store.server import Server
from tests.integration.extract_world import DAY, START, article, read, rows, write
from tests.integration.test_models_steps import fill
from tests.support.databases import admin
from tests.unit.models.newsroom_world import newsroom

from .conftest import FIRST, HOUR, KEEPING

CANARY, EMAIL = "canary-7f3ab2", "canary-7f3ab2@readers.example"
ASKED = "asked on 3 March"


def key_of(settings: Settings) -> int:
    return reader_key(CANARY, settings.pseudonym_secret.get_secret_value())


def plant(settings: Settings) -> None:
    """The canary in every table that can hold a reader."""
    key, secret = key_of(settings), settings.pseudonym_secret.get_secret_value()
    named = {"key": key, "id": CANARY, "email": EMAIL, "at": FIRST, "reporter": reporter_of(key, secret)}
    with connect(settings.database_url) as connection:
        for statement in _PLANTED:
            execute(connection, statement, named)


@pytest.fixture
def installation(settings: Settings, postgres: Server, tmp_path: Path):
    """A newsroom that was trained and served with the canary among its readers, and files of every kind."""
    name = f"mlflow_{settings.database_url.rsplit('/', 1)[1]}"
    admin(postgres, f"create database {name}")
    ours = settings.model_copy(update={"mlflow_url": postgres.url(name), "home": tmp_path / "home"})
    with connect(settings.database_url) as connection:
        fill(connection, newsroom(60, 36))
        for statement in _READER:
            execute(connection, statement, {"key": key_of(ours), "id": CANARY, "email": EMAIL, "at": FIRST})
    for step in (features, train, evaluate, accept, release):
        step.run(ours, KEEPING, FIRST - HOUR)
    refresh.run(ours, KEEPING, FIRST)
    snapshot.run(ours, KEEPING, FIRST, tmp_path / "home" / "snapshots" / "by-hand")
    explain.run(ours, KEEPING, FIRST - HOUR)
    plant(ours)
    mails = tmp_path / "home" / "mail"
    mails.mkdir()
    (mails / "1.eml").write_text(f"To: {EMAIL}\n\nhello")
    (tmp_path / "home" / "api.log").write_text(f'{{"message": "reader {CANARY}"}}\n{{"message": "reader {CANARY}0"}}\n')
    yield ours
    admin(postgres, f"drop database {name} with (force)")


def dumped(url: str, folder: Path) -> bytes:
    """Every row of a database, as pg_dump writes it."""
    out = folder / "dump.sql"
    done = subprocess.run([str(programs.bin_dir() / "pg_dump"), "--inserts", "-f", str(out), url], capture_output=True)
    assert done.returncode == 0, done.stderr
    return out.read_bytes()


@pytest.mark.slow
def test_a_forgotten_reader_is_found_nowhere(installation: Settings, tmp_path: Path):
    """Dump of both databases and every file, but what the report names with its day; then that goes too."""
    key, secret = key_of(installation), installation.pseudonym_secret.get_secret_value()
    needles = Needles(CANARY, key, EMAIL)
    home = installation.home
    assert needles.in_bytes(dumped(installation.database_url, tmp_path))
    with connect(installation.database_url) as connection:
        planted = erasures.everything_of(connection, key, CANARY)
        run = fetch_one(connection, "select checksum from rec_run order by run_id desc limit 1")
        missing = set(load_policy().tables) - {name.split(".")[1].split("_1")[0] for name in planted}
    # Not planted: rows that experiments and pilots make of others; their tables are found like all with a pseudonym.
    assert missing <= {"list_outcome", "pilot_reader"}, missing
    holding = {str(file.relative_to(home)) for file in home.rglob("*") if file.is_file() and needles.in_file(file)}
    assert any(name.startswith("models/") for name in holding)
    assert any(name.startswith("snapshots/") for name in holding)

    out = tmp_path / "report.json"
    done = forget.run(installation, KEEPING, CANARY, reason=ASKED, as_of=FIRST, out=out, wait_seconds=0)
    assert done.rows_in > len(planted)

    for url in (installation.database_url, installation.mlflow_url):
        assert not needles.in_bytes(dumped(url, tmp_path)), url
    signed = json.loads(out.read_text())
    named = {one["path"] for one in signed["report"]["files"] if one["outcome"] == "expires"}
    left = {str(file.relative_to(home)) for file in home.rglob("*") if file.is_file() and needles.in_file(file)}
    assert left == named
    assert "canary-7f3ab20" in (home / "api.log").read_text()
    assert not (home / "mail" / "1.eml").exists()
    assert is_signed(signed["report"], signed["signature"], secret)
    assert not is_signed({**signed["report"], "rows": {}}, signed["signature"], secret)
    with connect(installation.database_url) as connection:
        entry = audit.entries(connection, "reader forget")[0]
        assert entry["subject"] == reader_subject(CANARY, secret)
        assert audit.verify(connection).faults == ()
        again = fetch_one(connection, "select checksum from rec_run order by run_id desc limit 1")
    assert again == run
    with pytest.raises(NothingPublishedError, match="was erased on"):
        why.run(installation, KEEPING, CANARY)
    with pytest.raises(BadInputError, match="nothing is kept of a reader"):
        forget.run(installation, KEEPING, CANARY, reason=ASKED, wait_seconds=0)
    purge.run(installation, KEEPING, datetime.now(UTC) + timedelta(days=31))
    left = {str(file.relative_to(home)) for file in home.rglob("*") if file.is_file() and needles.in_file(file)}
    assert all(name.startswith("models/") for name in left), left  # the champion's, until the next training


def test_who_comes_back_is_somebody_new(settings: Settings, tmp_path: Path):
    """Another pseudonym from then on; what happened before is not loaded again, though its file is read again."""
    write(tmp_path, "articles/a.jsonl", [article(0)])
    write(tmp_path, "reads/r.jsonl", [read(n) for n in range(2)])
    pull = lambda day: extract.run(settings, Params(), START + day * DAY, [str(tmp_path)])  # noqa: E731
    pull(10)
    ids = [name for (name,) in rows(settings, "select reader_id from reader order by 1")]
    secret = settings.pseudonym_secret.get_secret_value()
    forget.run(settings, Params(), ids[0], reason=ASKED, as_of=START + 10 * DAY, wait_seconds=0)
    assert [name for (name,) in rows(settings, "select reader_id from reader")] == ids[1:]
    late = {**read(0), "event_id": "late", "reader_id": ids[0]}
    after = (START + 11 * DAY).isoformat()
    back = {**late, "event_id": "back", "occurred_at": after, "recorded_at": after}
    write(tmp_path, "reads/s.jsonl", [late, back])
    done = pull(12)
    assert done.details["left_out"] == 1
    with connect(settings.database_url) as connection:
        new = Pseudonyms(secret, erasures.erased(connection)).key(ids[0])
        assert new != reader_key(ids[0], secret)
        found = fetch_all(connection, "select event_id from read_event where reader_key = %s", [new])
        assert found == [{"event_id": "back"}]
        assert id_hash(ids[0], secret) in erasures.erased(connection)


def test_a_person_gets_what_is_kept_of_them(settings: Settings, tmp_path: Path):
    """Every row, as JSON and as a page that says what it is for; the access is audited."""
    with connect(settings.database_url) as connection:
        for statement in _READER[:3]:
            named = {"key": key_of(settings), "id": CANARY, "email": EMAIL, "at": FIRST}
            execute(connection, statement, named)
    export_reader.run(settings, Params(), CANARY, reason=ASKED, out=tmp_path / "export")
    found = json.loads((tmp_path / "export" / "reader.json").read_text())
    assert found["public.reader_contact"][0]["email"] == EMAIL
    page = (tmp_path / "export" / "reader.html").read_text()
    assert "To send the digest that was asked for." in page
    with connect(settings.database_url) as connection:
        entry = audit.entries(connection, "reader export")[0]
    assert entry["after"]["tables"] == [
        "public.digest_consent",
        "public.reader",
        "public.reader_contact",
        "public.reader_version",
    ]
    with pytest.raises(BadInputError, match="nothing is kept of a reader 'nobody-here'"):
        export_reader.run(settings, Params(), "nobody-here", reason=ASKED, out=tmp_path)


def test_the_policy_is_the_schema(database: str):
    """Every table with a pseudonym has an entry and no other does; who may read it is who has the right."""
    policy = load_policy()
    with connect(database) as connection:
        tables = {name.split(".")[1] for name in erasures.reader_tables(connection)}
        assert tables == set(policy.tables)
        everything = {
            row["relname"] for row in fetch_all(connection, "select relname from pg_class where relkind in ('r', 'p')")
        }
        assert set(policy.mentions) <= everything
        for name, entry in (policy.tables | policy.mentions).items():
            place = fetch_one(
                connection, "select c.oid::regclass::text as t from pg_class c where relname = %s", [name]
            )
            sql = "select has_table_privilege('frontpage_serving', %s, 'select') as may"
            may = (fetch_one(connection, sql, [(place or {})["t"]]) or {})["may"]
            assert may == ("frontpage_serving" in entry.readers), name
        secret = ["reader_contact.email", "reader.reader_id", "digest_delivery.address_hash"]
        for column in secret:
            table, name = column.split(".")
            sql = "select has_column_privilege('frontpage_serving', %s, %s, 'select') as may"
            assert (fetch_one(connection, sql, [table, name]) or {})["may"] is False
    known = set(type(Params().retention).model_fields) | set(type(Params().quality).model_fields)
    for entry in (policy.tables | policy.mentions | policy.files).values():
        assert entry.retention in {"reader", "for good"} | known


_READER = (
    "insert into reader values (%(key)s, %(id)s, %(at)s - interval '3 days')",
    """insert into reader_version (reader_key, recorded_at, signed_up_at, region, interests, source, extract_id)
    values (%(key)s, %(at)s - interval '3 days', %(at)s - interval '3 days', 'north', '{sport}', 'test', 0)""",
    "insert into reader_contact values (%(key)s, %(email)s, true, %(at)s)",
    """insert into read_event (event_id, reader_key, article_id, kind, occurred_at, recorded_at, source, extract_id)
    select 'canary ' || n, %(key)s, article_id, 'read', moment, moment, 'test', 0
    from (select article_id, row_number() over (order by count(*) desc) as n from read_event group by 1 limit 8) much,
         lateral (select %(at)s - n * interval '2 hours' as moment) at""",
)
_PLANTED = (
    "insert into reader_preference values (%(key)s, 'muted_category', 'sport', %(at)s)",
    """insert into impression (impression_id, article_id, reader_key, clicked, recorded_at, source, extract_id)
    values ('i', 'a', %(key)s, true, %(at)s, 'test', 0)""",
    """insert into event_inbox (event_id, kind, reader_id, reader_key, article_id, occurred_at, received_at)
    values ('e', 'read', %(id)s, %(key)s, 'a', %(at)s, %(at)s)""",
    """insert into catalogue_batch (batch_id, kind, sender, content_hash, n_rows, received_at)
    values ('b', 'readers', 'api:app', 'h', 1, %(at)s)""",
    """insert into catalogue_row (batch_id, kind, place, payload, reader_key, received_at)
    values ('b', 'readers', 0, '{"reader_id": "' || %(id)s || '", "email": "' || %(email)s || '"}', %(key)s, %(at)s)""",
    "insert into served_list select %(at)s, 'q', %(key)s, run_id, 'champion', null, null, false, 10 from published_run",
    """insert into digest_edition (edition_id, as_of, run_id, local_day, due_at)
    select 'd', %(at)s, run_id, %(at)s, %(at)s from published_run""",
    """insert into digest_delivery (edition_id, reader_key, state, message_id, local_day)
    values ('d', %(key)s, 'pending', 'm', %(at)s)""",
    """insert into digest_report (fingerprint, kind, edition_id, reader_key, is_final)
    values ('f', 'bounce', 'd', %(key)s, true)""",
    """insert into link_click (edition_id, reader_key, position, article_id, verdict)
    values ('d', %(key)s, 1, 'a', 'human')""",
    "insert into correction values (%(key)s, 'a', %(at)s)",
    """insert into quarantine (source, kind, locator, payload, reason, recorded_at, extract_id)
    values ('test', 'reads', 'l', '{"reader_id": "' || %(id)s || '"}', 'bad_time', %(at)s, 0)""",
    "insert into digest_report_inbox values ('x', convert_to('To: ' || %(email)s, 'UTF8'), %(at)s)",
    "insert into misleading_report values ('a', %(reporter)s, 'api', 'no', null, %(at)s)",
    """insert into validation_run (as_of, boundary, passed, results)
    values (%(at)s, 'reads', true, jsonb_build_array(jsonb_build_object('examples', %(key)s::text)))""",
)
