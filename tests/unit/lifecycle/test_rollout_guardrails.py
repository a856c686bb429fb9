"""Verdicts of guardrails on groups of readers whose truth is known."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from frontpage.core.sections.rollout import RolloutParams
from frontpage.lifecycle.experiments.sequence import Ratio, radius
from frontpage.lifecycle.rollout import guardrails
from frontpage.lifecycle.rollout.guardrails import Compared, Group, NewestRun

RULES = RolloutParams(min_readers=100)
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def group(n: int, reads_per_list: float = 1.0, fallbacks: float = 0.0, seed: int = 1) -> Group:
    """Readers with one to five lists each."""
    rng = np.random.default_rng(seed)
    lists = rng.integers(1, 6, n).astype(float)
    reads = rng.poisson(lists * reads_per_list).astype(float)
    return Group(lists, rng.binomial(lists.astype(int), fallbacks).astype(float), reads, reads * rng.exponential(60, n))


def verdicts(canary: Group, champion: Group) -> dict[str, str]:
    return {rail.name: rail.verdict for rail in guardrails.of_readers(canary, champion, RULES)}


def test_the_same_is_good_enough_once_there_are_many_readers():
    """Within five per cent needs thousands of readers."""
    found = verdicts(group(40_000), group(300_000, seed=2))
    assert found == {"reads_per_list": "pass", "seconds_per_list": "pass", "fallbacks": "pass"}


def test_the_same_of_few_readers_cannot_be_told():
    """Neither good nor bad."""
    assert verdicts(group(300), group(3_000, seed=2))["reads_per_list"] == "inconclusive"


def test_reads_that_vanish_are_a_failure_of_few_readers():
    """Also where not one is left, so that the group has no variance of its own."""
    for rate in (0.0, 0.3):
        found = verdicts(group(150, rate), group(2_000, seed=2))
        assert (found["reads_per_list"], found["seconds_per_list"]) == ("fail", "fail")


def test_fallbacks_that_nobody_asked_for_are_a_failure():
    """A fifth of the lists more."""
    assert verdicts(group(2_000, fallbacks=0.2), group(9_000, seed=2))["fallbacks"] == "fail"


def test_too_few_readers_are_no_data():
    """Below min_readers in either group, and where the champion's readers read nothing."""
    assert set(verdicts(group(99), group(9_000)).values()) == {"no_data"}
    assert set(verdicts(group(9_000), group(99)).values()) == {"no_data"}
    assert verdicts(group(500), group(500, 0.0))["reads_per_list"] == "no_data"


def test_a_ratio_and_its_error_by_hand():
    """Two readers with one list each, one and three reads: 2 reads per list, deviations of 1, so sqrt(2)/sqrt(2)."""
    ratio = Ratio.of(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    assert (ratio.value, ratio.n) == (2.0, 2)
    assert ratio.standard_error == pytest.approx(1.0)
    assert Ratio.of(np.zeros(3), np.zeros(3)) == Ratio(0.0, 0.0, 3)


def test_an_interval_that_is_looked_at_every_hour_holds():
    """200 runs of 1,000 readers who come one by one, looked at each 20 readers: at most the level plus two errors."""
    rng, n, looks = np.random.default_rng(7), 1_000, range(100, 1_001, 20)
    missed = 0
    for _ in range(200):
        values = rng.standard_normal(n)
        sums = np.cumsum(values)
        reach = {at: radius(at, 0.05, 300) for at in looks}
        missed += any(abs(sums[at - 1] / at) > reach[at] for at in looks)
    assert missed / 200 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 200)


def test_lists_that_nobody_has_or_that_are_unsound():
    """Coverage, overlap and scores each have a bound."""
    good = Compared(n_readers=100, n_lists=99, overlap=0.4, n_unsound=0, n_articles=50)
    assert {rail.verdict for rail in guardrails.of_lists(good, RULES)} == {"pass"}
    bad = Compared(n_readers=100, n_lists=50, overlap=0.0, n_unsound=3, n_articles=50)
    assert {rail.name: rail.verdict for rail in guardrails.of_lists(bad, RULES)} == {
        "coverage": "fail", "overlap": "fail", "scores": "fail",
    }  # fmt: skip
    assert {rail.verdict for rail in guardrails.of_lists(None, RULES)} == {"no_data"}


def test_a_gate_that_says_no_and_lists_that_fall_behind():
    """The last run counts; hours behind the champion's."""
    failed = guardrails.of_runs(NewestRun(NOW, passed=False, says="no"), NOW, RULES)
    assert [(rail.name, rail.verdict) for rail in failed] == [("gate", "fail"), ("staleness", "pass")]
    behind = guardrails.of_runs(NewestRun(NOW - timedelta(hours=4), passed=True), NOW, RULES)
    assert [rail.verdict for rail in behind] == ["pass", "fail"]
    assert {rail.verdict for rail in guardrails.of_runs(None, NOW, RULES)} == {"no_data"}
