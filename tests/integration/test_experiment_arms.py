"""Lists of an experiment's arms, through the steps of a refresh."""

import json
from datetime import timedelta

import pytest

from frontpage.core import columns as c
from frontpage.core.settings import Settings
from frontpage.steps import archive, arms, experiment, refresh, why
from frontpage.store.connect import connect, fetch_all
from frontpage.store.judging import experiments
from frontpage.store.lists import runs
from tests.integration.test_models_steps import fill
from tests.unit.models.newsroom_world import PARAMS, newsroom
from tests.unit.models.worlds import NOW

pytestmark = pytest.mark.slow
HOUR = timedelta(hours=1)
PARAMS_WITH_NEWEST = PARAMS.model_copy(
    update={
        "variants": {
            **PARAMS.variants,
            "newest": {"retrieve": "live", "rank": "newest", "rerank": ["rules"], "explain": "counts"},
        }
    }
)


def test_each_arm_gets_lists_for_its_readers_alone(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """An A/B test of a third of the readers and an interleaving of another: scored, checked, published, archived."""
    with connect(settings.database_url) as connection:
        fill(connection, newsroom(60, 36))
        keys = [row[c.READER_KEY] for row in fetch_all(connection, "select reader_key from reader")]
    assert refresh.run(settings, PARAMS_WITH_NEWEST, NOW).details["outcome"] == "published"
    started = {"metrics": ["reads"], "reason": "to see"}
    experiment.start(
        settings, PARAMS_WITH_NEWEST, NOW, "fresh", arms="champion=0.2,newest=0.2", interleave=False, **started
    )
    experiment.start(
        settings, PARAMS_WITH_NEWEST, NOW, "mixed", arms="champion=0.2,newest=0.2", interleave=True, **started
    )
    assert arms.run(settings, PARAMS_WITH_NEWEST, NOW).details == {"variants": "newest,mix-mixed-1"}
    with connect(settings.database_url) as connection:
        both = experiments.running(connection)
        for variant in ("newest", "mix-mixed-1"):
            run = runs.current(connection, variant)
            assert run is not None
            listed = fetch_all(connection, f"select distinct reader_key from {runs.table_of(run[c.RUN_ID])}")
            wanted = {key for key in keys if any(one.variant_of(key) == variant for one in both)}
            if variant == "newest":
                wanted |= {key for key in keys if both[1].arm_of(key) is not None}
            assert 0 < len(listed) < 60
            assert {row[c.READER_KEY] for row in listed} == wanted
        reader = fetch_all(connection, "select reader_id from reader where reader_key = %s", [min(wanted)])[0]
        mixed = int(run[c.RUN_ID])
    archive.run(settings, PARAMS_WITH_NEWEST, NOW)
    capsys.readouterr()
    why.run(settings, PARAMS_WITH_NEWEST, reader["reader_id"], run_id=mixed, as_json=True)
    before = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {row["scored_run"] for row in before[:-1]} == {1, mixed - 1}
    with connect(settings.database_url) as connection:
        connection.cursor().execute(f"drop table {runs.table_of(mixed)}")
    why.run(settings, PARAMS_WITH_NEWEST, reader["reader_id"], run_id=mixed, as_json=True)
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == before
