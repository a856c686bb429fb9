"""`make proof-experiments`: what the statistics of experiments promise, on simulated readers.

200 A/A tests of two weeks, looked at every day; intervals held to an independent library; a planted lift of 3 % found
at the size that the calculator gave; and found by interleaving with at most a third of these readers.
"""

from __future__ import annotations

import argparse
import hashlib
import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import ville

from bench.reading_world import NOISE, ReadingWorld, better_noise
from bench.record import command, write
from frontpage.core import columns as c
from frontpage.core.experiments.experiment import Arm, Experiment
from frontpage.core.progress import track
from frontpage.lifecycle.experiments.analysis import Analysis, analyse, analyse_interleaving
from frontpage.lifecycle.experiments.cuped import adjusted
from frontpage.lifecycle.experiments.sequence import Floats, of_mean
from frontpage.lifecycle.experiments.size import of_one_mean, readers_needed

START = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
DAYS, LEVEL, POWER, LIFT = 14, 0.05, 0.8, 0.03
A_A_TESTS, A_A_READERS, PLANTED = 200, 6_000, 40
_FEWEST = 100

Row = dict[str, float]


def a_a_tests(n_tests: int) -> Row:
    """How many A/A tests ever show a difference, by our intervals and by ordinary ones, at daily looks."""
    ours = ordinary = alarms = 0
    for seed in track(range(n_tests), "A/A tests"):
        one = _experiment(f"aa-{seed}", A_A_READERS)
        world = ReadingWorld.of(A_A_READERS, seed)
        seconds = world.seconds(world.read(world.lists(NOISE)))
        readers = _readers(one, seconds, world.before(NOISE))
        judged = analyse(one, readers, START + (DAYS + 1) * DAY, _FEWEST)
        ours += any(each is not None and each.excludes_zero for each in judged.comparisons[0].differences)
        alarms += not judged.is_balanced
        ordinary += _ordinary(one, readers)
    allowed = LEVEL + 2 * math.sqrt(LEVEL * (1 - LEVEL) / n_tests)
    return {
        "A/A tests": n_tests, "false positives": round(ours / n_tests, 3), "allowed": round(allowed, 3),
        "of ordinary intervals": round(ordinary / n_tests, 3), "false alarms of shares": round(alarms / n_tests, 3),
    }  # fmt: skip


def agreement() -> Row:
    """The largest relative difference of an end of an interval to the library's."""
    rng, worst = np.random.default_rng(1), 0.0
    for n in (100, 300, 1_000, 3_000, 10_000, 100_000):
        for planned in (500, 20_000):
            values = rng.gamma(2.0, 3.0, n)
            low, high = ville.AsymptoticCS(alpha=LEVEL, t_opt=planned, min_samples=10).update(values).interval()
            mine = of_mean(values, LEVEL, planned)
            worst = max(worst, abs(mine.low / low - 1), abs(mine.high / high - 1))
    return {"largest difference to the library, millionths": round(1e6 * worst, 1)}


def planted(n_tests: int) -> tuple[Row, Row]:
    """How often the lift is found by an A/B test of the calculator's size, and by an interleaving of a third of it."""
    better = better_noise(LIFT, seed=1)
    n, pilot = _size()
    found = 0
    for seed in track(range(n_tests), "A/B tests"):
        one = _experiment(f"ab-{seed}", n)
        world = ReadingWorld.of(n, 1_000 + seed)
        is_better = np.array([one.arm_of(key) == one.arms[1] for key in range(1, n + 1)])
        lists = np.where(is_better[:, None, None], world.lists(better), world.lists(NOISE))
        seconds = world.seconds(world.read(lists))
        judged = analyse(one, _readers(one, seconds, world.before(NOISE)), START + (DAYS + 1) * DAY, _FEWEST)
        found += _says_better(judged)
    third = n // 3
    needed, mixed = _interleaved_size(better), 0
    for seed in track(range(n_tests), "interleavings"):
        mixed += _says_better(_interleaving(f"mix-{seed}", third, 5_000 + seed, better))
    least = POWER - 2 * math.sqrt(POWER * (1 - POWER) / n_tests)
    return {
        "readers by the calculator": n, "tests": n_tests, "found": round(found / n_tests, 3),
        "at least": round(least, 3), "variance left by CUPED": pilot,
    }, {
        "readers, a third": third, "found by interleaving": round(mixed / n_tests, 3),
        "readers needed by interleaving": needed, "share of the A/B test": round(needed / n, 3),
    }  # fmt: skip


def _size() -> tuple[int, float]:
    """What the calculator says of readers as they were before, and how much of their variance CUPED leaves."""
    world = ReadingWorld.of(40_000, 2)
    seconds = world.seconds(world.read(world.lists(NOISE)))
    smooth = adjusted(seconds, world.before(NOISE))
    n = readers_needed(LIFT * float(seconds.mean()), float(smooth.std(ddof=1)), LEVEL, POWER)
    return n, round(float(smooth.var() / seconds.var()), 3)


def _interleaved_size(better: float) -> int:
    """How many readers an interleaving of the two takes, those who do not decide among them."""
    world = ReadingWorld.of(200_000, 3)
    control, other = world.credits(NOISE, better)
    total = control + other
    values = ((other - control) / np.maximum(total, 1))[total > 0]
    decided = of_one_mean(float(values.mean()), float(values.std(ddof=1)), LEVEL, POWER)
    return math.ceil(decided / float((total > 0).mean()))


def _interleaving(name: str, n: int, seed: int, better: float) -> Analysis:
    one = _experiment(name, n, kind="interleaving")
    world = ReadingWorld.of(n, seed)
    control, other = world.credits(NOISE, better)
    keys = np.arange(1, n + 1)
    rows = [pd.DataFrame({c.READER_KEY: keys, "variant": arm.variant, "reads": reads})
            for arm, reads in zip(one.arms, (control, other), strict=True)]  # fmt: skip
    seen = _readers(one, control + other, control * 0)
    return analyse_interleaving(one, seen, pd.concat(rows), START + (DAYS + 1) * DAY, _FEWEST)


def _experiment(name: str, n: int, kind: str = "aa") -> Experiment:
    variants = ("champion", "champion") if kind == "aa" else ("champion", "better")
    arms = tuple(Arm(arm, variant, 0.5) for arm, variant in zip("ab", variants, strict=True))
    return Experiment(name, 1, kind, arms, ("reading_seconds",), f"{name}#1", 0.0, 1.0, LEVEL, 24.0, n, START)  # type: ignore[arg-type]


def _readers(one: Experiment, seconds: Floats, before: Floats) -> pd.DataFrame:
    """Who come evenly over two weeks."""
    n = len(seconds)
    first = pd.to_datetime(START) + pd.to_timedelta(np.arange(n) * DAYS / n, unit="D")
    variant = one.variant if one.kind == "interleaving" else "champion"
    return pd.DataFrame({
        c.READER_KEY: np.arange(1, n + 1), "first_at": first, "variants": [[variant]] * n,
        "reading_seconds": seconds, "reads_before": before,
    })  # fmt: skip


def _ordinary(one: Experiment, readers: pd.DataFrame) -> bool:
    """Whether an ordinary 95 % interval, without CUPED, ever excludes zero at the same looks."""
    is_b = np.array([one.arm_of(key) == one.arms[1] for key in readers[c.READER_KEY].tolist()])
    values = readers["reading_seconds"].to_numpy()
    for day in range(1, DAYS + 1):
        known = np.arange(len(values)) < len(values) * day // DAYS
        arms = values[known & is_b], values[known & ~is_b]
        error = math.sqrt(sum(arm.var(ddof=1) / len(arm) for arm in arms))
        if abs(arms[0].mean() - arms[1].mean()) > 1.96 * error:
            return True
    return False


def _says_better(judged: Analysis) -> bool:
    return any(each is not None and each.low > 0 for each in judged.comparisons[0].differences)


def main() -> None:
    """Measure and write docs/measurements/experiments.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", type=int, default=A_A_TESTS)
    parser.add_argument("--planted", type=int, default=PLANTED)
    given = parser.parse_args()
    found, mixed = planted(given.planted)
    figures = {"A/A": a_a_tests(given.tests) | agreement(), "A/B": found, "interleaving": mixed}
    is_full = (given.tests, given.planted) == (A_A_TESTS, PLANTED)
    data_hash = hashlib.sha256(f"{A_A_READERS} {NOISE} {LIFT} {DAYS}".encode()).hexdigest()
    print(write("experiments", figures, data_hash, command("experiments", is_full=is_full)))  # noqa: T201 - a command
    _demand(figures)


def _demand(figures: dict[str, Row]) -> None:
    """What must hold. Raises AssertionError, naming the figure, where it does not."""
    same, found, mixed = figures["A/A"], figures["A/B"], figures["interleaving"]
    assert same["false positives"] <= same["allowed"], same
    assert same["largest difference to the library, millionths"] < 100, same  # its rho is found numerically
    assert found["found"] >= found["at least"], found
    assert mixed["found by interleaving"] >= found["at least"], mixed


if __name__ == "__main__":
    main()
