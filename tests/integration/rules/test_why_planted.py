"""Why, against what was planted: two hundred missing articles, and lists as a run without a rule makes them."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from frontpage.core import columns as c
from frontpage.core.settings import Settings
from frontpage.scoring.funnel import why_not, without_each_rule
from frontpage.scoring.rebuild import Rebuilt, Workshop
from frontpage.steps import retract, rules, score
from frontpage.store.connect import Connection, connect, execute, fetch_all
from frontpage.store.lists import runs

from .conftest import HOUR, KEEPING, SECOND
from .test_rules_on_lists import LATER, lists_of, refreshed, served, write

pytestmark = pytest.mark.slow


def rebuilt(connection: Connection, settings: Settings) -> dict[int, Rebuilt]:
    """The list of every reader of the served run, made once more."""
    run = runs.current(connection, "champion")
    assert run is not None
    workshop = Workshop.of(connection, settings, KEEPING, run)
    keys = fetch_all(connection, f"select distinct reader_key from {runs.table_of(run['run_id'])} order by 1")
    found = {row[c.READER_KEY]: workshop.rebuilt(row[c.READER_KEY]) for row in keys}
    return {key: again for key, again in found.items() if again is not None}


def test_why_not_names_the_stage_of_two_hundred_planted_cases(installation: Settings, tmp_path: Path):
    """Six stages, each for many readers: retracted, withheld, a copy, expired, not known, read."""
    names = served(installation)[c.ARTICLE_ID].value_counts().index.tolist()
    withdrawn, blocked, copied, old, original = names[0], names[1], names[2], names[3], names[4]
    past = (SECOND - timedelta(days=13, hours=23, minutes=30)).isoformat()
    with connect(installation.database_url) as connection:
        for name, change in (
            (copied, {"duplicate_of": original, "duplicate_kind": "url"}),
            (old, {"published_at": past, "first_seen_at": past}),
        ):
            execute(connection, _VERSION, {"id": name, "change": json.dumps(change)})
        reads = fetch_all(connection, _READS, {"at": SECOND})
    retract.run(installation, KEEPING, withdrawn, reason="false")
    block = {"id": "b", "kind": "block", "reason": "false", "match": {"article": blocked}}
    rules.apply(installation, KEEPING, write(tmp_path, block), reason="a test")
    refreshed(installation, SECOND + HOUR)
    planted = {withdrawn: "retracted", blocked: "withheld", copied: "a copy", old: "expired", "nothing": "not known"}
    told: Counter[tuple[str, str]] = Counter()
    with connect(installation.database_url) as connection:
        for key, again in rebuilt(connection, installation).items():
            own = [row[c.ARTICLE_ID] for row in reads if row[c.READER_KEY] == key]
            read = {name: "read or unwanted" for name in own if name not in planted}
            for name, stage in (planted | read).items():
                told[stage, why_not(again, name).name] += 1
    assert {stage for stage, _ in told} == {*planted.values(), "read or unwanted"}
    assert [pair for pair in told if pair[0] != pair[1]] == []
    assert told.total() >= 200


def test_without_a_rule_is_the_list_of_a_run_without_it(installation: Settings, tmp_path: Path):
    """For every reader, a cap and a pin: the list foretold, and what it would hold is barred by that rule."""
    lists = served(installation)
    pinned = lists[c.ARTICLE_ID].value_counts().index[-1]
    cap = {"id": "c", "kind": "cap", "reason": "too much", "match": {"category": "sport"}, "most": 2}
    pin = {"id": "p", "kind": "pin", "reason": "election", "article": pinned, "place": 3, "until": LATER}
    rules.apply(installation, KEEPING, write(tmp_path, cap, pin), reason="a test")
    refreshed(installation)
    with connect(installation.database_url) as connection:
        found = rebuilt(connection, installation)
    n_changed = 0
    for name, left in (("c", pin), ("p", cap)):
        rules.apply(installation, KEEPING, write(tmp_path, left), reason=f"without {name}")
        run_id = int(score.run(installation, KEEPING, SECOND).artifact.removeprefix("run:"))
        real = lists_of(installation, run_id).groupby(c.READER_KEY)[c.ARTICLE_ID].agg(list)
        for key, again in found.items():
            change = without_each_rule(again).get(f"rule {name}")
            assert (change["list"] if change else again.article_ids) == real[key], (name, key)
            n_changed += change is not None
            for article in change["would_be_listed"] if change else ():
                stage = why_not(again, article)
                assert stage.name in ("barred by a rule", "ranked too low"), stage
                assert stage.name == "ranked too low" or f"rule {name}" in stage.said
    assert n_changed >= len(found)


_READS = """select distinct reader_key, article_id from read_event
join article using (article_id)
where kind = 'read' and suspicion is null and read_event.recorded_at <= %(at)s
  and article.published_at > %(at)s - interval '10 days'"""
_VERSION = """insert into article_version
select (jsonb_populate_record(version, %(change)s::jsonb
        || jsonb_build_object('recorded_at', version.recorded_at + interval '1 s'))).*
from article_version version where article_id = %(id)s order by recorded_at desc limit 1"""
