"""What is drift and what is not, on hourly counts made by hand; and what is done about it."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from frontpage.core.sections.watching import ArrivalsParams, BusinessParams, DriftParams
from frontpage.lifecycle.arrivals import Arrivals, reason_to_refresh
from frontpage.lifecycle.business.figures import budget_warning, by_day, cost_per_1000_lists
from frontpage.lifecycle.business.page import histogram
from frontpage.lifecycle.drift.adwin import last_change
from frontpage.lifecycle.drift.answers import Answered, answer
from frontpage.lifecycle.drift.detection import HourlyAggregates, confirmed
from frontpage.lifecycle.drift.findings import Finding, in_ages, in_states
from frontpage.lifecycle.drift.kinds import SeriesKind
from frontpage.lifecycle.executions.differences import differences

PARAMS = DriftParams()
NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEKS = 10
SHARE = SeriesKind("articles.publisher", "share", confirm_hours=60, names=True)
MISSING = SeriesKind("features.missing", "level", window_hours=1, confirm_hours=1, min_change=0.005)


def counts(**by_key):
    """A series whose keys bring so many rows in each hour; a function of the hour, or a number."""
    hours = np.arange(WEEKS * 168)
    columns = [np.broadcast_to(rate(hours) if callable(rate) else rate, hours.shape) for rate in by_key.values()]
    n = np.random.default_rng(7).poisson(np.stack(columns, axis=1)).astype(float)
    return HourlyAggregates(list(by_key), n, n)


def first(kind, seen, since):
    """Hours from `since` to the first confirmed finding, with its key; None without one."""
    found = np.argwhere(confirmed(kind, seen, PARAMS))
    assert all(hour >= since for hour, _ in found), "nothing is confirmed before anything happens"
    return (int(found[0][0]) - since, seen.keys[found[0][1]]) if len(found) else None


@pytest.mark.parametrize(
    ("what", "rate"),
    [
        ("the same every hour", 40.0),
        ("busier by day", lambda hour: 40 + 30 * np.sin(hour / 24 * 2 * np.pi)),
        ("quiet Sundays", lambda hour: np.where(hour // 24 % 7 == 6, 10, 40)),
        ("a holiday", lambda hour: np.where(hour // 24 == 55, 15, 40)),
        ("a story of a day and a half", lambda hour: np.where((hour >= 1300) & (hour < 1336), 80, 40)),
    ],
)
def test_no_drift(what, rate):
    """Days, weeks, a holiday and one big story are usual, or pass before they are confirmed."""
    assert first(SHARE, counts(a=rate, b=40.0, c=40.0), 0) is None, what


def test_a_key_that_vanished_is_told_by_name():
    """Forty an hour, then none: six hours without any of them are enough, and an hour to be sure."""
    seen = counts(a=40.0, b=40.0, c=lambda hour: np.where(hour >= 1400, 0, 40))
    assert first(SHARE, seen, 1400) == (6, "c")


def test_a_key_that_is_new_is_told_by_name():
    """Weeks without it, then 20 in a day."""
    delay, key = first(SHARE, counts(a=40.0, b=40.0, c=lambda hour: np.where(hour >= 1400, 5, 0)), 1400)
    assert (key, delay <= 8) == ("c", True)


def test_a_share_that_rises_is_confirmed_when_a_story_would_have_passed():
    """Three windows of a day apart: not before 60 hours."""
    delay, _ = first(SHARE, counts(a=40.0, b=40.0, c=lambda hour: np.where(hour >= 1400, 80, 40)), 1400)
    assert 60 <= delay <= 90


def test_a_feature_that_breaks_is_found_within_two_hours():
    """Two in a hundred states lack it, then half of them."""
    n = np.full((WEEKS * 168, 1), 500.0)
    share = np.where(np.arange(len(n)) >= 1400, 0.5, 0.02)[:, None]
    missing = np.random.default_rng(7).binomial(500, share).astype(float)
    assert first(MISSING, HourlyAggregates(["median_dwell"], n, missing), 1400) == (1, "median_dwell")


@pytest.mark.ml_test("monitor-7")
def test_adwin_cuts_where_the_mean_fell_and_nowhere_else():
    """Noise around one mean is no change; a fall is seen within some dozens of values, with both means."""
    noise = np.random.default_rng(3).normal(0, 0.1, 400)
    assert last_change(noise, PARAMS.quality_confidence) is None
    change = last_change(np.where(np.arange(400) >= 300, -0.3, 0) + noise, PARAMS.quality_confidence)
    assert 300 < change.at < 350
    assert (change.before, change.after) == (pytest.approx(0, abs=0.05), pytest.approx(-0.3, abs=0.1))


def found(series="articles.category", key="sport", kind="shift", *, is_confirmed=True):
    """A finding."""
    return Finding(series, key, kind, 0.3, 0.2, 9.0, is_confirmed)


NEVER = Answered(None, ())
SAID = [{"action": "retrain", "as_of": NOW - 30 * HOUR, "reason": str(found())}]


@pytest.mark.parametrize(
    ("findings", "before", "action", "skipped"),
    [
        ([found()], NEVER, "retrain", ""),
        ([found(series="features.missing")], NEVER, "none", "no training mends this"),
        ([found(series="age", key="source feed", kind="stale")], NEVER, "none", "no training mends this"),
        ([found(series="age", key="model", kind="stale")], NEVER, "retrain", ""),
        ([found()], Answered(NOW - 3 * HOUR, ()), "none", "cooldown: the training of 2026-03-01T07:00:00Z"),
        ([found()], Answered(NOW - 30 * HOUR, [True], SAID), "none", "answered before"),
        ([found(key="world")], Answered(NOW - 30 * HOUR, [True], SAID), "retrain", ""),
        ([found()], Answered(NOW - 30 * HOUR, [False], SAID), "retrain", ""),
        ([found()], Answered(NOW - 30 * HOUR, [False, False], SAID), "search", ""),
        ([found()], Answered(NOW - 30 * HOUR, [False, True], SAID), "retrain", ""),
    ],
)
def test_what_is_done_about_a_finding(findings, before, action, skipped):
    """Once confirmed: a training, unless one is young, did help, or cannot; after two in vain a search."""
    given = answer(findings, before, PARAMS, NOW)
    assert given.action == action
    assert given.skipped.startswith(skipped)
    assert "shifted (0.3 against 0.2)" in given.reason or "is stale" in given.reason


def test_what_is_not_confirmed_is_not_answered():
    """One tick is chance."""
    assert answer([found(is_confirmed=False)], NEVER, PARAMS, NOW) is None


@pytest.mark.ml_test("model-4", "monitor-4")
def test_ages_and_states():
    """What is too old is confirmed an hour later; states that differ are told at once."""
    ages = {"model": 97.5, "lists": 4.5, "source feed": 2.0}
    assert [(each.key, each.is_confirmed) for each in in_ages(ages, PARAMS)] == [("model", True), ("lists", False)]
    assert [each.kind for each in in_states(1000, 11, PARAMS)] == ["skew"]
    assert list(in_states(1000, 10, PARAMS)) == []


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        (Arrivals(n_waiting=1999), ""),
        (Arrivals(n_waiting=2000), "2000 events are waiting"),
        (Arrivals(n_waiting=300, most_read="a1", n_most_read=200), "breaking: 200 reads of a1 are waiting"),
        (Arrivals(files=("export",)), "new files of export"),
        (Arrivals(n_waiting=5000, began_at=NOW - timedelta(minutes=9)), ""),
        (Arrivals(n_waiting=5000, began_at=NOW - timedelta(minutes=10)), "5000 events are waiting"),
        (Arrivals(n_waiting=5000, is_running=True), ""),
    ],
)
def test_when_a_refresh_starts_beside_the_clock(seen, reason):
    """Enough is new, none is under way, and the last one is not too young."""
    assert reason_to_refresh(seen, ArrivalsParams(), NOW) == reason
    assert reason_to_refresh(seen, ArrivalsParams(min_minutes=0), NOW) == ""


def test_business_figures_are_sums_and_ratios_of_sums():
    """Minutes per reader over regions are not the mean of the regions' means."""
    day, base = (
        NOW.date(),
        dict.fromkeys(("reads", "visits", "recommended_reads", "returning_readers", "new_readers"), 4),
    )
    rows = [
        {"day": day, "region": "africa", "readers": 1, "reading_seconds": 600.0, **base},
        {"day": day, "region": "asia", "readers": 3, "reading_seconds": 360.0, **base},
    ]
    assert by_day(rows)[day, ""]["minutes_per_reader"] == 4.0
    assert by_day(rows, "region")[day, "asia"]["minutes_per_reader"] == 2.0
    assert histogram([-1.0, 4.9, 5.0, 2000.0]) == [2, 1, 0, 0, 0, 0, 0, 0, 0, 1]


def test_the_budget_warns_before_it_is_passed():
    """A month of 31 days at 2 a day is 62: four fifths of 70 are passed, those of 80 are not."""
    costs = [{"day": NOW.date(), "cost": 2.0, "lists": 4000}]
    assert cost_per_1000_lists(costs) == 0.5
    assert budget_warning(costs, NOW.date(), BusinessParams(monthly_budget=70)).startswith("2.00 spent of 70.00")
    assert budget_warning(costs, NOW.date(), BusinessParams(monthly_budget=80)) == ""
    assert budget_warning(costs, NOW.date(), BusinessParams()) == ""


def test_differences_name_what_differs_and_nothing_else():
    """Two rows that are equal but for an image, a package that is gone, and rows."""
    one = {
        "as_of": NOW, "code_commit": "a", "lock_hash": "b", "image": "v1", "packages": {"numpy": "2", "old": "1"},
        "params": {"ranker": {"n_trees": 60}}, "options": {"as_of": "x"}, "inputs": {"reads": {"rows": 10}},
    }  # fmt: skip
    other = {**one, "image": "v2", "packages": {"numpy": "2"}, "inputs": {"reads": {"rows": 12}}}
    assert differences(one, other, n_late=1) == [
        "image: v1 -> v2", "package old: 1 -> -", "data reads.rows: 10 -> 12 (+2 rows, 1 of them late)",
    ]  # fmt: skip
    assert differences(one, one) == []
