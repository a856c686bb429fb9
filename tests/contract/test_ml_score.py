"""The ML Test Score: every mark is one of the 28, the page says what is there, and features keep to their policy."""

import pytest

from frontpage.core.schema.canonical import Kind, field_names
from frontpage.features.pairs import COLUMNS
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
