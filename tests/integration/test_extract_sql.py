"""Extract from an upstream PostgreSQL: incremental, from one snapshot, with a read-only session."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.core.settings import Settings
from frontpage.store.connect import connect, execute
from frontpage.store.server import Server
from tests.integration.extract_world import DAY, START, article, check_account, pull, rows, write
from tests.support.databases import admin

_UPSTREAM = """
create table click (id bigint primary key, who text, story text, at timestamptz, logged timestamptz, seconds numeric);
insert into click select n, 'reader ' || n % 5, 'a0', '2026-03-01'::timestamptz + n * interval '1 minute',
    '2026-03-01'::timestamptz + n * interval '1 minute', n % 100 from generate_series(1, 12000) n;
"""
QUERY = """select id::text as event_id, who as reader_id, story as article_id, at as occurred_at, logged as recorded_at,
    seconds as dwell_seconds, 'read' as kind, 100 % 7 as ignored from click;"""


@pytest.fixture
def upstream(postgres: Server) -> Iterator[str]:
    """URL of somebody else's database with 12,000 clicks, one a minute."""
    admin(postgres, "create database upstream")
    with connect(postgres.url("upstream")) as connection:
        execute(connection, _UPSTREAM)
    yield postgres.url("upstream")
    admin(postgres, "drop database upstream with (force)")


def source(upstream: str, tmp_path: Path, query: str, kind: str = "reads") -> str:
    path = tmp_path / f"{kind}.sql"
    path.write_text(query)
    return f"sql+{upstream}?kind={kind}&query_file={path}"


def test_a_query_is_pulled_page_by_page_and_then_incrementally(settings: Settings, upstream: str, tmp_path: Path):
    """Rows up to as_of, once; the next pull overlaps a little, and finds what was committed late."""
    write(tmp_path, "articles/a.jsonl", [article(0)])
    uri = source(upstream, tmp_path, QUERY)
    first = pull(settings, START + DAY, tmp_path, uri)
    assert (first.rows_in, first.rows_out) == (1441, 1441)
    with connect(upstream) as connection:
        execute(
            connection, "insert into click values (99999, 'late', 'a0', '2026-03-01T23:00Z', '2026-03-01T23:30Z', 5)"
        )
    second = pull(settings, START + 2 * DAY, uri)
    assert (second.rows_in, second.rows_out, second.details["unchanged"]) == (60 + 1 + 1440, 1441, 60)
    late = rows(settings, "select recorded_at from read_event where event_id = '99999'")
    assert late == [(START + DAY + timedelta(microseconds=1),)]
    shown = rows(settings, "select source from extract_run")
    assert all(upstream.split("@", maxsplit=1)[0].rsplit(":", 1)[1] not in name for (name,) in shown)
    check_account(settings)


def test_rows_without_a_time_are_learned_of_when_we_ask(settings: Settings, upstream: str, tmp_path: Path):
    """A query without recorded_at and first_seen_at: as_of stands in for both, and a re-pull is unchanged."""
    query = (
        "select 'a' || n as article_id, 'https://p.example/' || n as url, 'Story' as title from generate_series(1, 3) n"
    )
    uri = source(upstream, tmp_path, query, "articles")
    assert pull(settings, START, uri).rows_out == 3
    assert pull(settings, START + DAY, uri).details["unchanged"] == 3
    assert rows(settings, "select distinct recorded_at, first_seen_at from article_version") == [(START, START)]


def test_bad_rows_are_named_by_their_key(settings: Settings, upstream: str, tmp_path: Path):
    """A row of a query has no line: quarantine names it by its id, so that the next pull meets the same one."""
    query = QUERY.replace("seconds as", "-seconds as").rstrip(";") + " where id between 1 and 3"
    uri = source(upstream, tmp_path, query)
    for day in (1, 2):
        pull(settings, START + day * DAY, uri)
    locators = [row[0] for row in rows(settings, "select locator from quarantine order by 1")]
    assert locators == ["reads.sql#1", "reads.sql#2", "reads.sql#3"]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("seconds", "'Infinity'::numeric", "bad_number"),
        ("seconds", "1e5000::numeric", "bad_number"),
        ("at", "'20260-03-01'::timestamptz", "bad_time"),
        ("at", "'0044-03-15 BC'::timestamptz", "bad_time"),
        ("at", "'infinity'::timestamptz", "time_out_of_range"),
        ("logged", "'0044-03-15 BC'::timestamptz", "bad_time"),
    ],
)
def test_values_that_python_cannot_hold_cost_their_row_only(
    settings: Settings, upstream: str, tmp_path: Path, column: str, value: str, reason: str
):
    """PostgreSQL's numbers and years go further than ours: such a row is quarantined, the others are loaded."""
    write(tmp_path, "articles/a.jsonl", [article(0)])
    others = QUERY.rstrip(";") + " where id between 2 and 5"
    bad = QUERY.rstrip(";").replace(f"{column} as", f"{value} as") + " where id = 1"
    summary = pull(settings, START + DAY, tmp_path, source(upstream, tmp_path, f"{others} union all {bad}"))
    assert (summary.rows_out, summary.rejected) == (5, 1)
    assert rows(settings, "select locator, reason from quarantine") == [("reads.sql#1", reason)]
    check_account(settings)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("select * from nowhere", 'upstream query is refused: relation "nowhere" does not exist'),
        ("delete from click", "upstream query is refused"),
        ("select * from click; delete from click", "upstream query is refused: it holds 2 statements; give one SELECT"),
        ("-- nothing yet\n;", "upstream query is refused: it holds no statement"),
        ("select 1) x; delete from click; select * from (select 1", "it holds 3 statements"),
        ("with gone as (delete from click returning *) select * from gone", "upstream query is refused"),
    ],
)
def test_a_wrong_query_is_one_sentence(settings: Settings, upstream: str, tmp_path: Path, query: str, sentence: str):
    """What the upstream refuses is bad input, and the session cannot write."""
    with pytest.raises(BadInputError, match=sentence):
        pull(settings, START, source(upstream, tmp_path, query))
    with connect(upstream) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from click")
        assert cursor.fetchone() == (12000,)


@pytest.mark.parametrize(
    "around",
    [
        "{} -- the end",
        "{}; -- the end; of it",
        "{} /* the end */",
        "\ufeff-- first; a note\n/* and /* one */ more */ {}\n ; ;\n-- the end",
        "with nothing as (select ';' as mark, $$;--$$ as dollars where 'a' not like '%z%') {}",
    ],
)
def test_a_query_may_have_anything_around_it_that_psql_takes(
    settings: Settings, upstream: str, tmp_path: Path, around: str
):
    """Comments, semicolons after the last word, a byte order mark, per cent signs: the one row is loaded."""
    query = "select 'a1' as article_id, 'https://p.example/%41' as url, 'A; story -- or /* two' as title"
    source_uri = source(upstream, tmp_path, around.format(query), "articles")
    assert pull(settings, START, source_uri).rows_out == 1
    loaded = rows(settings, "select url, title from article_version")
    assert loaded == [("https://p.example/%41", "A; story -- or /* two")]


def test_types_of_postgresql_come_out_as_from_a_file(settings: Settings, upstream: str, tmp_path: Path):
    """Numbers, UUIDs, JSON, bytes and intervals; arrays of any type, also such as psycopg2 does not know."""
    with connect(upstream) as connection:
        execute(connection, "create type section as enum ('Sport', 'Money & more')")
    readers = """select 7::numeric as reader_id, date '2026-02-01' as signed_up_at,
        array['Sport', 'Money & more', null]::section[] as interests
        union all select 8, date '2026-02-02', '{}' union all select 9, date '2026-02-03', null"""
    articles = """select uuid '00000000-0000-0000-0000-0000000000a1' as article_id, bytea 'https://p.example/1' as url,
        'Story' as title, '["World", "Asia"]'::jsonb as category, array['Ann', 'Bob'] as author,
        timestamp '2026-02-28 10:00' as published_at, timestamptz '2026-02-28 12:00+02' as first_seen_at"""
    reads = """select 1::bigint as event_id, 7.0::float8 as reader_id,
        '00000000-0000-0000-0000-0000000000a1' as article_id, timestamptz '2026-02-28 13:00+02' as occurred_at,
        interval '1 minute 30.5 seconds' as dwell_seconds, 'read' as kind"""
    uris = [source(upstream, tmp_path, text, kind) for kind, text in
            (("articles", articles), ("readers", readers), ("reads", reads))]  # fmt: skip
    pull(settings, START, *uris)
    assert rows(settings, "select reason, detail from quarantine") == []
    stored = "select article_id, url, category, author, published_at, first_seen_at from article_version"
    at = START - timedelta(hours=14)
    story = ("00000000-0000-0000-0000-0000000000a1", "https://p.example/1", "world", "Ann, Bob", at, at)
    assert rows(settings, stored) == [story]
    versions = "select reader_id, interests from reader join reader_version using (reader_key) order by 1"
    assert rows(settings, versions) == [("7", ["sport", "money & more"]), ("8", []), ("9", None)]
    joined = "select event_id, reader_id, dwell_seconds from read_event join reader using (reader_key)"
    assert rows(settings, joined) == [("1", "7", 90.5)]


def test_an_upstream_that_is_down_is_unavailable(settings: Settings, tmp_path: Path):
    """No server: one sentence, no password."""
    path = tmp_path / "q.sql"
    path.write_text("select 1")
    with pytest.raises(UnavailableError, match="upstream PostgreSQL does not answer") as caught:
        pull(settings, START, f"sql+postgresql://u:geheim@127.0.0.1:9/db?kind=reads&query_file={path}")
    assert "geheim" not in str(caught.value)
