"""What a lot tells of other policies, on places whose worth is known."""

import numpy as np
import pytest

from frontpage.lifecycle.experiments.off_policy import PolicyValue, value_of

RATES = {"a": 0.1, "b": 0.3, "c": 0.2}


def logged(n: int, seed: int = 1, share: float = 0.5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places that hold `a`, unless a lot gave them to `b` or `c`: article, whether it was read, propensity."""
    rng = np.random.default_rng(seed)
    drawn = rng.random(n) < share
    article = np.where(drawn, rng.choice(np.array(["b", "c"], dtype=object), n), "a")
    reward = (rng.random(n) < np.vectorize(RATES.get)(article)).astype(float)
    return article, reward, np.where(drawn, share / 2, 1 - share)


def of(chosen: str | None, n: int = 20_000) -> PolicyValue:
    article, reward, propensity = logged(n)
    return value_of(article, np.full(n, chosen, dtype=object), reward, propensity)


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_both_estimates_find_what_a_policy_is_worth(name: str) -> None:
    """Whatever the lot did mostly; it could have done it everywhere."""
    value = of(name)
    assert value.snips == pytest.approx(RATES[name], abs=0.02)
    assert value.doubly_robust == pytest.approx(RATES[name], abs=0.02)
    assert value.share == pytest.approx(1, abs=0.05)
    assert value.n_effective == pytest.approx(value.n_matched)
    assert value.logged == pytest.approx(0.5 * 0.1 + 0.5 * 0.25, abs=0.01)


def test_the_verdict_is_in_words_and_needs_two_hundred() -> None:
    """More, fewer, or nothing said."""
    assert of("b").verdict(200).startswith("more reads of the place (+0.1")
    assert of("a").verdict(200).startswith("fewer reads of the place (-0.0")
    assert of("b", n=400).verdict(200) == f"no verdict: {of('b', n=400).n_matched} of 200 effective slots"


def test_what_the_lot_could_not_do_is_not_spoken_of() -> None:
    """A policy that always chooses an article that was never there; and one that has nothing to choose."""
    for name in ("d", None):
        value = of(name)
        assert (value.n_matched, value.n_effective, value.share, value.more) == (0, 0, 0, None)
        assert value.doubly_robust == pytest.approx(value.logged)
    half = logged(20_000)
    chosen = np.where(np.arange(20_000) % 2, "b", "d").astype(object)
    assert value_of(half[0], chosen, half[1], half[2]).share == pytest.approx(0.5, abs=0.03)


def test_unequal_weights_say_less() -> None:
    """Effective sample size: the square of their sum over the sum of their squares."""
    article, chosen = np.array(["a", "a"], object), np.array(["a", "a"], object)
    value = value_of(article, chosen, np.array([1.0, 0.0]), np.array([0.5, 0.1]))
    assert value.n_effective == pytest.approx((2 + 10) ** 2 / (4 + 100))
    assert value.snips == pytest.approx(2 / 12)
    empty = np.array([], dtype=object)
    assert value_of(empty, empty, np.array([]), np.array([])).verdict(200) == "no verdict: 0 of 200 effective slots"
