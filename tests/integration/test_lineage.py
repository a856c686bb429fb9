"""An edition as a graph: told to Feast's receiver as OpenLineage events, and found there from its sources on."""

from datetime import timedelta

import httpx
import pytest

from frontpage.core.clock import iso
from frontpage.core.errors import NothingPublishedError
from frontpage.core.identity.api_keys import key_hash
from frontpage.core.lineage.trigger import Trigger
from frontpage.core.params import Params
from frontpage.core.summary import Summary
from frontpage.desk.app import create_app
from frontpage.lifecycle.executions.recording import recorded
from frontpage.lifecycle.openlineage.graph import graph_of
from frontpage.steps import lineage as step
from frontpage.store import keys
from frontpage.store.connect import connect, fetch_all
from frontpage.store.watching import lineage
from tests.unit.models.worlds import NOW

NIGHT, REPEAT = NOW - timedelta(hours=10), NOW + timedelta(hours=1)
AIRFLOW = Trigger("schedule", "airflow", "refresh_hourly/scheduled__1", "http://airflow/log", 2)
HASH = "ab" * 32


def said(verb, inputs=None, outputs=None, artifact="-", **details):
    return Summary(verb, 10, 10, artifact=artifact, details=details, inputs=inputs or {}, outputs=outputs or {})


EXTRACT = said("extract", {"world <1>": {"rows": 12}, "inbox": {"rows": 3}}, {"canonical": {"rows": 15}})
FEATURES = said("features", {"reads": {"rows": 9}}, {"states": {"rows": 7}})
TRAINING = [
    EXTRACT,
    FEATURES,
    said("snapshot", {}, {"snapshot": {"hash": HASH, "rows": 30}}),
    said("train", {"snapshot": {"hash": HASH}, "parent": {"version": "v1"}}, {"model": {"version": "v2", "hash": "c"}}),
    said("evaluate", {"model": {"version": "v2"}}, {"verdict": {"passed": True}}),
]


def edition(run):
    """A refresh whose lists a model made."""
    lists = {"run": run, "rows": 20, "hash": "d"}
    return [
        EXTRACT,
        said("validate"),
        FEATURES,
        said("score", {"model": {"version": "v2", "snapshot": HASH}}, {"lists": lists}, f"run:{run}"),
        said("gate", artifact=f"run:{run}"),
        said("publish", {"lists": lists}, {"published": {"run": run, "version": "v2"}}, outcome="published"),
    ]


@pytest.fixture
def told(settings):
    """Settings of an installation where a training and two editions ran, and one step failed."""
    settings.home.mkdir()
    seconds = iter(range(10_000))
    for as_of, summaries in ((NIGHT, TRAINING), (NOW, edition(1)), (REPEAT, edition(2))):
        for summary in summaries:
            options = {"as_of": as_of}
            with recorded(
                settings, Params(), summary.verb, options, AIRFLOW, lambda: NOW + timedelta(seconds=next(seconds))
            ) as execution:
                execution.summary = summary
    with pytest.raises(ValueError, match="broken"):
        with recorded(settings, Params(), "score", {"as_of": NOW}, Trigger(), lambda: NOW):
            raise ValueError("broken")
    done = step.run(settings, Params(), REPEAT)
    assert (done.rows_in, done.rows_out) == (18, 36)
    return settings


def test_an_edition_is_found_with_all_it_was_made_of_and_nothing_else(told):
    """From both extracts' sources over training and scoring to the run; checks beside it; not the other edition."""
    with connect(told.database_url) as connection:
        rows = lineage.edition(connection, 1)
        graph = graph_of(rows)
        assert [row["run_id"] for row in lineage.editions(connection)] == [2, 1]
        with pytest.raises(NothingPublishedError, match="no lineage of a published run 9"):
            lineage.edition(connection, 9)
    ran = sorted((node.title, node.moment) for node in graph.nodes.values() if node.kind == "execution")
    night, now = iso(NIGHT), iso(NOW)
    assert ran == sorted([
        ("extract", night), ("features", night), ("snapshot", night), ("train", night), ("evaluate", night),
        ("extract", now), ("validate", now), ("features", now), ("score", now), ("gate", now), ("publish", now),
    ])  # fmt: skip
    layers = graph.layers()
    assert {node.kind for node in layers[0]} <= {"source", "dataset"}
    assert [node.title for node in layers[-1]] == ["published 1"]
    assert "model v1" in {node.title for node in graph.nodes.values()}
    score = next(node for node in graph.nodes.values() if node.title == "score")
    assert {"model v2", "run 1"} <= set(score.lines)


def test_events_carry_version_snapshot_and_run_and_are_told_once(told):
    """The facets are in the store as the specification has them; a second call has nothing to tell."""
    assert step.run(told, Params(), REPEAT).rows_out == 0
    with connect(told.database_url) as connection:
        runs = fetch_all(connection, _RUNS)
    scored = next(row for row in runs if row["job_name"] == "score" and row["state"] == "COMPLETE")
    edition_facet = scored["facets"]["frontpage_edition"]
    assert (edition_facet["modelVersion"], edition_facet["snapshot"], edition_facet["run"]) == ("v2", HASH, "1")
    assert scored["facets"]["parent"]["job"] == {"namespace": "airflow", "name": "refresh_hourly"}
    assert scored["facets"]["nominalTime"]["nominalStartTime"] == iso(NOW)
    (failed,) = [row for row in runs if row["state"] == "FAIL"]
    assert failed["facets"]["errorMessage"]["message"] == "broken"


def test_the_page_is_one_file_and_escapes_what_sources_say(told, tmp_path):
    """No script, nothing from elsewhere; a source's name is text."""
    done = step.graph(told, Params(), html=tmp_path / "edition.html")
    text = (tmp_path / "edition.html").read_text()
    assert done.details == {"run": 2}
    assert "world &lt;1&gt;" in text
    assert "<script" not in text
    assert "src=" not in text


async def test_the_desk_shows_it(told):
    """The newest edition, each execution a link; an installation that told nothing says how."""
    with connect(told.database_url) as connection:
        keys.add_key(connection, keys.NewKey("viewer", key_hash("secret"), ["viewer"]), "person:test", "a test")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(told, Params())), base_url="http://desk.test"
    ) as client:
        assert (await client.post("/login", data={"key": "secret"})).status_code == 303
        shown = await client.get("/lineage")
        assert shown.status_code == 200
        assert "published 2" in shown.text
        assert shown.text.count('<a href="/runs/') > 10
        assert (await client.get("/lineage?run=9")).status_code == 404


_RUNS = """
select job_name, state, facets_json::jsonb as facets from lineage.openlineage_runs
join (select run_id, min(event_time) as began from lineage.openlineage_events group by run_id) event using (run_id)
order by began
"""
