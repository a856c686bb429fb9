"""COPY of Arrow columns: every text and number arrives as it was."""

import math

import pyarrow as pa

from frontpage.store.connect import connect, execute, fetch_all
from frontpage.store.copying.copy_arrow import copy_table

TEXTS: list[str | None] = [
    None,
    "plain",
    "",
    'say "hi"',
    "a,b",
    "{braces}",
    "back\\slash",
    "line\nbreak",
    "tab\t",
    "NULL",
    "\\N",
    "日本 🗞",
    None,
]
NUMBERS = [0.1, 1e-300, 1.7976931348623157e308, -0.0, math.pi, 12345678.9]


def test_texts_lists_and_numbers_survive(database: str) -> None:
    """Quotes, commas, braces, backslashes, line breaks, the word NULL, null, and floats to the last bit."""
    known = [text for text in TEXTS if text is not None]
    lists = pa.array([known, [], *([[text] for text in known] + [["x"]])], pa.list_(pa.string()))
    numbers = pa.array([NUMBERS, *([[]] * (len(lists) - 1))], pa.list_(pa.float64()))
    texts = pa.array([*TEXTS, *(["x"] * (len(lists) - len(TEXTS)))])
    order = pa.array(range(len(lists)))
    with connect(database) as connection:
        execute(connection, "create temp table t (n int, one text, many text[], numbers double precision[])")
        n_rows = copy_table(connection, "t", pa.table({"n": order, "one": texts, "many": lists, "numbers": numbers}))
        rows = fetch_all(connection, "select * from t order by n")
    assert n_rows == len(rows) == len(lists)
    assert [row["one"] for row in rows] == texts.to_pylist()
    assert [row["many"] for row in rows] == lists.to_pylist()
    assert rows[0]["numbers"] == NUMBERS


def test_nul_is_dropped_because_postgresql_cannot_store_it(database: str) -> None:
    """A NUL inside a text or a list's text goes; the rest stays."""
    with connect(database) as connection:
        execute(connection, "create temp table t (one text, many text[])")
        copy_table(connection, "t", pa.table({"one": ["a\x00b"], "many": pa.array([["c\x00d"]])}))
        assert fetch_all(connection, "select * from t") == [{"one": "ab", "many": ["cd"]}]
