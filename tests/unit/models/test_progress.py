"""What a training says of its end, with a clock that the test moves."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.training.feature_lookup import direct_lookup
from models.training.progress import Forecast
from models.training.train import Inputs, train

from .newsroom_world import PARAMS, newsroom

START = datetime(2026, 3, 4, 2, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def _told(minutes: list[int], of: int, deadline_minutes: int) -> Forecast:
    """A forecast that heard of one part of a stage after each of so many minutes."""
    clock = Clock()
    forecast = Forecast(START + deadline_minutes * MINUTE, clock)
    forecast("als", 0, of)
    for done, each in enumerate(minutes, start=1):
        clock.now += each * MINUTE
        forecast("als", done, of)
    return forecast


def test_it_warns_as_soon_as_the_pace_is_too_slow(caplog: pytest.LogCaptureFixture) -> None:
    """Twelve parts of ten minutes end at 04:30: one part is enough to know that an hour will not do, said once."""
    with caplog.at_level(logging.WARNING, "frontpage.train"):
        assert _told([10, 10, 10], 12, deadline_minutes=60).is_late
    assert [record.getMessage() for record in caplog.records] == [
        "training_late stage=als done=1 of=12 expected_end=2026-03-04T04:30:00Z deadline=2026-03-04T03:30:00Z"
    ]


def test_it_says_nothing_where_there_is_time() -> None:
    """The same pace, with three hours."""
    assert not _told([10, 10, 10], 12, deadline_minutes=180).is_late


def test_a_resumed_stage_is_judged_by_what_it_does_now() -> None:
    """Nine of twelve parts were there: at ten minutes each the rest ends after half an hour."""
    clock = Clock()
    forecast = Forecast(START + 25 * MINUTE, clock)
    forecast("als", 9, 12)
    clock.now += 10 * MINUTE
    forecast("als", 10, 12)
    assert forecast.is_late
    assert forecast.margin_seconds() == 15 * 60


def test_a_training_tells_of_each_stage() -> None:
    """Cut-offs, trees without the newest ones, trees and ALS, each up to its end, in this order."""
    heard: list[tuple[Any, ...]] = []
    inputs = Inputs(newsroom(60, 36), PARAMS, direct_lookup, progress=lambda *told: heard.append(told))
    train(inputs, "v")
    assert list(dict.fromkeys(stage for stage, _, _ in heard)) == ["cut-offs", "older trees", "trees", "als"]
    assert [told for told in heard if told[0] == "trees"] == [("trees", n, 3) for n in range(4)]
    assert [told for told in heard if told[0] == "als"] == [("als", n, 4) for n in range(5)]
