"""A pilot through the steps: who is in it, what they are served, and what its report says."""

from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.errors import BadInputError, NothingPublishedError
from frontpage.core.settings import Settings
from frontpage.lifecycle.pilot.choose import PilotChoice
from frontpage.steps import features, gate, pilot, publish, report, score
from frontpage.store.connect import connect, execute, fetch_all, fetch_one
from frontpage.store.lifecycle import pilots
from frontpage.store.lists import runs
from models.variants import complete
from tests.integration.test_models_steps import fill
from tests.unit.models.newsroom_world import PARAMS, newsroom
from tests.unit.models.worlds import NOW

pytestmark = pytest.mark.slow
HOUR = timedelta(hours=1)
OURS = complete(PARAMS)


@pytest.fixture
def installation(settings: Settings) -> Settings:
    """A newsroom of 60 readers; popularity makes our lists."""
    with connect(settings.database_url) as connection:
        fill(connection, newsroom(60, 36))
    return settings


def refreshed(settings: Settings, as_of: datetime) -> None:
    features.run(settings, OURS, as_of)
    for step in (score, gate, publish):
        step.run(settings, OURS, as_of)


def begun(settings: Settings, **how) -> pilots.Pilot:
    pilot.run(settings, OURS, PilotChoice(**how), control=0.25, as_of=NOW - 10 * HOUR, reason="first pilot")
    with connect(settings.database_url) as connection:
        found = pilots.under_way(connection)
    assert found is not None
    return found


def test_treated_readers_have_our_lists_and_all_have_todays(installation: Settings) -> None:
    """The control group is among the chosen; the variant `today` is the newest of what was picked at sign-up."""
    found = begun(installation, share=0.5)
    assert 5 <= found.n_control < found.n_treatment
    refreshed(installation, NOW - HOUR)
    with connect(installation.database_url) as connection:
        ours, today = runs.current(connection, "champion"), runs.current(connection, "today")
        assert ours is not None
        assert today is not None
        assert (ours["n_readers"], ours["details"]["pilot"]) == (found.n_treatment, found.pilot_id)
        assert today["n_readers"] == 60
        treated = pilots.reader_keys(connection, found.pilot_id, "treatment").tolist()
        listed = fetch_all(connection, f"select distinct reader_key from {runs.table_of(ours['run_id'])} order by 1")
        assert [row[c.READER_KEY] for row in listed] == treated
        _todays_lists_are_the_newest_of_interests(connection, today["run_id"])

    pilot.stop(installation, OURS, as_of=NOW, reason="decided")
    refreshed(installation, NOW)
    with connect(installation.database_url) as connection:
        ours = runs.current(connection, "champion")
    assert ours is not None
    assert (ours["n_readers"], "pilot" in ours["details"]) == (60, False)


def _todays_lists_are_the_newest_of_interests(connection, run_id: int) -> None:
    """For a reader who picked categories: their articles first, newest first."""
    rows = fetch_all(
        connection,
        f"""select list.reader_key, list.rank, article.category = any(told.interests) as is_picked,
                   article.published_at
            from {runs.table_of(run_id)} list
            join reader_version told using (reader_key) join article using (article_id)
            where cardinality(told.interests) > 0 order by 1, 2""",
    )
    assert rows
    for _, own in pd.DataFrame(rows).groupby("reader_key"):
        assert own["is_picked"].is_monotonic_decreasing
        assert own.loc[own["is_picked"], "published_at"].is_monotonic_decreasing


def test_bad_input_is_a_sentence_and_changes_nothing(installation: Settings, tmp_path: Path) -> None:
    """Shares above 100 %, unknown ids, a region without readers, two ways at once, a second pilot, no reason."""
    ids = tmp_path / "ids.txt"
    ids.write_text("nobody here\n")
    wrong = [
        ({"share": 1.2}, "no share"), ({"readers": ids}, "1 of 1 ids are no reader's here"),
        ({"region": "atlantis"}, "no reader is chosen by region atlantis"), ({}, "in one way"),
        ({"region": "x", "share": 0.5}, "in one way"), ({"readers": tmp_path / "gone"}, "cannot be read"),
    ]  # fmt: skip
    for how, says in wrong:
        with pytest.raises(BadInputError, match=says):
            begun(installation, **how)
    with pytest.raises(BadInputError, match="give a reason"):
        pilot.run(installation, OURS, PilotChoice(share=0.5), control=0.1, as_of=NOW, reason="")
    with pytest.raises(NothingPublishedError, match="no pilot is on"):
        pilot.stop(installation, OURS, as_of=NOW, reason="why not")
    with connect(installation.database_url) as connection:
        assert fetch_one(connection, "select count(*) as n from pilot") == {"n": 0}
    begun(installation, share=0.5)
    with pytest.raises(BadInputError, match="a pilot is on"):
        begun(installation, share=0.5)


def test_the_report_compares_treatment_with_control(installation: Settings, tmp_path: Path, capsys) -> None:
    """Planted: treated readers read for twice as long, a third of them in trial pay; nobody else does."""
    found = begun(installation, share=1.0)
    with connect(installation.database_url) as connection:
        execute(connection, "update read_event set occurred_at = occurred_at - interval '30 days'")
        execute(connection, _PLANTED, {"pilot": found.pilot_id, "at": NOW - 5 * HOUR})
        execute(connection, _TRIALS, {"pilot": found.pilot_id, "at": NOW - 5 * HOUR})
    done = report.pilot(installation, OURS, as_of=NOW, out=tmp_path)
    table = pd.read_csv(tmp_path / "pilot.csv").set_index("measure")
    assert done.rows_in == found.n_treatment + found.n_control == 60
    assert table.loc["reading time", "treatment"] > 1.8 * table.loc["reading time", "control"]
    assert table.loc["trial to paid", "treatment"] > 0
    assert table.loc["trial to paid", "control"] == 0
    assert "Reading time is better with our lists" in capsys.readouterr().out
    page = (tmp_path / "pilot.html").read_text()
    assert "Treatment against control" in page
    assert page.count("<svg") == 2
    assert "http" not in page.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    ).replace("https://matplotlib.org", "")


_PLANTED = """insert into read_event
(event_id, reader_key, article_id, kind, occurred_at, recorded_at, dwell_seconds, source, extract_id)
select 'p' || reader_key || '-' || n, reader_key, (select min(article_id) from article_version), 'read',
       %(at)s + n * interval '1 minute', %(at)s + n * interval '1 minute',
       case arm when 'treatment' then 60 + n else 30 end, 'planted', 0
from pilot_reader, generate_series(1, 5) n where pilot_id = %(pilot)s"""
_TRIALS = """update reader_version told
set trial_started_at = %(at)s - interval '20 hours',
    subscribed_at = case when arm = 'treatment' and chosen.reader_key %% 3 = 0 then %(at)s end
from pilot_reader chosen where chosen.reader_key = told.reader_key and chosen.pilot_id = %(pilot)s"""
