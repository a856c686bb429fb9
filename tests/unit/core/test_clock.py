"""Spans of time as people write them."""

from datetime import timedelta

import pytest

from frontpage.core.clock import parse_duration
from frontpage.core.errors import BadInputError


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("15m", timedelta(minutes=15)),
        ("1h", timedelta(hours=1)),
        (" 24H ", timedelta(days=1)),
        ("1.5h", timedelta(minutes=90)),
        ("7d", timedelta(days=7)),
    ],
)
def test_a_span(text: str, span: timedelta) -> None:
    """Minutes, hours, days."""
    assert parse_duration(text) == span


@pytest.mark.parametrize("text", ["", "h", "0h", "-1h", "1", "1w", "1h30m"])
def test_what_is_no_span(text: str) -> None:
    """The sentence shows how to write one."""
    with pytest.raises(BadInputError, match="15m, 1h, 24h or 7d"):
        parse_duration(text)
