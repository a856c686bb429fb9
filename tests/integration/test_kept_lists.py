"""A refresh that makes lists only for who is due, through the steps: the others keep theirs, and say since when."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.clock import iso
from frontpage.core.errors import NothingPublishedError
from frontpage.core.params import Params
from frontpage.core.sections.lists import ListParams
from frontpage.core.settings import Settings
from frontpage.features.feature_store.cutoffs import forget_states
from frontpage.lifecycle import registry
from frontpage.steps import accept, evaluate, features, gate, publish, refresh, release, rollback, score, train, why
from frontpage.store import versions
from frontpage.store.connect import connect, execute, fetch_all
from frontpage.store.lists import kept_lists, run_blocks, runs
from frontpage.store.locks import exclusive
from frontpage.store.server import Server
from tests.integration.test_models_steps import fill
from tests.support.databases import admin
from tests.unit.models.newsroom_world import PARAMS, newsroom
from tests.unit.models.worlds import NOW

pytestmark = pytest.mark.slow
HOUR = timedelta(hours=1)
FIRST, SECOND = NOW - HOUR, NOW
#: No habit makes anybody due, so whose lists are kept hangs on what happened alone.
KEEPING = PARAMS.model_copy(update={"lists": ListParams(max_list_age_hours=6, max_visit_age_hours=1e9)})


@pytest.fixture
def installation(settings: Settings, postgres: Server, tmp_path: Path) -> Iterator[Settings]:
    """A newsroom with a champion, whose lists of an hour ago are served."""
    name = f"mlflow_{settings.database_url.rsplit('/', 1)[1]}"
    admin(postgres, f"create database {name}")
    ours = settings.model_copy(update={"mlflow_url": postgres.url(name), "home": tmp_path / "home"})
    with connect(settings.database_url) as connection:
        fill(connection, newsroom(60, 36))
    for step in (features, train, evaluate, accept, release):
        step.run(ours, KEEPING, FIRST - HOUR)
    assert refresh.run(ours, KEEPING, FIRST).details["outcome"] == "published"
    yield ours
    admin(postgres, f"drop database {name} with (force)")


def rows_of(settings: Settings, run_id: int) -> pd.DataFrame:
    """A run's rows by reader and rank."""
    with connect(settings.database_url) as connection:
        found = fetch_all(connection, f"select * from {runs.table_of(run_id)} order by reader_key, rank")
    return pd.DataFrame(found).drop(columns=c.RUN_ID)


def made(settings: Settings, params: Params, as_of=SECOND) -> tuple[int, dict]:
    """Id and details of a run that is scored, checked and published."""
    features.run(settings, params, as_of)
    scored = score.run(settings, params, as_of)
    gate.run(settings, params, as_of)
    publish.run(settings, params, as_of)
    return int(scored.artifact.removeprefix("run:")), scored.details


def served(settings: Settings) -> int:
    """Id of the run being served."""
    with connect(settings.database_url) as connection:
        run = runs.current(connection, "champion")
    assert run is not None
    return int(run[c.RUN_ID])


def test_due_readers_get_what_a_full_refresh_gives_and_the_others_keep_theirs(
    installation: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Bit for bit, reasons included. A kept list says which run made it, also when it is kept again."""
    before = rows_of(installation, served(installation))
    run_id, details = made(installation, KEEPING)
    found = rows_of(installation, run_id)
    is_kept = found["scored_run"].notna()
    assert 0 < details["due"] < 60
    assert details["due"] == 60 - is_kept.sum() // 10
    full_run, full_details = _unpublished_full(installation)
    assert full_details["due"] == 60
    full = rows_of(installation, full_run)
    columns = [name for name in before if name != "scored_run"]
    pd.testing.assert_frame_equal(found.loc[~is_kept, columns], full.loc[~is_kept, columns])
    same = before[before[c.READER_KEY].isin(found.loc[is_kept, c.READER_KEY])].reset_index(drop=True)
    pd.testing.assert_frame_equal(found.loc[is_kept, columns].reset_index(drop=True), same[columns])
    assert not found[[c.READER_KEY, c.RANK]].duplicated().any()

    why.run(installation, KEEPING, f"reader {found.loc[is_kept, c.READER_KEY].iloc[0]}", run_id=run_id, as_json=True)
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["rank"], row["scored_at"], row["as_of"]) for row in told[:-1]] == [
        (rank, str(FIRST), str(SECOND)) for rank in range(1, 11)
    ]
    knew = told[-1]["reader"]
    assert knew["as_of"] == str(FIRST)
    assert knew["n_reads"] == len(knew["recent"]) > 0
    assert sum(knew["categories"].values()) == pytest.approx(1, abs=0.01)
    kept_reader = f"reader {found.loc[is_kept, c.READER_KEY].iloc[0]}"
    why.run(installation, KEEPING, kept_reader, run_id=run_id)
    text = capsys.readouterr().out
    assert text.startswith(f"The list of reader {kept_reader}\n")
    assert f"by run {told[0]['scored_run']}, of {iso(FIRST)}, and kept since" in text
    assert all(f"\n{row['rank']:3}. {row['title']}\n" in text for row in told[:-1])
    with connect(installation.database_url) as connection:
        forget_states(connection, SECOND)
    why.run(installation, KEEPING, f"reader {found.loc[is_kept, c.READER_KEY].iloc[0]}", run_id=run_id, as_json=True)
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"reader": None}


def _unpublished_full(settings: Settings) -> tuple[int, dict]:
    """The same moment with every list made anew."""
    every = KEEPING.model_copy(update={"lists": ListParams(max_list_age_hours=0)})
    scored = score.run(settings, every, SECOND)
    return int(scored.artifact.removeprefix("run:")), scored.details


def test_who_picks_interests_is_due(installation: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """A reader with a list picks others, a newcomer signs up with some: both get new lists, and `why` tells of both."""
    with connect(installation.database_url) as connection:
        key = int(fetch_all(connection, _QUIET, [FIRST])[0]["key"])
        execute(connection, "insert into reader (reader_key, reader_id, recorded_at) values (999, 'newcomer', now())")
        for reader_key in (key, 999):
            execute(connection, _PICKS, [reader_key, SECOND - HOUR / 2, FIRST])
    run_id, _ = made(installation, KEEPING)
    found = rows_of(installation, run_id).set_index(c.READER_KEY)["scored_run"]
    assert found.loc[[key, 999]].isna().all()
    assert found.notna().any()

    why.run(installation, KEEPING, "newcomer", run_id=run_id, as_json=True)
    knew = json.loads(capsys.readouterr().out.splitlines()[-1])["reader"]
    assert (knew["n_reads"], knew["last_read_at"], knew["interests"]) == (0, None, ["sport"])


_QUIET = """select min(reader_key) as key from reader
where reader_key not in (select reader_key from read_event where recorded_at > %s)"""
_PICKS = """insert into reader_version (reader_key, recorded_at, signed_up_at, interests, source, extract_id)
values (%s, %s, %s, '{sport}', 'api', 0)"""


def test_no_list_is_made_of_states_that_were_purged_meanwhile(
    installation: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks that came too late for their readers' states would have blank ones: the run is not built."""
    features.run(installation, KEEPING, SECOND)
    make = score.beam.run

    def purged(*arguments: Any) -> None:
        with connect(installation.database_url) as connection:
            forget_states(connection, SECOND + HOUR)
        make(*arguments)

    monkeypatch.setattr(score.beam, "run", purged)
    with pytest.raises(NothingPublishedError, match="no features"):
        score.run(installation, KEEPING, SECOND)


def test_a_repetition_and_a_killed_attempt_change_nothing(installation: Settings) -> None:
    """The same checksum after a run that was killed when it had kept its lists, and again after it was published."""
    with connect(installation.database_url) as connection, exclusive(connection, "lists of champion"):
        version = registry.serving(connection, SECOND)
        base = kept_lists.base_of(connection, SECOND, "champion", registry.maker(version, KEEPING))
        assert base is not None
        killed = runs.begin_run(connection, SECOND, "champion", version.version)
        run_blocks.open_account(connection, killed)
        assert kept_lists.keep(connection, killed, base, list(range(30)), 0) == 300
    first, details = made(installation, KEEPING)
    assert first != killed
    again = score.run(installation, KEEPING, SECOND).details
    assert again == details
    gate.run(installation, KEEPING, SECOND)
    assert publish.run(installation, KEEPING, SECOND).details["outcome"] == "unchanged"
    assert served(installation) == first
    with connect(installation.database_url) as connection:
        left = fetch_all(connection, "select relname from pg_class where relname ~ '^run_block_[0-9]+$'")
    assert left == []


def test_a_retracted_article_is_in_no_list(installation: Settings) -> None:
    """Everybody who had it is due; their lists are full again, and the gate finds nothing."""
    before = rows_of(installation, served(installation))
    gone = before[c.ARTICLE_ID].value_counts().index[0]
    had_it = before.loc[before[c.ARTICLE_ID] == gone, c.READER_KEY]
    with connect(installation.database_url) as connection:
        execute(connection, _RETRACT, {"article": gone, "at": SECOND - timedelta(minutes=10)})
    run_id, _ = made(installation, KEEPING)
    found = rows_of(installation, run_id)
    assert not (found[c.ARTICLE_ID] == gone).any()
    assert found.loc[found[c.READER_KEY].isin(had_it), "scored_run"].isna().all()
    assert (found.groupby(c.READER_KEY)[c.RANK].max() == 10).all()


_RETRACT = """insert into article_version
select (jsonb_populate_record(version, jsonb_build_object('status', 'retracted', 'recorded_at', %(at)s))).*
from article_version version where article_id = %(article)s order by recorded_at desc limit 1"""


def test_when_nobody_is_due_every_list_is_kept(installation: Settings) -> None:
    """A second after the last refresh: the same lists, the same articles, and fallback lists made anew."""
    before = rows_of(installation, served(installation))
    run_id, details = made(installation, KEEPING, FIRST + timedelta(seconds=1))
    assert details["due"] == 0
    found = rows_of(installation, run_id).sort_values([c.READER_KEY, c.RANK], ignore_index=True)
    pd.testing.assert_frame_equal(found.drop(columns="scored_run"), before.drop(columns="scored_run"))


def test_another_maker_makes_everybody_due(installation: Settings) -> None:
    """Changed parameters, and a rule in the champion's place."""
    other = KEEPING.model_copy(update={"seed": KEEPING.seed + 1})
    assert made(installation, other)[1]["due"] == 60
    with connect(installation.database_url) as connection:
        version = registry.serving(connection, SECOND)
        assert version is not None
        base = kept_lists.base_of(connection, SECOND + HOUR, "champion", registry.maker(version, KEEPING))
        assert base is None
        by_popularity = {"passed": True, "popularity_half_life_hours": 2.0, "segments": {}}
        versions.set_metrics(connection, version.version, version.metrics, by_popularity)
        assert registry.maker(registry.serving(connection, SECOND), KEEPING) is None
    assert registry.maker(version, KEEPING) != registry.maker(version, other)


def test_lists_that_were_taken_back_are_not_kept(installation: Settings) -> None:
    """After a rollback the lists being served again are the ones to keep."""
    first = served(installation)
    second, _ = made(installation, KEEPING)
    rollback.run(installation, KEEPING, variant="champion", to=None, reason="bad lists")
    with connect(installation.database_url) as connection:
        maker = registry.maker(registry.serving(connection, SECOND), KEEPING)
        base = kept_lists.base_of(connection, SECOND + HOUR, "champion", maker)
        assert base == kept_lists.Base(first, FIRST)
        assert kept_lists.base_of(connection, FIRST, "champion", maker) is None
        assert second != first


def test_a_moment_that_was_served_keeps_from_where_it_kept(installation: Settings) -> None:
    """Whatever was rolled back since: a repetition of a whole refresh is a whole one, too."""
    first = served(installation)
    second, _ = made(installation, KEEPING)
    with connect(installation.database_url) as connection:
        maker = registry.maker(registry.serving(connection, SECOND), KEEPING)
        execute(connection, "update publication set action = 'rollback', previous_run_id = %s", [first])
        assert kept_lists.base_of(connection, SECOND, "champion", maker) == kept_lists.Base(first, FIRST)
        execute(connection, "update rec_run set details = details - 'kept_from' where run_id = %s", [second])
        assert kept_lists.base_of(connection, SECOND, "champion", maker) is None
