"""Caps switched on bind on every kind of list, and the gate goes red where a list maker breaks one."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.errors import CheckFailedError
from frontpage.core.params import Params
from frontpage.core.sections.lists import ListParams
from frontpage.core.settings import Settings
from frontpage.lifecycle import registry
from frontpage.steps import accept, evaluate, features, gate, release, score, train
from frontpage.store import versions
from frontpage.store.connect import Connection, connect, execute, fetch_all
from frontpage.store.lists import runs
from frontpage.store.server import Server
from tests.integration.quality_world import AS_OF, HEALTHY
from tests.integration.test_models_steps import fill as fill_newsroom
from tests.support.databases import admin
from tests.unit.models.newsroom_world import PARAMS, newsroom
from tests.unit.models.worlds import NOW

HOUR = timedelta(hours=1)
CAPPED = {"max_similarity": 1.0, "max_per_publisher": 5, "max_per_category": 6}
FREE = {"max_similarity": 1.0}


def with_rules(params: Params, rules: dict[str, float]) -> Params:
    """Parameters with some list rules; every list is made anew."""
    return params.model_copy(update={"lists": ListParams(max_list_age_hours=0, **rules)})


def largest(connection: Connection, run_id: int, label: str, *, is_own: bool) -> int:
    """The largest number of places of one label in any list where the rules were not waived."""
    table, owner = (runs.table_of(run_id), "reader_key") if is_own else ("fallback_list", "scope || scope_value")
    sql = f"""
        select max(n) as n from (
            select count(*) as n from {table} join article_version using (article_id)
            where run_id = {run_id} and not is_waived group by {owner}, {label}) counts"""
    return fetch_all(connection, sql)[0]["n"]


def verdicts(connection: Connection) -> dict[str, dict]:
    """What the newest gate found, by expectation."""
    row = fetch_all(connection, "select results from validation_run order by validation_id desc limit 1")[0]
    return {each["name"]: each for each in row["results"]}


def scored(settings: Settings, params: Params, as_of, variant: str = "champion") -> int:
    """Id of a new run."""
    return int(score.run(settings, params, as_of, variant).artifact.removeprefix("run:"))


@pytest.fixture
def connection(settings: Settings) -> Iterator[Connection]:
    """A newsroom of fifty readers and four publishers without a model."""
    with connect(settings.database_url) as connection:
        execute(connection, HEALTHY)
        yield connection


def test_a_cap_binds_on_popularity_and_fallback_lists(settings: Settings, connection: Connection) -> None:
    """Before there is a model: the lists keep to the caps, and the gate says so of each rule that is on."""
    run_id = scored(settings, with_rules(Params(), CAPPED), AS_OF)
    gate.run(settings, with_rules(Params(), CAPPED), AS_OF)
    found = verdicts(connection)
    assert {name: found[name]["outcome"] for name in found if name.startswith("list_keeps_")} == {
        "list_keeps_max_per_publisher": "passed",
        "list_keeps_max_per_category": "passed",
    }
    for is_own in (True, False):
        assert largest(connection, run_id, "publisher", is_own=is_own) <= 5
        assert largest(connection, run_id, "category", is_own=is_own) <= 6


def test_without_a_model_nobody_can_say_how_alike_texts_are(settings: Settings, connection: Connection) -> None:
    """The rule is on, the figure is null, and the check says that it has nothing to judge by."""
    scored(settings, with_rules(Params(), {}), AS_OF)
    gate.run(settings, with_rules(Params(), {}), AS_OF)
    assert verdicts(connection)["list_keeps_max_similarity"]["outcome"] == "skipped"


@pytest.mark.parametrize("broken", ["own", "fallback"])
def test_one_broken_list_of_a_maker_turns_the_gate_red(settings: Settings, connection: Connection, broken: str) -> None:
    """Nine of a reader's ten, or of a fallback list, get one publisher behind the maker's back: red, by name."""
    params = with_rules(Params(), CAPPED)
    run_id = scored(settings, params, AS_OF)
    table, which = (
        (runs.table_of(run_id), "reader_key = 1") if broken == "own" else ("fallback_list", "scope = 'global'")
    )
    swap = f"""
        update {table} list set article_id = other.article_id
        from (select article_id, row_number() over (order by article_id) as place from article_version
              where publisher = 'publisher 1' and first_seen_at > timestamptz '2026-03-04 10:00+00' - interval '2 days'
                and article_id not in (select article_id from read_event where reader_key = 1)) other
        where {which} and other.place = list.rank and list.rank < 10"""
    execute(connection, swap)
    with pytest.raises(CheckFailedError, match="list_keeps_max_per_publisher"):
        gate.run(settings, params, AS_OF)
    owner = {"own": {"scope": "reader", "owner": "1"}, "fallback": {"scope": "global", "owner": ""}}[broken]
    example = verdicts(connection)["list_keeps_max_per_publisher"]["examples"][0]
    assert {name: example[name] for name in owner} == owner


def test_places_where_the_rules_were_waived_are_not_judged_and_are_counted(
    settings: Settings, connection: Connection
) -> None:
    """One publisher alone: full lists, all but the first places waived, a warning, and no red."""
    execute(connection, "update article_version set publisher = 'one'")
    params = with_rules(Params(), {"max_similarity": 1.0, "max_per_publisher": 2})
    run_id = scored(settings, params, AS_OF)
    gate.run(settings, params, AS_OF)
    waived = fetch_all(
        connection, f"select count(*) filter (where is_waived) as n, count(*) from {runs.table_of(run_id)}"
    )
    assert waived[0]["n"] * 10 == waived[0]["count"] * 8 > 0
    found = verdicts(connection)
    assert found["list_keeps_max_per_publisher"]["outcome"] == "passed"
    assert found["list_rules_are_kept"]["outcome"] == "failed"
    assert found["list_rules_are_kept"]["observed"] == pytest.approx(0.8, abs=0.02)


@pytest.fixture
def trained(settings: Settings, postgres: Server, tmp_path: Path) -> Iterator[Settings]:
    """A newsroom with a champion whose ranker makes the lists; without a recipe, so under whatever rules are given."""
    name = f"mlflow_{settings.database_url.rsplit('/', 1)[1]}"
    admin(postgres, f"create database {name}")
    ours = settings.model_copy(update={"mlflow_url": postgres.url(name), "home": tmp_path / "home"})
    with connect(settings.database_url) as connection:
        past = newsroom(60, 36)
        texts = [f"{name} " * 3 + f"word{number}" for number, name in enumerate(past.articles[c.ARTICLE_ID])]
        past.articles[c.TITLE] = texts
        fill_newsroom(connection, past)
    for step in (features, train, evaluate, accept, release):
        step.run(ours, PARAMS, NOW - HOUR)
    features.run(ours, PARAMS, NOW)
    with connect(settings.database_url) as connection:
        execute(connection, "update model_version set lineage = lineage - 'recipe'")
    yield ours
    admin(postgres, f"drop database {name} with (force)")


@pytest.mark.slow
def test_a_maker_that_leaves_the_rules_out_is_caught_on_every_kind_of_list(trained: Settings) -> None:
    """Ranked lists, lists by popularity in the champion's place, and the fallback lists of both.

    With the cap they are green and bound; made without it, they are red under parameters that have it on.
    """
    capped, free = with_rules(PARAMS, {"max_per_publisher": 5}), with_rules(PARAMS, FREE)
    with connect(trained.database_url) as connection:
        champion = versions.champion(connection)
        assert champion is not None
        for hours in (None, 2.0):
            by = {**champion.gate, "popularity_half_life_hours": hours, "segments": {}}
            versions.set_metrics(connection, champion.version, champion.metrics, by)
            assert registry.choice_of(versions.get(connection, champion.version)).half_life_hours == hours
            run_id = scored(trained, capped, NOW)
            gate.run(trained, capped, NOW)
            assert verdicts(connection)["list_keeps_max_similarity"]["outcome"] == "passed"
            for is_own in (True, False):
                assert largest(connection, run_id, "publisher", is_own=is_own) <= 5
            run_id = scored(trained, free, NOW)
            assert max(largest(connection, run_id, "publisher", is_own=is_own) for is_own in (True, False)) > 5
            with pytest.raises(CheckFailedError, match="list_keeps_max_per_publisher"):
                gate.run(trained, capped, NOW)


@pytest.mark.slow
def test_a_variant_is_one_entry(trained: Settings) -> None:
    """A control group, the newest of the picked categories: named in the parameters, scored, checked, explained."""
    control = {"retrieve": ["interests"], "rank": "newest", "rerank": ["rules"], "explain": "counts"}
    params = with_rules(PARAMS, FREE).model_copy(update={"variants": {"control": control}})
    run_id = scored(trained, params, NOW, "control")
    gate.run(trained, params, NOW, "control")
    with connect(trained.database_url) as connection:
        sql = f"""
            select list.rank, list.candidate_source, article.category, list.reasons
            from {runs.table_of(run_id)} list join article_version article using (article_id)
            where reader_key = 0 order by rank"""
        rows = pd.DataFrame(fetch_all(connection, sql))
    assert list(rows[c.CATEGORY][:5]) == ["sport"] * 5
    assert list(rows[c.CANDIDATE_SOURCE]) == ["interests"] * 5 + ["newest"] * 5
    assert json.loads(json.dumps(rows[c.REASONS][0]))[0]["code"] == "new_today"
