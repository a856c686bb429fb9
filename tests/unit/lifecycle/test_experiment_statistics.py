"""Statistics of experiments: held to an independent library, to what a plan promises, and to rules by hand."""

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
import ville

from frontpage.core import columns as c
from frontpage.core.experiments.experiment import Arm, Experiment
from frontpage.lifecycle.experiments import ratio
from frontpage.lifecycle.experiments.analysis import analyse, analyse_interleaving, preferences
from frontpage.lifecycle.experiments.cuped import adjusted
from frontpage.lifecycle.experiments.page import page
from frontpage.lifecycle.experiments.sequence import Ratio, of_difference, of_lift, of_mean, of_ratios
from frontpage.lifecycle.experiments.size import detectable, of_one_mean, readers_needed
from frontpage.lifecycle.experiments.verdict import summary, verdict

TEN = datetime(2026, 3, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)
RNG = np.random.default_rng(5)


def experiment(*variants: str, kind: str = "ab", metrics: tuple[str, ...] = ("reading_seconds",)) -> Experiment:
    """Half and half of all readers; the arms are called a, b, ..."""
    arms = tuple(Arm("abc"[n], variant, 1 / len(variants)) for n, variant in enumerate(variants))
    return Experiment("test", 1, kind, arms, metrics, "test#1", 0.0, 1.0, 0.05, 24.0, 4000, TEN)


def readers(of: Experiment, n: int, lift: float = 0.0, days: float = 3, seed: int = 5) -> pd.DataFrame:
    """So many who come evenly over days; the second arm reads longer by `lift`."""
    rng = np.random.default_rng(seed)
    keys = np.arange(1, n + 1)
    arms = [of.arm_of(key) for key in keys.tolist()]
    usual = rng.gamma(2.0, 60.0, n)
    seconds = usual * rng.gamma(4.0, 0.25, n) * [1 + lift * (arm is not None and arm.name == "b") for arm in arms]
    return pd.DataFrame({
        c.READER_KEY: keys, "first_at": [TEN + days * DAY * at / n for at in range(n)],
        "variants": [[arm.variant] if arm else ["champion"] for arm in arms], "reading_seconds": seconds,
        "reads": np.round(seconds / 60), "listed_reads": 0, "ndcg_at_10": 0.0, "reads_before": usual,
    })  # fmt: skip


@pytest.mark.parametrize("n", [100, 1000, 20_000])
def test_intervals_are_those_of_the_oracle(n: int) -> None:
    """Ville's asymptotic confidence sequence, tuned to the same size, at any n."""
    values = RNG.gamma(2.0, 3.0, n)
    oracle = ville.AsymptoticCS(alpha=0.05, t_opt=2000, min_samples=10).update(values)
    low, high = oracle.interval()
    ours = of_mean(values, 0.05, 2000)
    assert (ours.low, ours.high) == (pytest.approx(low, rel=1e-5), pytest.approx(high, rel=1e-5))


def test_a_difference_is_the_mean_of_influences() -> None:
    """Of equal arms: the sequence for a mean of 2 y and -2 y, each centred on its arm."""
    treated, control = RNG.normal(5, 1, 500), RNG.normal(4, 2, 500)
    ours = of_difference(treated, control, 0.05, 1000)
    influence = np.concatenate([2 * (treated - treated.mean()), -2 * (control - control.mean())])
    expected = of_mean(influence + (treated.mean() - control.mean()), 0.05, 1000)
    assert ours.value == pytest.approx(expected.value)
    assert ours.high - ours.low == pytest.approx(expected.high - expected.low, rel=2e-3)


def test_a_difference_of_ratios_of_ones_is_that_of_means() -> None:
    """Equal arms with a lower sum of 1 each: as wide as the difference of means at the size of one arm."""
    treated, control = RNG.normal(5, 1, 500), RNG.normal(4, 2, 500)
    ones = np.ones(500)
    ours = of_ratios(Ratio.of(treated, ones), Ratio.of(control, ones), 0.05, 500)
    means = of_difference(treated, control, 0.05, 1000)
    assert ours.value == pytest.approx(means.value)
    assert ours.high - ours.low == pytest.approx(means.high - means.low)


def test_a_lift_is_relative_and_only_of_means_above_zero() -> None:
    """Twice as much is 100 % more, whatever the unit."""
    treated, control = RNG.gamma(50, 2, 4000), RNG.gamma(50, 1, 4000)
    lift = of_lift(treated, control, 0.05, 8000)
    assert lift is not None
    assert lift.low < 1.0 < lift.high
    assert lift.high - lift.low < 0.05
    assert of_lift(treated * 0, control, 0.05, 8000) is None


def test_cuped_takes_out_what_was_there_before() -> None:
    """The means stay, the variance goes down by the squared correlation; a constant covariate changes nothing."""
    before = RNG.normal(10, 3, 5000)
    values = 2 * before + RNG.normal(0, 6, 5000)
    smooth = adjusted(values, before)
    assert smooth.mean() == pytest.approx(values.mean())
    assert smooth.var() / values.var() == pytest.approx(1 - np.corrcoef(before, values)[0, 1] ** 2, rel=1e-3)
    assert adjusted(values, np.ones(5000)) is values


def test_shares_are_checked_at_every_look() -> None:
    """Fair coins of a hundred days do not alarm; 47 against 53 of ten thousand do, and it is never taken back."""
    fair = np.cumsum(RNG.multinomial(200, [0.5, 0.5], 100), axis=0)
    assert ratio.p_values(fair, np.array([1.0, 1.0]))[-1] > ratio.LEVEL
    broken = np.array([[100, 100], [4700, 5300], [10_000, 10_000]])
    p = ratio.p_values(broken, np.array([0.1, 0.1]))
    assert p[0] > ratio.LEVEL > p[1] >= p[2]
    one = math.lgamma(100) - math.lgamma(101) + math.lgamma(51) - math.lgamma(50) - math.log(0.5)
    assert ratio.p_values(np.array([[1, 0]]), np.array([0.5, 0.5]))[0] == pytest.approx(min(1, math.exp(-one)))


def test_a_plan_and_its_size_agree() -> None:
    """What n readers can find takes n readers; half the effect takes about four times as many."""
    n = readers_needed(3.0, 100.0, 0.05, 0.8)
    assert detectable(n, 100.0, 0.05, 0.8) == pytest.approx(3.0, rel=1e-4)
    assert readers_needed(1.5, 100.0, 0.05, 0.8) == pytest.approx(4 * n, rel=1e-3)
    assert of_one_mean(3.0, 100.0, 0.05, 0.8) == pytest.approx(n / 4, rel=1e-3)


def test_a_difference_is_found_and_said() -> None:
    """In percent, with its interval; days before there are enough readers have none."""
    one = experiment("champion", "popularity", metrics=("reading_seconds", "reads"))
    judged = analyse(one, readers(one, 8000, lift=0.2), TEN + 5 * DAY, 100)
    assert [len(judged.days), judged.comparisons[0].differences[0], summary(judged)] == [5, None, "difference"]
    said = verdict(judged)
    assert said[0].startswith("reading_seconds: b has more than a (+")
    assert "interval" not in page(judged).split("</style>", 1)[1].split("<svg", 1)[0].lower()
    assert page(judged).count("<svg") == 2


def test_arms_that_are_the_same_do_not_differ() -> None:
    """And a reader who was shown both arms' lists is named and left out."""
    one = experiment("champion", "popularity")
    seen = readers(one, 2000)
    seen["variants"] = [
        ["champion", "popularity"] if key == 8 else shown
        for key, shown in zip(seen[c.READER_KEY], seen["variants"], strict=True)
    ]
    judged = analyse(one, seen, TEN + 5 * DAY, 100)
    assert (summary(judged), judged.crossed) == ("undecided", [8])
    assert verdict(judged)[-1] == "1 readers were shown lists of two arms and are left out: 8."


def test_a_broken_assignment_is_all_that_is_said() -> None:
    """Half of one arm is not seen: whatever its readers did, there is no verdict."""
    one = experiment("champion", "popularity")
    seen = readers(one, 6000, lift=0.5)
    is_lost = np.array([one.arm_of(key).name == "b" and key % 2 == 0 for key in seen[c.READER_KEY].tolist()])
    judged = analyse(one, seen[~is_lost], TEN + 5 * DAY, 100)
    assert summary(judged) == "broken"
    (said,) = verdict(judged)
    assert said.startswith("No verdict: the arms do not have the readers")
    assert "<svg" not in page(judged)


def test_two_readers_are_too_few() -> None:
    """Before `min_readers` have been seen for a whole horizon nobody is shown a number."""
    one = experiment("champion", "champion", kind="aa")
    judged = analyse(one, readers(one, 40), TEN + 5 * DAY, 100)
    assert summary(judged) == "waiting"
    assert verdict(judged) == ["reading_seconds, b against a: too few readers yet to say anything."]
    nobody = analyse(one, readers(one, 40)[:0], TEN + DAY, 100)
    assert summary(nobody) == "waiting"


def test_readers_of_an_interleaving_decide() -> None:
    """From -1 to 1 by whose articles they read; who reads nothing does not decide."""
    values, decided = preferences(np.array([2.0, 0.0, 1.0]), np.array([0.0, 0.0, 3.0]))
    assert (values.tolist(), decided.tolist()) == ([-1.0, 0.0, 0.5], [True, False, True])
    one = experiment("champion", "popularity", kind="interleaving")
    seen = readers(one, 1000).assign(variants=[[one.variant]] * 1000)
    rows = [
        (key, name, 1 + (name == "popularity") * (key % 3))
        for key in range(1, 901)
        for name in ("champion", "popularity")
    ]
    credited = pd.DataFrame(rows, columns=[c.READER_KEY, "variant", "reads"])
    judged = analyse_interleaving(one, seen, credited, TEN + 5 * DAY, 100)
    assert (judged.n_exposed, judged.n_complete, summary(judged)) == ({"both": 1000}, {"both": 900}, "difference")
    assert verdict(judged)[0].startswith("Readers prefer b (+0.")
