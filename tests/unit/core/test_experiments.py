"""Who is in which arm, and what is refused before an experiment starts."""

from datetime import UTC, datetime

import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.experiments.experiment import Arm, Experiment, variant_in
from frontpage.core.experiments.starting import kind_of, named, parse_arms, room_for

TEN = datetime(2026, 3, 1, 10, tzinfo=UTC)


def running(name: str, lower: float, *arms: tuple[str, float], kind: str = "ab", attempt: int = 1) -> Experiment:
    """An experiment whose arms are called like their variants."""
    made = tuple(Arm(variant, variant, share) for variant, share in arms)
    upper = lower + sum(share for _, share in arms)
    return Experiment(name, attempt, kind, made, ("reads",), f"{name}#{attempt}", lower, upper, 0.05, 24.0, 100, TEN)


def test_readers_fall_into_arms_by_their_shares() -> None:
    """A tenth and a fifth of all readers; the others are in none."""
    one = running("one", 0.3, ("champion", 0.1), ("popularity", 0.2))
    seen = [one.variant_of(key) for key in range(20_000)]
    assert seen.count("champion") / 20_000 == pytest.approx(0.1, abs=0.01)
    assert seen.count("popularity") / 20_000 == pytest.approx(0.2, abs=0.01)


def test_a_reader_is_in_one_experiment_at_most() -> None:
    """Two experiments take different readers; a third finds what is left, or is told who is in its way."""
    one, two = running("one", 0.0, ("a", 0.2), ("b", 0.2)), running("two", 0.5, ("a", 0.1), ("b", 0.1))
    assert not [key for key in range(5000) if one.variant_of(key) and two.variant_of(key)]
    assert room_for(0.1, [two, one]) == pytest.approx(0.4)
    assert room_for(0.3, [one, two]) == pytest.approx(0.7)
    with pytest.raises(BadInputError, match=r"no 40% of readers are free: one \(40%\), two \(20%\)"):
        room_for(0.4, [one, two])


def test_another_start_draws_anew() -> None:
    """The same readers, in other arms."""
    first, again = (running("one", 0.0, ("a", 0.5), ("b", 0.5), attempt=n) for n in (1, 2))
    same = sum(first.variant_of(key) == again.variant_of(key) for key in range(10_000))
    assert same / 10_000 == pytest.approx(0.5, abs=0.02)


def test_everybody_of_an_interleaving_is_served_both() -> None:
    """By a variant of its own."""
    mix = running("mix-it", 0.0, ("a", 0.5), ("b", 0.5), kind="interleaving")
    assert {variant_in([mix], key) for key in range(100)} == {"mix-mix-it-1"}
    assert variant_in([], 1) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("champion=0.6,popularity=0.5", "110% together; they can be 100 % at most"),
        ("champion=0.5", "write at least two"),
        ("champion=half,popularity=0.5", "cannot be read"),
        ("champion=0.5,champion=0.5", "one name twice"),
        ("champion=0,popularity=0.5", "a share of 0 cannot be"),
        ("champion=1.2.3,popularity=0.5", "is no share"),
    ],
)
def test_arms_that_cannot_be_are_refused(text: str, says: str) -> None:
    """In one sentence."""
    with pytest.raises(BadInputError, match=says):
        parse_arms(text)


def test_the_arms_tell_what_it_is() -> None:
    """One variant: A/A; an interleaving has exactly two."""
    assert kind_of(parse_arms("a:champion=0.5,b:champion=0.5"), interleaved=False) == "aa"
    assert kind_of(parse_arms("champion=0.5,popularity=0.5"), interleaved=True) == "interleaving"
    for text in ("a:champion=0.5,b:champion=0.5", "a=0.3,b=0.3,c=0.3"):
        with pytest.raises(BadInputError, match="two arms of two variants"):
            kind_of(parse_arms(text), interleaved=True)
    with pytest.raises(BadInputError, match="cannot be called"):
        named("No Spaces")
