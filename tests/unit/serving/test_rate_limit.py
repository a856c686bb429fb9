"""So much at once, then evenly."""

import pytest

from serving.access import rate_limit
from serving.access.rate_limit import RateLimiter


class Clock:
    """A time that moves when it is told to."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize("quota", [1, 3, 10, 7_000])
def test_exactly_the_quota_passes_at_once(clock, quota):
    """Neither rounding nor the size of the quota costs or gives one."""
    limiter = RateLimiter(quota, 10, clock)
    taken = [limiter.take("a") for _ in range(quota)]
    assert [one.retry_seconds for one in taken] == [None] * quota
    assert [one.remaining for one in taken] == list(range(quota - 1, -1, -1))
    refused = limiter.take("a")
    assert (refused.remaining, refused.reset_seconds) == (0, 10)
    assert refused.retry_seconds is not None


def test_takes_come_back_evenly(clock):
    """Ten in ten seconds: after three seconds there are three again, after ten all."""
    limiter = RateLimiter(10, 10, clock)
    for _ in range(10):
        limiter.take("a")
    assert limiter.wait_seconds("a") == 1
    clock.now += 3
    assert [limiter.take("a").retry_seconds for _ in range(4)] == [None, None, None, 1]
    clock.now += 10
    assert limiter.take("a").remaining == 9


def test_names_do_not_share(clock):
    """What one uses up, another still has; asking for the wait uses nothing."""
    limiter = RateLimiter(1, 60, clock)
    limiter.take("a")
    assert (limiter.wait_seconds("a"), limiter.wait_seconds("b")) == (60, 0)
    assert limiter.take("b").retry_seconds is None


def test_headers_are_those_of_the_draft(clock):
    """Structured fields: quota and window, what is left and when it is whole again."""
    assert RateLimiter(20, 10, clock).take("a").headers() == {
        "RateLimit-Policy": '"key";q=20;w=10', "RateLimit": '"key";r=19;t=1',
    }  # fmt: skip


def test_memory_is_bounded(clock, monkeypatch):
    """However many names come, only so many are remembered; the one not seen for longest is forgotten."""
    monkeypatch.setattr(rate_limit, "_MAX_NAMES", 3)
    limiter = RateLimiter(1, 60, clock)
    for name in "abcd":
        limiter.take(name)
    assert [limiter.wait_seconds(name) for name in "abcd"] == [0, 60, 60, 60]
