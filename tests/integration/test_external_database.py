"""A PostgreSQL of one's own: what it must be able to do, and one sentence for what it cannot."""

import contextlib
import itertools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest

from frontpage.core.database.url import DatabaseUrl
from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.store import migrate
from frontpage.store.connect import connect, execute, fetch_all, fetch_one
from frontpage.store.server import Server
from tests.support.databases import admin

FRONTPAGE = str(Path(sys.executable).with_name("frontpage"))
AS_OF = "2026-03-01T03:00:00Z"
PASSWORD = "hush-hush@1/2"
_names = itertools.count()
_TABLES = "select count(*) as n from pg_class join pg_namespace n on n.oid = relnamespace where nspname = 'public'"


@pytest.fixture
def plain(postgres: Server) -> Iterator[str]:
    """A role that may log in and nothing else."""
    name = f"plain_{os.getpid()}_{next(_names)}"
    admin(postgres, f"create role {name} login password '{PASSWORD}'")
    yield name
    admin(postgres, f"drop role {name}")


@pytest.fixture
def new(postgres: Server, plain: str) -> Iterator[Callable[..., str]]:
    """Makes empty databases; the URL of each. They are gone before `plain` is, who may own them."""
    made = []

    def create(options: str = "") -> str:
        made.append(f"own_{os.getpid()}_{next(_names)}")
        admin(postgres, f"create database {made[-1]} {options}")
        return postgres.url(made[-1])

    yield create
    for name in made:
        admin(postgres, f"drop database {name} with (force)")


@pytest.fixture
def without_serving_role(postgres: Server) -> Iterator[None]:
    """A server on which nobody has made the role yet."""
    admin(postgres, "alter role frontpage_serving rename to frontpage_serving_away")
    yield
    admin(postgres, "alter role frontpage_serving_away rename to frontpage_serving")


def as_role(url: str, role: str) -> str:
    """The same database for another log-in."""
    parsed = DatabaseUrl.parse(url)
    return DatabaseUrl(parsed.host, parsed.port, role, PASSWORD, parsed.database).libpq()


def n_tables(url: str) -> int:
    with connect(url) as connection:
        row = fetch_one(connection, _TABLES)
        return row["n"] if row else 0


def frontpage(url: str, *verb: str, **environ: str) -> tuple[int, str]:
    """Exit code and the sentence of a verb: one, without traceback or password."""
    done = subprocess.run(
        [FRONTPAGE, *verb], capture_output=True, text=True, timeout=120,
        env={**os.environ, "FRONTPAGE_DATABASE_URL": url, **environ},
    )  # fmt: skip
    assert "hush" not in done.stderr
    assert "Traceback" not in done.stderr
    said = done.stderr.rpartition("frontpage: ")[2]
    assert said.count("\n") == (1 if done.returncode else 0)
    return done.returncode, said


def test_an_owner_without_createrole_uses_the_role_that_is_there(new, plain):
    """Owning the database is enough where the role exists; nobody need grant it."""
    url = as_role(new(f"owner {plain}"), plain)
    migrate.upgrade(url)
    with connect(url) as connection:
        assert fetch_one(connection, "select has_table_privilege('frontpage_serving', 'article', 'select') as may") == {
            "may": True
        }


def test_without_the_role_nothing_is_done(new, plain, without_serving_role):
    """The sentence holds the statement that a database administrator has to run; the database stays empty."""
    url = as_role(new(f"owner {plain}"), plain)
    assert frontpage(url, "db", "migrate") == (3, (
        f"the role {plain} lacks CREATEROLE, needed as there is no role frontpage_serving, in database "
        f"{DatabaseUrl.parse(url).database}, which stays as it is; let its administrator run there: create role "
        "frontpage_serving nologin;\n"
    ))  # fmt: skip
    assert n_tables(url) == 0


def test_all_that_is_missing_is_said_at_once(new, plain, postgres):
    """A log-in to somebody else's database; after the statements of the sentence it works."""
    whole = new()
    url = as_role(whole, plain)
    with pytest.raises(BadInputError, match="CREATE on the schema and CREATE on the database") as refused:
        migrate.upgrade(url)
    assert n_tables(whole) == 0
    statements = str(refused.value).split("let its administrator run there: ")[1]
    with connect(whole) as connection:
        execute(connection, statements)
    migrate.upgrade(url)
    assert n_tables(whole) > 0
    with connect(whole) as connection:
        execute(connection, f"drop owned by {plain} cascade")


def test_a_migration_that_fails_half_way_leaves_nothing(new):
    """A table of that name, made by somebody else, meets a later migration; the earlier ones are undone with it."""
    url = new()
    with connect(url) as connection:
        execute(connection, "create table digest_report_inbox ()")
    before = n_tables(url)
    code, said = frontpage(url, "db", "migrate")
    assert code == 3
    assert "something of that name is there already" in said
    assert n_tables(url) == before


def test_another_application_is_left_alone(new):
    """Its alembic_version names a revision that is none of ours, or one that happens to be called the same."""
    for revision in ("a1b2c3", "0001"):
        url = new()
        with connect(url) as connection:
            execute(connection, "create table alembic_version (version_num text)")
            execute(connection, "insert into alembic_version values (%s)", [revision])
        code, said = frontpage(url, "db", "migrate")
        assert (code, "of another application, or of a newer Frontpage" in said) == (3, True)
        assert n_tables(url) == 1


def test_a_server_that_is_too_old(new, monkeypatch):
    """The sentence names the version that is needed."""
    monkeypatch.setattr(migrate, "MIN_POSTGRES", 99)
    with pytest.raises(BadInputError, match="and Frontpage needs 99 or newer"):
        migrate.upgrade(new())


def test_a_read_only_database(new, postgres):
    """So is a standby."""
    url = new()
    admin(postgres, f"alter database {DatabaseUrl.parse(url).database} set default_transaction_read_only = on")
    assert frontpage(url, "db", "migrate")[0] == 3
    with pytest.raises(BadInputError, match="standby or read-only"):
        migrate.upgrade(url)


def test_migrating_twice_at_once(new):
    """The second waits for the first, and finds nothing left to do."""
    url = new()
    both = [
        subprocess.Popen([FRONTPAGE, "db", "migrate"], env={**os.environ, "FRONTPAGE_DATABASE_URL": url})
        for _ in range(2)
    ]
    assert [process.wait(120) for process in both] == [0, 0]


@pytest.mark.parametrize("verb", [
    ("db", "up"), ("key", "list"), ("extract", "--as-of", AS_OF, "--source", "."), ("validate", "--as-of", AS_OF),
    ("features", "--as-of", AS_OF), ("publish", "--as-of", AS_OF), ("digest", "--as-of", AS_OF), ("why", "r1"),
], ids=lambda verb: verb[0])  # fmt: skip
def test_every_verb_says_that_nobody_listens(verb, tmp_path):
    """Exit code 5: the same call may work later."""
    code, said = frontpage("postgres://u:hush@127.0.0.1:1/x", *verb, FRONTPAGE_HOME=str(tmp_path))
    assert (code, "PostgreSQL does not answer" in said) == (5, True)


@pytest.mark.parametrize("verb", [("db", "migrate"), ("key", "list"), ("serve",), ("db", "url")])
def test_every_verb_reads_the_url_alike(verb, tmp_path):
    """What is no URL is bad input, also for those who need none."""
    code, said = frontpage("/x", *verb, FRONTPAGE_HOME=str(tmp_path))
    assert (code, "FRONTPAGE_DATABASE_URL is not usable: it must be like postgresql://" in said) == (3, True)


def test_what_the_server_refuses_is_bad_input(new, plain, postgres):
    """Wrong password, no such role, no such database, no right to connect, no encryption."""
    whole = DatabaseUrl.parse(new())
    given = [
        (DatabaseUrl(whole.host, whole.port, plain, "hush", whole.database), "password authentication failed"),
        (DatabaseUrl(whole.host, whole.port, "no body", "hush", whole.database), "password authentication failed"),
        (whole.named("no-such"), 'create database "no-such" owner "frontpage" encoding \'UTF8\' template template0'),
        (DatabaseUrl(whole.host, whole.port, plain, PASSWORD, whole.database), "permission denied for database"),
        (DatabaseUrl(whole.host, whole.port, plain, PASSWORD, whole.database, {"sslmode": "require"}), "SSL"),
    ]
    admin(postgres, f"revoke connect on database {whole.database} from public")
    for url, sentence in given:
        code, said = frontpage(url.libpq(), "db", "migrate")
        assert (code, sentence in said) == (3, True), said


@pytest.mark.parametrize("name", ["größe", "a b", "a%b", "a@b", "a/b", 'a"b', "a?b&c=d", "a#b"])
def test_odd_names_and_passwords(name, postgres):
    """Everything percent-encoded is what it says; migrations, too, go through SQLAlchemy with it."""
    quoted = '"' + name.replace('"', '""') + '"'
    admin(postgres, f"create role {quoted} login password '{name}'")
    admin(postgres, f"create database {quoted} owner {quoted}")
    try:
        url = DatabaseUrl("127.0.0.1", str(postgres.port), name, name, name).libpq()
        migrate.upgrade(url)
        assert n_tables(url) > 0
    finally:
        admin(postgres, f"drop database {quoted} with (force)")
        admin(postgres, f"drop role {quoted}")


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII", "EUC_JP"])
def test_a_database_that_is_not_utf8(new, encoding, tmp_path):
    """It cannot hold every text, so every verb refuses it, one that was migrated long ago, too."""
    url = new(f"encoding '{encoding}' template template0 lc_collate 'C' lc_ctype 'C'")
    for verb in (("db", "migrate"), ("why", "r1")):
        code, said = frontpage(url, *verb, FRONTPAGE_HOME=str(tmp_path))
        assert (code, f"is in {encoding}, which cannot hold every text" in said) == (3, True), said


def test_the_clients_encoding_is_ours(database, monkeypatch):
    """Whatever the environment or the URL says."""
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    for url in (database, f"{database}?client_encoding=LATIN1", f"{database}?options=-cclient_encoding%3DLATIN1"):
        with connect(url) as connection:
            assert fetch_one(connection, "select '日本' as text") == {"text": "日本"}
            assert fetch_all(connection, "show client_encoding") == [{"client_encoding": "UTF8"}]


@pytest.fixture(params=["transaction", "statement", "session"])
def pooled(request, database) -> Iterator[str]:
    """The database through PgBouncer, which hides from us what it would otherwise refuse."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("PgBouncer is not installed")
    url = DatabaseUrl.parse(database)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="frontpage-pooler-"))
    folder.chmod(0o755)
    (folder / "users").write_text(f'"{url.user}" "{url.password}"\n')
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n* = host={url.host} port={url.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {port}\nunix_socket_dir =\nauth_type = plain\nauth_file = {folder}/users\n"
        f"pool_mode = {request.param}\n"
        "ignore_startup_parameters = options,extra_float_digits,jit,statement_timeout,default_transaction_read_only\n"
    )
    pooler = subprocess.Popen(
        [program, str(folder / "pgbouncer.ini")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **_no_root()
    )
    try:
        _until_answered(port)
        yield replace(url, port=str(port)).libpq()
    finally:
        pooler.kill()
        pooler.wait()
        shutil.rmtree(folder)


def _no_root() -> dict:
    return {"user": "nobody"} if os.getuid() == 0 else {}


def _until_answered(port: int) -> None:
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise AssertionError("PgBouncer does not listen")


def test_a_pooler_in_between_is_told(pooled, tmp_path):
    """Whatever its mode: locks, settings and notifications belong to a session that it may hand to somebody else."""
    for verb in (("db", "migrate"), ("key", "list"), ("serve", "--port", "0")):
        code, said = frontpage(pooled, *verb, FRONTPAGE_HOME=str(tmp_path / "home"))
        assert (code, "a connection pooler (such as PgBouncer) stands between" in said) == (3, True), said


def test_the_api_does_not_start_on_what_it_cannot_serve_from(new, postgres, tmp_path):
    """A wrong password, a database that is not UTF-8; one that is merely away is waited for."""
    good = DatabaseUrl.parse(new("encoding 'LATIN1' template template0 lc_collate 'C' lc_ctype 'C'"))
    for url, sentence in ((good, "is in LATIN1"), (replace(good, password="hush"), "password authentication failed")):
        code, said = frontpage(url.libpq(), "serve", "--port", "0", FRONTPAGE_HOME=str(tmp_path))
        assert (code, sentence in said) == (3, True), said


def test_options_of_the_url_are_kept(database):
    """Ours are added to them."""
    with connect(f"{database}?options=-cwork_mem%3D7MB") as connection:
        assert fetch_all(connection, "show work_mem") == [{"work_mem": "7MB"}]
        assert fetch_all(connection, "show timezone") == [{"TimeZone": "UTC"}]


def test_a_statement_that_takes_too_long(new, postgres):
    """The limit is the role's or the database's; the sentence says how to raise it."""
    url = new()
    with psycopg2.connect(url) as other, other.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(7302, 3)")
        admin(postgres, f"alter database {DatabaseUrl.parse(url).database} set statement_timeout = '1s'")
        code, said = frontpage(url, "db", "migrate")
    assert (code, "alter role NAME set statement_timeout = 0" in said) == (5, True)


def test_tables_that_are_not_there_yet(new):
    """Somebody forgot to migrate."""
    code, said = frontpage(new(), "key", "list")
    assert (code, "run `frontpage db migrate`" in said) == (3, True)


def test_a_server_that_takes_the_call_and_says_nothing():
    """After five seconds it counts as away."""
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(UnavailableError, match="does not answer"):
        with connect(f"postgresql://u:p@127.0.0.1:{silent.getsockname()[1]}/x"):
            pass
