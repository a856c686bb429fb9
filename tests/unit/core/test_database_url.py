"""One reading of a database's URL for every library; what cannot be read is refused without showing a password."""

import inspect

import pytest
from asyncpg.connect_utils import _parse_connect_dsn_and_args
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict
from psycopg2.extensions import parse_dsn
from sqlalchemy import create_engine

from frontpage.core.database.url import DatabaseUrl
from frontpage.core.errors import BadInputError
from frontpage.core.settings import Settings

SAME = [
    ("postgresql://u:p@h/x", "postgresql://u:p@h/x"),
    ("postgres://u:p@h:5433/x", "postgresql://u:p@h:5433/x"),
    ("POSTGRESQL://u:p@h/x", "postgresql://u:p@h/x"),
    ("postgresql+psycopg2://u:p@h/x", "postgresql://u:p@h/x"),
    (" postgresql+asyncpg://u:p@h/x\n", "postgresql://u:p@h/x"),
    ("postgresql://u:a@b@h/x", "postgresql://u:a%40b@h/x"),
    ("postgresql://u:a%40b@h/x", "postgresql://u:a%40b@h/x"),
    ("postgresql://u:a:b#c?d e%@h/x", "postgresql://u:a%3Ab%23c%3Fd%20e%25@h/x"),
    ("postgresql://jürgen:größe@h/größe", "postgresql://j%C3%BCrgen:gr%C3%B6%C3%9Fe@h/gr%C3%B6%C3%9Fe"),
    ("postgresql://u:p@[::1]:54/x", "postgresql://u:p@[::1]:54/x"),
    ("postgresql://h/x?user=u&password=a%2Bb", "postgresql://u:a%2Bb@h/x"),
    ("postgresql://u:p@h?dbname=x", "postgresql://u:p@h/x"),
    ("postgresql://u:p@h/x?ssl=true", "postgresql://u:p@h/x?sslmode=require"),
    ("postgresql://u:p@h/x?client_encoding=LATIN1", "postgresql://u:p@h/x"),
    ("postgresql://u:p@%2Fvar%2Frun/x", "postgresql://u:p@/x?host=%2Fvar%2Frun"),
    ("postgresql:///x?host=/var/run&port=5433", "postgresql:///x?host=%2Fvar%2Frun&port=5433"),
    ("postgresql://u:p@a:1,b:2/x", "postgresql://u:p@/x?host=a%2Cb&port=1%2C2"),
]
REFUSED = [
    "", "/x", "x", "host=h dbname=x", "mysql://u:hush@h/x", "postgresql:/u:hush@h/x", "postgresql://u:hush@h",
    "postgresql://u:hush@/x", "postgresql://u:a@hush:c/d@h/x", "postgresql://u:hu/sh@h/x", "postgresql://u:1/hush@h/x",
    "postgresql://u:hush@h:0/x", "postgresql://u:hush@h:99999/x", "postgresql://u:hush@h:port/x",
    "postgresql://u:hush@h/x?schema=public", "postgresql://u:hush@h/x?service=mine", "postgresql://u:hush@h/x?hush",
    "postgresql://u:hush@h/x?sslmode=on", "postgresql://u:hush%00@h/x", "postgresql://u:hush%ff@h/x",
    "postgresql://u:hush@[::1/x", "postgresql://u:hush@h/x/",
]  # fmt: skip
texts = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffd"), min_size=1, max_size=20)


@pytest.mark.parametrize(("written", "read"), SAME)
def test_spellings_of_one_url(written, read):
    """They are read alike, and what is made of them reads the same again."""
    url = DatabaseUrl.parse(written)
    assert url.libpq() == read
    assert DatabaseUrl.parse(read) == url
    assert Settings(database_url=written, mlflow_url=written).database_url == read


@pytest.mark.parametrize("written", REFUSED)
def test_what_is_no_url(written):
    """One sentence that names the setting and shows nothing of the URL."""
    with pytest.raises(BadInputError, match="FRONTPAGE_DATABASE_URL is not usable: ") as refused:
        DatabaseUrl.parse(written, "FRONTPAGE_DATABASE_URL")
    assert "hush" not in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_mlflow_may_be_elsewhere():
    """An MLflow server is no database."""
    assert Settings(mlflow_url="http://mlflow:5000").mlflow_url == "http://mlflow:5000"


def test_a_representation_hides_the_password():
    assert "hush" not in repr(DatabaseUrl.parse("postgresql://u:hush@h/x"))


@given(texts, texts, texts)
def test_every_library_reads_what_was_meant(user, password, database):
    """Libpq twice, asyncpg and SQLAlchemy, with any character in user, password and name."""
    url = DatabaseUrl("db.example", "5433", user, password, database, {"sslmode": "require"})
    assert DatabaseUrl.parse(url.libpq()) == url
    meant = {"host": "db.example", "port": "5433", "user": user, "password": password, "dbname": database}
    assert parse_dsn(url.libpq()) == meant | {"sslmode": "require"}
    assert conninfo_to_dict(url.libpq()) == meant | {"sslmode": "require"}
    names = inspect.signature(_parse_connect_dsn_and_args).parameters
    given_ = {name: None for name in names if name != "dsn"}
    addresses, parameters, *_ = _parse_connect_dsn_and_args(dsn=url.asyncpg(), **given_ | {"ssl": "disable"})
    assert addresses == [("db.example", 5433)]
    assert (parameters.user, parameters.password, parameters.database) == (user, password, database)
    engine = create_engine(url.sqlalchemy())
    _, given_to_libpq = engine.dialect.create_connect_args(engine.url)
    assert given_to_libpq == meant | {"port": 5433, "sslmode": "require", "client_encoding": "utf8"}


def test_asyncpg_gets_no_parameter_that_it_does_not_know():
    """It would send the rest to the server as settings of the session, which refuses them."""
    url = DatabaseUrl.parse("postgresql://u:p@h/x?connect_timeout=3&channel_binding=require&sslmode=require")
    assert url.asyncpg() == "postgresql://u:p@h/x?sslmode=require"
    assert url.sqlalchemy_async() == "postgresql+asyncpg://u:p@h/x?ssl=require"
