"""A rollout through the steps: shadow, canary, what is served to whom, take-back, approval, promotion, retrains."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from frontpage.core import columns as c
from frontpage.core.assignment import within
from frontpage.core.errors import BadInputError, NothingToDoError
from frontpage.core.params import AlsParams, GateParams
from frontpage.core.sections.rollout import RolloutParams
from frontpage.core.settings import Settings
from frontpage.steps import accept, evaluate, features, gate, publish, refresh, release, rollout, score, train
from frontpage.store import versions
from frontpage.store.connect import connect, execute, fetch_all
from frontpage.store.lifecycle import rollouts
from frontpage.store.lists import runs
from frontpage.store.server import Server
from models.variants import complete
from tests.integration.test_models_steps import fill
from tests.support.databases import admin
from tests.unit.models.newsroom_world import PARAMS, newsroom
from tests.unit.models.worlds import NOW

pytestmark = pytest.mark.slow
HOUR = timedelta(hours=1)
FIRST = NOW - 6 * HOUR
RULES = RolloutParams(shares=(0.5, 0.8), shadow_hours=1, step_hours=2, shadow_share=0.5, min_readers=5, min_overlap=0)
BEFORE = complete(PARAMS)
CHANGED = BEFORE.model_copy(
    update={
        "rollout": RULES,
        "als": AlsParams(**{**PARAMS.als.model_dump(), "alpha": 3.0}),
        "gate": GateParams(min_ratio_to_champion=0.01),
        "acceptance": PARAMS.acceptance.model_copy(update={"min_ndcg": 0.0, "max_loss": 1.0, "max_slice_loss": 1.0}),
    }
)


@pytest.fixture
def installation(settings: Settings, postgres: Server, tmp_path: Path) -> Iterator[Settings]:
    """A newsroom with a champion whose lists are served, and a version of another recipe that passed its gate."""
    name = f"mlflow_{settings.database_url.rsplit('/', 1)[1]}"
    admin(postgres, f"create database {name}")
    ours = settings.model_copy(update={"mlflow_url": postgres.url(name), "home": tmp_path / "home"})
    with connect(settings.database_url) as connection:
        fill(connection, newsroom(60, 36))
    for step in (features, train, evaluate, accept, release):
        step.run(ours, BEFORE, FIRST - HOUR)
    refresh.run(ours, BEFORE, FIRST)
    trained(ours, FIRST)
    yield ours
    admin(postgres, f"drop database {name} with (force)")


def trained(settings: Settings, as_of: datetime) -> str:
    """A version of the changed recipe, as far as its release."""
    for step in (train, evaluate, accept):
        step.run(settings, CHANGED, as_of)
    return str(release.run(settings, CHANGED, as_of).details["version"])


def tick(settings: Settings, as_of: datetime) -> dict:
    """A refresh as the workflow does it."""
    features.run(settings, CHANGED, as_of)
    score.run(settings, CHANGED, as_of)
    gate.run(settings, CHANGED, as_of)
    publish.run(settings, CHANGED, as_of)
    return rollout.run(settings, CHANGED, as_of).details


def served_variants(settings: Settings) -> dict[str, str]:
    """Variant -> the version that makes what is published of it."""
    with connect(settings.database_url) as connection:
        pointers = fetch_all(
            connection, "select variant, model_version from published_run join rec_run using (run_id, variant)"
        )
    return {row["variant"]: row["model_version"] for row in pointers}


def stages(settings: Settings) -> dict[str, str]:
    with connect(settings.database_url) as connection:
        return {version.version: version.stage for version in versions.newest(connection)}


def everybody_reads(settings: Settings, since: datetime, until: datetime, but: set[int] = frozenset()) -> None:
    """Lists served to each reader in the period, and reads of all but some."""
    with connect(settings.database_url) as connection:
        for row in fetch_all(connection, "select reader_key from reader"):
            key = row[c.READER_KEY]
            for number in range(4):
                at = since + (until - since) * (number + 1) / 6
                execute(
                    connection,
                    "insert into served_list values (%s, '-', %s, 1, 'champion', null, null, false, 10)", [at, key],
                )  # fmt: skip
                if key not in but:
                    values = [f"read-{key}-{at}", key, at, at]
                    execute(
                        connection,
                        "insert into read_event (event_id, reader_key, article_id, kind, occurred_at, recorded_at, "
                        "dwell_seconds, source, extract_id) select %s, %s, min(article_id), 'read', %s, %s, 60, "
                        "'test', 0 from article_version", values,
                    )  # fmt: skip


@pytest.mark.ml_test("infra-6")
def test_a_changed_recipe_goes_by_shadow_and_canary_and_is_taken_back(installation: Settings) -> None:
    """Nobody is served in shadow; a canary makes the lists of its readers alone; reads that vanish end it."""
    with connect(installation.database_url) as connection:
        trial = rollouts.under_way(connection)
        champion = versions.champion(connection)
    assert trial is not None
    assert champion is not None
    assert stages(installation)[trial.version] == "shadow"

    assert tick(installation, FIRST + HOUR)["state"] == "canary"
    assert served_variants(installation) == {"champion": champion.version}
    with connect(installation.database_url) as connection:
        shadow = rollouts.newest_run(connection, "shadow", FIRST)
        assert shadow is not None
        assert 10 < shadow["details"]["n_readers"] < 50

    assert tick(installation, FIRST + 2 * HOUR)["state"] == "canary"
    assert served_variants(installation) == {"champion": champion.version, "canary": trial.version}
    with connect(installation.database_url) as connection:
        run = runs.current(connection, "canary")
        assert run is not None
        keys = [row[c.READER_KEY] for row in fetch_all(connection, "select reader_key from reader")]
        mine = set(within(trial.salt, keys, 0.5))
        listed = fetch_all(connection, f"select distinct reader_key from {runs.table_of(run[c.RUN_ID])}")
        assert {row[c.READER_KEY] for row in listed} == mine

    later = trained(installation, FIRST + 2 * HOUR)
    assert (stages(installation)[later], stages(installation)[trial.version]) == ("canary", "archived")
    everybody_reads(installation, FIRST + HOUR, FIRST + 3 * HOUR, but=mine)
    told = tick(installation, FIRST + 3 * HOUR)
    assert (told["action"], told["state"]) == ("take_back", "taken_back")
    assert "reads_per_list FAILS" in told["reason"]
    assert served_variants(installation) == {"champion": champion.version}
    assert stages(installation)[later] == "rejected"

    again = trained(installation, FIRST + 4 * HOUR)
    assert stages(installation)[again] == "rejected"
    assert tick(installation, FIRST + 4 * HOUR) == {"state": "none"}


def test_who_cannot_say_asks_a_person_and_approval_goes_on_to_champion(installation: Settings) -> None:
    """Without a served list there is no data at the end of a step; approval promotes, and one publish switches."""
    with connect(installation.database_url) as connection:
        trial = rollouts.under_way(connection)
    assert trial is not None
    tick(installation, FIRST + HOUR)
    tick(installation, FIRST + 2 * HOUR)
    with pytest.raises(NothingToDoError, match="no rollout began to wait"):
        rollout.waiting(installation, CHANGED, FIRST + 2 * HOUR)
    assert tick(installation, FIRST + 3 * HOUR)["state"] == "waiting"
    assert rollout.waiting(installation, CHANGED, FIRST + 3 * HOUR).artifact == trial.version
    assert served_variants(installation)["canary"] == trial.version
    with pytest.raises(BadInputError, match="give a reason"):
        rollout.approve(installation, CHANGED, as_of=FIRST + 3 * HOUR, reason=" ")
    at = FIRST + 3 * HOUR
    assert rollout.approve(installation, CHANGED, as_of=at, reason="looks good").details["share"] == 0.8
    assert rollout.advance(installation, CHANGED, as_of=at, reason="no time").details["state"] == "champion"
    assert stages(installation)[trial.version] == "champion"
    assert served_variants(installation)["canary"] == trial.version
    tick(installation, FIRST + 4 * HOUR)
    assert served_variants(installation) == {"champion": trial.version}
    trained(installation, FIRST + 5 * HOUR)
    with connect(installation.database_url) as connection:
        assert rollouts.under_way(connection) is None


def test_the_champions_lists_keep_the_parameters_that_it_was_judged_with(installation: Settings) -> None:
    """A list rule that was switched on since is the new recipe's alone."""
    capped = CHANGED.model_copy(update={"lists": CHANGED.lists.model_copy(update={"max_age_days": 0.5})})
    features.run(installation, capped, FIRST + HOUR)
    before = score.run(installation, BEFORE, FIRST + HOUR).details["checksum"]
    assert score.run(installation, capped, FIRST + HOUR).details["checksum"] == before
