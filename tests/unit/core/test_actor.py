"""Who acts, as a text that is read back."""

import pytest

from frontpage.core.actor import Actor, current_actor
from frontpage.core.errors import BadInputError
from frontpage.core.settings import Settings


@pytest.mark.parametrize(
    ("environment", "text"),
    [
        ({"USER": "ana"}, "person:ana"),
        ({"USER": "ana", "LOGNAME": "root"}, "person:root"),
        ({"USER": "ana", "FRONTPAGE_ACTOR": "bo"}, "person:bo"),
        ({"FRONTPAGE_ACTOR": "airflow:retrain_nightly/manual__2026-03-01T02:30:00+00:00 by ana"}, None),
        ({"FRONTPAGE_ACTOR": "system:rollout"}, None),
        ({"USER": "Ana Lima"}, "person:Ana_Lima"),
        ({}, "person:unknown"),
    ],
)
def test_who_acts(environment, text):
    """By the variable, else by the login; None: the variable's own text."""
    expected = text or environment["FRONTPAGE_ACTOR"]
    assert str(current_actor(environment)) == expected
    assert Settings.from_environ(environment).acting == Actor.parse(expected)


@pytest.mark.parametrize("text", ["robot:ana", "person:", "ana and bo"])
def test_nobody_is_refused(text):
    """A change of state that nobody made is not made."""
    with pytest.raises(BadInputError, match="names nobody; write `person:NAME`"):
        current_actor({"FRONTPAGE_ACTOR": text})
