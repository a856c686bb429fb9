"""Nothing recorded after a cutoff changes a list made at or before it, bit by bit, whoever makes the list."""

from collections.abc import Callable

import pytest

from frontpage.core.history import History

from .replay_world import FUTURES, TICKS, Lists, lists, world


@pytest.fixture(scope="module")
def base() -> Lists:
    """The lists of the world as it went on."""
    return lists(world())


def test_the_world_has_something_to_leak(base: Lists) -> None:
    """The lists differ between policies and cutoffs, and the ranker makes ours."""
    assert base[TICKS[1], "frontpage"] != base[TICKS[0], "frontpage"]
    assert len({str(made) for (cutoff, _), made in base.items() if cutoff == TICKS[1]}) > 5


@pytest.mark.parametrize("future", FUTURES, ids=lambda future: future.__name__)
def test_another_future_gives_the_same_lists(base: Lists, future: Callable[[History], History]) -> None:
    """Other reads, late rows, later labels, later regions, newcomers, or no future at all."""
    made = lists(future(world()))
    assert [key for key in base if made[key] != base[key]] == []
