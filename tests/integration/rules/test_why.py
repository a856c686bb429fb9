"""Why: a list made once more is the stored one, whatever came since; and the stage at which an article was left."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from frontpage.core.settings import Settings
from frontpage.scoring.funnel import why_not
from frontpage.scoring.rebuild import Workshop, same_as_stored
from frontpage.steps import retract, rules, why
from frontpage.store import audit
from frontpage.store.connect import connect, execute, fetch_all, fetch_one
from frontpage.store.lists import runs

from .conftest import HOUR, KEEPING, SECOND
from .test_rules_on_lists import LATER, refreshed, served, write

pytestmark = pytest.mark.slow


def test_a_list_made_once_more_is_the_stored_one(installation: Settings, tmp_path: Path):
    """Of two runs under two versions of the rules, for every reader, after an article was retracted since."""
    pinned = served(installation).article_id.value_counts().index[-1]
    pin = {"id": "p", "kind": "pin", "reason": "election", "article": pinned, "place": 2, "until": LATER}
    rules.apply(installation, KEEPING, write(tmp_path, pin), reason="a test")
    refreshed(installation)
    rules.apply(installation, KEEPING, write(tmp_path), reason="over")
    refreshed(installation, SECOND + HOUR)
    retract.run(installation, KEEPING, pinned, reason="false")
    with connect(installation.database_url) as connection:
        checked: Counter[tuple[int, bool]] = Counter()
        for run in fetch_all(connection, "select * from rec_run where state in ('published', 'superseded')"):
            workshop = Workshop.of(connection, installation, KEEPING, run)
            rows = fetch_all(connection, f"select * from {runs.table_of(run['run_id'])} order by reader_key, rank")
            for key in sorted({row["reader_key"] for row in rows if row["scored_run"] is None}):
                again = workshop.rebuilt(key)
                assert again is not None
                stored = [row for row in rows if row["reader_key"] == key]
                checked[run["details"]["rules"], same_as_stored(again, stored)] += 1
    assert {version for version, _ in checked} == {0, 1, 2}
    assert {same for _, same in checked} == {True}


def test_why_not_names_the_stage(installation: Settings, tmp_path: Path, capsys):
    """Planted: retracted, withheld, expired, copy, unknown, read, and for a listed one its place."""
    lists = served(installation)
    key = int(lists.reader_key.iloc[0])
    mine = lists[lists.reader_key == key].article_id.tolist()
    others = [name for name in lists.article_id.value_counts().index if name not in mine]
    with connect(installation.database_url) as connection:
        copied, old = others[1], others[2]
        execute(
            connection,
            _VERSION,
            {"id": copied, "change": json.dumps({"duplicate_of": mine[0], "duplicate_kind": "url"})},
        )
        past = (SECOND - timedelta(days=13, hours=23, minutes=30)).isoformat()
        execute(connection, _VERSION, {"id": old, "change": json.dumps({"published_at": past, "first_seen_at": past})})
        read = fetch_one(
            connection,
            "select article_id from read_event where reader_key = %s order by occurred_at desc limit 1",
            [key],
        )
        reader = fetch_one(connection, "select reader_id from reader where reader_key = %s", [key])
    assert read is not None
    assert reader is not None
    retract.run(installation, KEEPING, others[0], reason="false")
    block = {"id": "b", "kind": "block", "reason": "false", "match": {"article": others[3]}}
    # Of the reader's own list, so that it is made anew.
    own = {"id": "own", "kind": "block", "reason": "false", "match": {"article": mine[1]}}
    rules.apply(installation, KEEPING, write(tmp_path, block, own), reason="a test")
    refreshed(installation, SECOND + HOUR)
    expected = {
        others[0]: "retracted", others[3]: "withheld", copied: "a copy", old: "expired", "nothing": "not known",
        read["article_id"]: "read or unwanted",
    }  # fmt: skip
    with connect(installation.database_url) as connection:
        run = runs.current(connection, "champion")
        assert run is not None
        again = Workshop.of(connection, installation, KEEPING, run).rebuilt(key)
        assert again is not None
        assert {name: why_not(again, name).name for name in expected} == expected
        assert {why_not(again, name).name for name in again.article_ids} == {"listed"}
        left = {
            why_not(again, name).name for name in again.ids(again.retrieved[0].article) if name not in again.article_ids
        }
        assert left <= {"outranked", "barred by a rule", "barred by rules", "ranked too low"}
    page = tmp_path / "why.html"
    shown = why.Shown(as_json=True, article=others[3], html=page)
    capsys.readouterr()
    why.run(installation, KEEPING, reader["reader_id"], shown=shown)
    found = json.loads(capsys.readouterr().out.splitlines()[-1])["funnel"]
    assert found["article"]["said"] == "rule b withholds it"
    assert found["withheld"] == {"b": 1, "own": 1, "retracted": 1}
    assert found["candidates"][0]["place"] == 1
    assert "<table>" in page.read_text()
    why.run(installation, KEEPING, reader["reader_id"], shown=why.Shown(article=others[3]))
    assert f"Article {others[3]}: withheld: rule b withholds it." in capsys.readouterr().out
    with connect(installation.database_url) as connection:
        assert len(audit.entries(connection, "reader look-up")) == 2


_LAST_READ = "select article_id from read_event where reader_key = %s order by occurred_at desc limit 1"
_VERSION = """insert into article_version
select (jsonb_populate_record(version, %(change)s::jsonb
        || jsonb_build_object('recorded_at', version.recorded_at + interval '1 s'))).*
from article_version version where article_id = %(id)s order by recorded_at desc limit 1"""
