"""What an experiment says, in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from frontpage.core.experiments.experiment import KINDS
from frontpage.lifecycle.experiments.analysis import PREFERENCE, Analysis, Comparison
from frontpage.lifecycle.experiments.sequence import Estimate

_BROKEN = (
    "No verdict: the arms do not have the readers they were to have (p = {:.2g}), so something decides who is seen in "
    "which arm. Find out what, and start again."
)
#: Readers of two arms that are named; the others are counted.
_NAMED = 5


def verdict(judged: Analysis) -> list[str]:
    """A sentence for each thing that can be said now; a broken assignment is the only thing said then."""
    if not judged.is_balanced:
        return [_BROKEN.format(judged.ratio_p)]
    return [*(_of(judged, one) for one in judged.comparisons), *_crossed(judged)]


def summary(judged: Analysis) -> str:
    """One word for the summary line: broken, waiting, difference or undecided."""
    if not judged.is_balanced:
        return "broken"
    latest = [one.latest for one in judged.comparisons]
    if all(each is None for each in latest):
        return "waiting"
    return "difference" if any(each is not None and each.excludes_zero for each in latest) else "undecided"


def _of(judged: Analysis, one: Comparison) -> str:
    latest, control = one.latest, judged.experiment.arms[0].name
    if latest is None:
        return f"{one.metric}, {one.arm} against {control}: too few readers yet to say anything."
    if one.metric == PREFERENCE:
        return _preferred(one.arm, control, latest)
    said = _said(one)
    if judged.experiment.kind == "aa" and latest.excludes_zero:
        return f"{one.metric}: the arms are the same and yet differ ({said}); do not trust this measurement."
    if not latest.excludes_zero:
        return f"{one.metric}: no difference between {one.arm} and {control} can be told yet ({said})."
    return f"{one.metric}: {one.arm} has {'more' if latest.value > 0 else 'less'} than {control} ({said})."


def _preferred(arm: str, control: str, latest: Estimate) -> str:
    ends = f"{latest.value:+.3f}, between {latest.low:+.3f} and {latest.high:+.3f}, of {latest.n:,} readers"
    if not latest.excludes_zero:
        return f"Readers prefer neither {arm} nor {control} as far as can be told yet ({ends})."
    return f"Readers prefer {arm if latest.value > 0 else control} ({ends})."


def _said(one: Comparison) -> str:
    latest, lift = one.latest, one.lifts[-1]
    assert latest is not None
    if lift is None:
        return f"{latest.value:+.4g}, between {latest.low:+.4g} and {latest.high:+.4g}"
    return f"{lift.value:+.1%}, between {lift.low:+.1%} and {lift.high:+.1%}"


def _crossed(judged: Analysis) -> Iterator[str]:
    if not judged.crossed:
        return
    named = ", ".join(map(str, judged.crossed[:_NAMED]))
    more = f" and {len(judged.crossed) - _NAMED:,} more" if len(judged.crossed) > _NAMED else ""
    yield f"{len(judged.crossed):,} readers were shown lists of two arms and are left out: {named}{more}."


def head(judged: Analysis) -> str:
    """What it is, since when, and how many readers it has."""
    one = judged.experiment
    state = f"stopped {one.stopped_at:%Y-%m-%d %H:%M}" if one.stopped_at else "running"
    arms = ", ".join(f"{arm.name} ({arm.variant}, {arm.share:.1%})" for arm in one.arms)
    seen = ", ".join(f"{name} {n:,}" for name, n in judged.n_exposed.items())
    done = ", ".join(f"{name} {n:,}" for name, n in judged.n_complete.items())
    return (
        f"{one.name}, start {one.attempt}: {KINDS[one.kind]} of {arms}; {state}\n"
        f"Since {one.started_at:%Y-%m-%d %H:%M}. "
        f"Readers shown a list: {seen}. Counted, after {one.horizon_hours:g} hours: {done}."
    )
