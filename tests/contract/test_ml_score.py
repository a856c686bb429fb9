"""The ML Test Score: every mark is one of the 28, the page says what is there, and features keep to their policy."""

from datetime import UTC, datetime

import pytest

from frontpage.core.schema.canonical import Kind, field_names
from frontpage.features.pairs import COLUMNS
from tests.support import ml_results
from tests.support.ml_tests import ML_TESTS, PAGE, marked, page

#: What no feature may be made of, however well it predicts: who somebody is, what they would not say in public.
FORBIDDEN = ("email", "name", "address", "gender", "age_years", "birth", "religion", "party", "ethnic", "health", "ip_")
#: Without one of their own a gap, which the page shows as "none yet".
GAPS: set[str] = set()


def test_marks_are_of_the_28():
    """A typo would hide a test from the page; a gap that is closed leaves the list of gaps."""
    assert set(marked()) <= set(ML_TESTS)
    assert set(ML_TESTS) - set(marked()) == GAPS


def test_the_page_equals_the_marks():
    """`make docs` writes it."""
    assert PAGE.read_text() == page()


def test_of_several_results_the_worst_counts_and_earlier_ones_stay(tmp_path, monkeypatch):
    """A failure hides no pass of another test, and of two passes the older one says how old the result is."""
    monkeypatch.setattr(ml_results, "RESULTS", tmp_path / "results.json")
    ml_results.write({"a": "passed", "b": "passed"}, datetime(2026, 3, 1, tzinfo=UTC), "c0ffee")
    ml_results.write({"b": "failed", "c": "passed"}, datetime(2026, 3, 2, tzinfo=UTC), "decade")
    known = ml_results.last_results()
    assert known["a"] == ml_results.Result("passed", "2026-03-01", "c0ffee")
    assert ml_results.worst(list(known.values())) == ml_results.Result("failed", "2026-03-02", "decade")
    assert ml_results.worst([known["c"], known["a"]]) == known["a"]
    assert ml_results.worst([]) is None


@pytest.mark.ml_test("data-4")
def test_no_feature_is_made_of_what_the_policy_forbids():
    """Neither a feature's name nor a field of readers beyond those that are asked for at sign-up."""
    assert [name for name in COLUMNS for word in FORBIDDEN if word in name] == []
    assert set(field_names(Kind.READERS)) <= {
        "reader_id",
        "signed_up_at",
        "region",
        "interests",
        "timezone",
        "email",
        "digest_opt_in",
        "recorded_at",
        *MORE,
    }


#: Fields of readers that were added later, each for a reason that its canonical description gives.
MORE = {"trial_started_at", "subscribed_at", "cancelled_at"}
