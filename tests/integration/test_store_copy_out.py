"""Whole columns out of PostgreSQL: every value arrives as it was, and what goes wrong is said, not waited for."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from psycopg2.errors import DivisionByZero

from frontpage.core import columns as c
from frontpage.store.connect import connect, execute, fetch_one
from frontpage.store.copying.copy_out import copy_out, copy_out_table

TEXTS = [None, "plain", "", 'say "hi"', "a,b", "line\nbreak", "NULL", "\\N", "t", "日本 🗞", None, "plain"]
WHEN = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)


def test_values_survive(database: str) -> None:
    """Null is not the empty text, whatever is in a text; times keep their microseconds, absent numbers are NaN."""
    with connect(database) as connection:
        execute(connection, "create temp table t (n bigint, one text, at timestamptz, seconds float8)")
        for n, text in enumerate(TEXTS):
            values = [n, text, WHEN if n else None, 0.1 if n else None]
            execute(connection, "insert into t values (%s, %s, %s, %s)", values)
        asked = ("select * from t order by n", {}, [c.READER_KEY, c.TITLE, c.OCCURRED_AT, c.DWELL_SECONDS])
        frame, table = copy_out(connection, *asked), copy_out_table(connection, *asked)
    assert frame[c.TITLE].tolist() == table[c.TITLE].to_pylist() == TEXTS
    assert frame[c.READER_KEY].tolist() == list(range(len(TEXTS)))
    assert frame[c.OCCURRED_AT].isna().tolist() == frame[c.DWELL_SECONDS].isna().tolist() == [True, *[False] * 11]
    assert frame[c.OCCURRED_AT].iloc[1] == WHEN
    assert frame[c.DWELL_SECONDS].iloc[1] == 0.1


def test_no_rows_keep_their_types(database: str) -> None:
    """An empty result has the columns and their types."""
    with connect(database) as connection:
        asked = ("select 1::bigint, 'x'::text where false", {}, [c.READER_KEY, c.TITLE])
        table, frame = copy_out_table(connection, *asked), copy_out(connection, *asked)
    assert table.schema == pa.schema({c.READER_KEY: pa.int64(), c.TITLE: pa.string()})
    assert list(frame.columns) == [c.READER_KEY, c.TITLE]
    assert len(frame) == 0


def test_text_of_many_rows_is_one_object(database: str) -> None:
    """Where a text repeats over more than one block of the stream, all its places share it."""
    with connect(database) as connection:
        query = "select repeat('a', 50) || mod(n, 3) from generate_series(1, 400000) n"
        titles = copy_out(connection, query, {}, [c.TITLE])[c.TITLE]
    assert titles.value_counts().sort_index().tolist() == [133333, 133334, 133333]
    assert len({id(title) for title in titles}) == 3


@pytest.mark.timeout(60)
def test_rows_that_cannot_be_parsed_are_an_error(database: str) -> None:
    """Far more of them than a pipe holds; the connection can be used again."""
    with connect(database) as connection:
        with pytest.raises(pa.ArrowInvalid, match="int64"):
            copy_out(connection, "select 'word ' || n from generate_series(1, 2000000) n", {}, [c.READER_KEY])
        assert fetch_one(connection, "select 1 as n") == {"n": 1}


@pytest.mark.timeout(60)
def test_a_query_that_fails_says_why(database: str) -> None:
    """After some rows were sent already."""
    with connect(database) as connection, pytest.raises(DivisionByZero):
        copy_out(connection, "select 1 / (300000 - n) from generate_series(1, 400000) n", {}, [c.READER_KEY])
