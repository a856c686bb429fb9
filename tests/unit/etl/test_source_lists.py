"""Lists of sources in one line."""

import pytest

from etl.source_lists import split_sources
from frontpage.core.errors import BadInputError

SQL = "sql+postgresql://u@h/cms?kind=reads&query_file=/q/reads.sql"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" , \n", []),
        ("newsroom", ["newsroom"]),
        ("feed+http://127.0.0.1:8000/a,b.xml", ["feed+http://127.0.0.1:8000/a,b.xml"]),
        ("feed+http://h/a,b.xml,feed+http://h/c.xml", ["feed+http://h/a,b.xml", "feed+http://h/c.xml"]),
        ("feed+http://h/?q=a,b+c, /data/n", ["feed+http://h/?q=a,b+c", "/data/n"]),
        (f"feed+https://h/x.xml {SQL} /data/newsroom", ["feed+https://h/x.xml", SQL, "/data/newsroom"]),
        ("/data/my newsroom", ["/data/my newsroom"]),
        ("/data/my newsroom ./other, ~/third", ["/data/my newsroom", "./other", "~/third"]),
        ("s3://bucket/a,s3://bucket/b,c", ["s3://bucket/a", "s3://bucket/b,c"]),
        ("'/a, /b' feed+http://h/1", ["/a, /b", "feed+http://h/1"]),
        ('articles+"/data/export, /old.csv",/n', ["articles+/data/export, /old.csv", "/n"]),
        ("feed+http://h/o'b.xml,feed+http://h/o'c.xml", ["feed+http://h/o'b.xml", "feed+http://h/o'c.xml"]),
        ("\n  feed+http://h/1\n  newsroom\r\n", ["feed+http://h/1", "newsroom"]),
        ("/Zeitung/Käse, feed+https://ü.example/ä,ö.xml", ["/Zeitung/Käse", "feed+https://ü.example/ä,ö.xml"]),
    ],
)
def test_a_separator_stands_before_a_source(text, expected):
    """A comma or space in an address or a path belongs to it, unless a source begins behind it; quotes keep all."""
    assert split_sources(text) == expected


def test_a_quote_must_be_closed():
    """The sentence shows where it was opened."""
    with pytest.raises(BadInputError, match="quote before '/data/n' is never closed"):
        split_sources("feed+http://h/1 '/data/n")
