"""The steps validate and gate on a real database."""

import re
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from frontpage.core.errors import CheckFailedError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.quality.declare import Boundary, Part
from frontpage.quality.engine import open_engine
from frontpage.quality.inputs import check_part, session_variables
from frontpage.quality.pages import write_pages
from frontpage.steps import gate, validate
from frontpage.store.connect import Connection, connect, execute, fetch_all, fetch_one
from frontpage.store.lists import runs
from tests.integration.extract_world import DAY, START, article, pull, write
from tests.integration.quality_world import AS_OF, fill, plant

PARAMS = Params()
_LATER = """
insert into read_event
select 'late' || i, 1, 'a5', 'read', %(as_of)s - interval '1 hour', %(as_of)s + interval '1 hour', 30,
       null, null, null, null, 'burst', 'reads', 2
from generate_series(1, 2000) i;
insert into article_version
select article_id, recorded_at + interval '60 days', '', '', '', null, null, null, null, null, null, null,
       first_seen_at, '', 'nowhere', 'url', 'live', 'feed', 2
from article_version where article_id < 'a2'
"""
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def connection(settings: Settings):
    """A connection to the (empty) database of the test."""
    with connect(settings.database_url) as connection:
        yield connection


def state_of(connection: Connection, run_id: int) -> str:
    """State of a run."""
    row = fetch_one(connection, "select state from rec_run where run_id = %s", [run_id])
    assert row is not None
    return row["state"]


def newest(connection: Connection) -> list[dict[str, Any]]:
    """The last check of each boundary for AS_OF, ordered by boundary."""
    sql = """
        select distinct on (boundary) boundary, passed, results
        from validation_run where as_of = %s order by boundary, validation_id desc"""
    return fetch_all(connection, sql, [AS_OF])


def results(connection: Connection, boundary: str) -> dict[str, str]:
    """Outcome of each expectation in the newest check of a boundary."""
    found = {row["boundary"]: row["results"] for row in newest(connection)}
    return {each["name"]: each["outcome"] for each in found[boundary]}


def test_an_empty_database_is_not_red(settings, connection):
    """Before the first extract there is nothing to complain of, and every comparison says that it has no basis."""
    summary = validate.run(settings, PARAMS, AS_OF)
    assert "warnings" not in summary.details
    assert int(summary.details["skipped"]) >= 20
    assert results(connection, "articles")["articles_of_a_day_not_far_too_few"] == "skipped"


def test_an_empty_list_of_nobody_passes_the_gate(settings, connection):
    """With neither readers nor articles the list is empty, and that is as full as it can be."""
    run_id = runs.begin_run(connection, AS_OF, "champion")
    runs.finish_run(connection, run_id)
    gate.run(settings, PARAMS, AS_OF)
    assert state_of(connection, run_id) == "passed"


def test_a_good_day_is_written_down_and_shown(settings, connection):
    """A green check leaves a row per boundary, and a page per boundary that loads nothing from elsewhere."""
    fill(connection)
    summary = validate.run(settings, PARAMS, AS_OF)
    gate.run(settings, PARAMS, AS_OF)
    assert summary.rows_in == summary.rows_out + len(summary.details["skipped"].split(","))
    rows = newest(connection)
    assert {row["boundary"]: row["passed"] for row in rows} == dict.fromkeys(
        ("articles", "extract", "lists", "readers", "reads"), True
    )
    assert {"name", "severity", "outcome", "observed", "examples", "reason"} == set(rows[0]["results"][0])
    pages = sorted(settings.path("data_docs").glob("*.html"))
    assert [page.name for page in pages] == [
        "articles-20260304T100000.html", "extract-20260304T100000.html", "index.html", "lists-20260304T100000.html",
        "readers-20260304T100000.html", "reads-20260304T100000.html",
    ]  # fmt: skip
    for page in pages:
        loaded = re.findall(r"<(?:script|link|img|iframe)\b", page.read_text())
        assert loaded == [], page.name
    assert "articles_of_a_day_not_far_too_few" in pages[0].read_text()


def test_too_few_articles_stop_the_run(settings, connection):
    """The named case: a weekday that brings 240 articles brought almost none. One sentence says so."""
    fill(connection)
    plant(connection, "articles_of_a_day_not_far_too_few", 1)
    with pytest.raises(CheckFailedError, match="articles_of_a_day_not_far_too_few") as raised:
        validate.run(settings, PARAMS, AS_OF)
    assert "\n" not in str(raised.value)
    said = {row["boundary"]: row["passed"] for row in newest(connection)}
    assert said["extract"]
    assert not said["articles"]
    assert "articles_of_a_day_not_far_too_few" in settings.path("data_docs", "index.html").read_text()


def test_an_empty_day_of_a_small_newsroom_is_not_red(settings, connection):
    """Where a day brings five articles and a dozen reads, one without any may be chance, or a holiday."""
    fill(connection)
    execute(connection, "delete from article_version where article_id not like '%%00' and article_id not like '%%50'")
    execute(connection, "delete from read_event where event_id not like '%%00' or article_id not in "
                        "(select article_id from article_version)")  # fmt: skip
    execute(connection, "delete from article_version where first_seen_at > %s", [AS_OF - timedelta(days=1)])
    execute(connection, "delete from read_event where occurred_at > %s or article_id not in "
                        "(select article_id from article_version)", [AS_OF - timedelta(days=1)])  # fmt: skip
    validate.run(settings, PARAMS, AS_OF)


def test_what_extract_accepts_is_not_red(settings, tmp_path):
    """A scheme in capitals is stored in lower case; articles under one site's front page are no copies."""
    fronts = [article(n, url="https://site.example/") for n in range(6)]
    write(tmp_path, "articles/a.jsonl", [*fronts, article(50, url="HTTPS://Example.com/story")])
    assert pull(settings, START + DAY, tmp_path).rows_out == 7
    validate.run(settings, PARAMS, START + DAY)


def test_later_rows_change_no_earlier_answer(settings, connection):
    """What is recorded after as_of is not seen: not even rows that would be red."""
    fill(connection)
    before = validate.run(settings, PARAMS, AS_OF)
    execute(connection, _LATER, {"as_of": AS_OF})
    after = validate.run(settings, PARAMS, AS_OF)
    assert replace(after, seconds=0) == replace(before, seconds=0)


def test_a_bad_list_is_not_published(settings, connection):
    """The gate marks the run failed with its findings, raises one sentence, and leaves what is served."""
    run_id = fill(connection)
    gate.run(settings, PARAMS, AS_OF)
    runs.publish(connection, runs.newest_attempt(connection, AS_OF, "champion", "passed"))
    again = runs.begin_run(connection, AS_OF, "champion")
    execute(connection, f"insert into {runs.table_of(again)} (reader_key, rank, article_id, score, candidate_source) "
                        f"select reader_key, rank, 'nowhere', score, 'x' from {runs.table_of(run_id)}")  # fmt: skip
    runs.finish_run(connection, again)
    with pytest.raises(CheckFailedError, match=r"list_article_exists .*e.g. {'scope': 'reader'"):
        gate.run(settings, PARAMS, AS_OF)
    assert state_of(connection, again) == "failed"
    kept = fetch_all(connection, "select gate from rec_run where run_id = %s", [again])[0]["gate"]
    red = {each["name"] for each in kept["results"] if each["outcome"] == "failed" and each["severity"] == "fail"}
    assert red == {
        "list_article_exists",
        "list_names_an_article_once",
        "list_reasons_are_there",
        "list_fallback_is_there",
    }
    served = runs.current(connection, "champion")
    assert served is not None
    assert served["run_id"] == run_id


def test_old_pages_are_dropped(settings, tmp_path):
    """The folder of pages does not grow: the newest of each boundary are kept."""
    for hour in range(10, 13):
        moment = AS_OF.replace(hour=hour)
        with open_engine(settings.database_url, moment, session_variables(PARAMS)) as engine:
            write_pages(tmp_path, moment, [check_part(engine, Boundary.EXTRACT, Part.FIGURES, PARAMS)], keep=2)
    kept = sorted(path.name for path in tmp_path.glob("*.html"))
    assert kept == ["extract-20260304T110000.html", "extract-20260304T120000.html", "index.html"]


@pytest.mark.slow
def test_nothing_is_called_but_postgresql(settings):
    """Importing and using Great Expectations opens no Python socket and looks up no name; the password stays inside."""
    program = """
import sys
calls = []
sys.addaudithook(lambda name, arguments: calls.append((name, arguments)) if name in
    ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request") else None)
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.clock import parse_as_of
from frontpage.steps import validate
from pathlib import Path
validate.run(Settings(home=Path(sys.argv[1]), database_url=sys.argv[2]), Params(), parse_as_of("2026-03-04T10:00:00Z"))
assert calls == [], calls
"""
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning:quality", "-c", program, str(settings.home), settings.database_url],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    password = settings.database_url.split(":")[2].split("@")[0]
    kept = [path for path in settings.home.rglob("*") if path.is_file() and password in path.read_text(errors="ignore")]
    assert kept == []
