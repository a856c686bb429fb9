"""What outcomes say together."""

import pytest

from frontpage.core.errors import CheckFailedError
from frontpage.core.sections.data import QualityParams
from frontpage.quality import outcome
from frontpage.quality.declare import Boundary, figure, statement
from frontpage.quality.outcome import Outcome
from frontpage.quality.suites import all_checks

CHECKS = {check.name: check for check in all_checks(QualityParams())}
FRESH, VARIED = CHECKS["reads_are_fresh"], CHECKS["dwell_is_varied"]


def test_a_fail_stops_and_a_warning_does_not():
    """Only a `fail` expectation that is not met, or could not be evaluated, is red."""
    assert [Outcome(FRESH, state).is_red for state in ("passed", "skipped", "failed", "error")] == [0, 0, 1, 1]
    assert [Outcome(VARIED, state).is_red for state in ("passed", "skipped", "failed", "error")] == [0, 0, 0, 0]


def test_what_could_not_be_judged_is_said_aloud():
    """A skipped `fail` expectation is a warning, named in the step's summary."""
    outcomes = [Outcome(FRESH, "skipped"), Outcome(VARIED, "failed", 0.3)]
    assert outcome.passed(outcomes)
    assert outcome.warnings_of(outcomes) == {"warnings": "dwell_is_varied", "skipped": "reads_are_fresh"}


def test_many_skipped_are_counted():
    """More than six names of one sort are a number."""
    assert outcome.warnings_of([Outcome(FRESH, "skipped")] * 7) == {"skipped": "7"}


def test_the_sentence_names_what_failed():
    """One sentence: what is not published, how many of how many, each name with what was observed."""
    outcomes = [Outcome(FRESH, "failed", 3.14159), Outcome(VARIED, "failed", 0.3)]
    with pytest.raises(CheckFailedError) as raised:
        outcome.demand(outcomes, "data as of today cannot be published")
    assert str(raised.value) == (
        "data as of today cannot be published: 1 of 2 expectations is not met: reads_are_fresh (3.14)"
    )


def test_the_sentence_gives_an_example():
    """Rows that are not as they should be are named."""
    check = CHECKS["read_kind_is_known"]
    with pytest.raises(CheckFailedError, match=r"read_kind_is_known \(2 of 9 rows, e.g. e5\)"):
        outcome.demand([Outcome(check, "failed", "2 of 9 rows", ("e5", "e6"))], "data")


def test_outcomes_of_one_boundary():
    """Outcomes are kept apart by boundary, in order."""
    outcomes = [Outcome(VARIED, "passed"), Outcome(CHECKS["articles_are_fresh"], "passed"), Outcome(FRESH, "passed")]
    assert outcome.at(outcomes, Boundary.READS) == [outcomes[0], outcomes[2]]


def test_limits_come_from_the_parameters():
    """A limit that is set in params.yaml is the one that is demanded."""
    checks = {check.name: check for check in all_checks(QualityParams(max_constant=0.9, min_volume=0.1))}
    assert statement(checks["dwell_is_not_a_constant"].expectation) == (
        "ExpectColumnMaxToBeBetween(column=top_dwell_share, max_value=0.9)"
    )
    assert checks["articles_of_a_day_not_far_too_few"].expectation.min_value == 0.1


def test_a_statement_leaves_out_what_was_not_given():
    """A figure without an upper limit shows none."""
    assert statement(figure("n", at_least=2)) == "ExpectColumnMaxToBeBetween(column=n, min_value=2.0)"
