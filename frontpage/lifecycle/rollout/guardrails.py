"""What holds a rollout to its bounds: each guardrail's verdict with its numbers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from frontpage.core.sections.rollout import RolloutParams
from frontpage.lifecycle.experiments.sequence import Estimate, Floats, Ratio, of_ratios
from frontpage.lifecycle.rollout.transitions import Verdict


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A verdict, the numbers it rests on, and what it says in one sentence."""

    name: str
    verdict: Verdict
    says: str
    numbers: Mapping[str, float | None] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As it is kept with an event of the rollout."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Group:
    """What readers of one arm were served and did since a step began; all by reader. seconds: of reading."""

    lists: Floats
    fallbacks: Floats
    reads: Floats
    seconds: Floats

    def __len__(self) -> int:
        return len(self.lists)


@dataclass(frozen=True, slots=True)
class Compared:
    """A run of the rollout beside the champion's for the same readers.

    n_readers: who were to have a list. n_lists: who have one. overlap: mean share of a list's places that the
    champion's list has too, None where nobody has both. n_unsound: rows whose score is no finite number.
    """

    n_readers: int
    n_lists: int
    overlap: float | None
    n_unsound: int
    n_articles: int


@dataclass(frozen=True, slots=True)
class NewestRun:
    """The last run that was made of a variant: whether its gate let it pass (None: not asked yet), and of when."""

    as_of: datetime
    passed: bool | None
    says: str = ""


def of_readers(canary: Group, champion: Group, rules: RolloutParams) -> list[Guardrail]:
    """What readers did with the lists that they were served."""
    return [
        _kept("reads_per_list", (canary.reads, canary.lists), (champion.reads, champion.lists), rules),
        _kept("seconds_per_list", (canary.seconds, canary.lists), (champion.seconds, champion.lists), rules),
        _fallbacks(canary, champion, rules),
    ]


def of_lists(compared: Compared | None, rules: RolloutParams) -> list[Guardrail]:
    """What the lists themselves are like beside the champion's."""
    if compared is None or not compared.n_readers:
        return [_no_data(name, "no list of it was made yet") for name in ("coverage", "overlap", "scores")]
    covered = compared.n_lists / compared.n_readers
    return [
        _bound("coverage", covered, rules.min_coverage, f"{covered:.1%} of its readers have a list"),
        _overlap(compared, rules),
        Guardrail(
            "scores",
            "fail" if compared.n_unsound or (compared.n_lists and not compared.n_articles) else "pass",
            f"{compared.n_unsound} scores are no number; {compared.n_articles} different articles are listed",
            {"unsound": compared.n_unsound, "articles": compared.n_articles},
        ),
    ]


def of_runs(newest: NewestRun | None, champion_as_of: datetime | None, rules: RolloutParams) -> list[Guardrail]:
    """Whether the output gate let the last run pass, and how far it is behind the champion's."""
    if newest is None or newest.passed is None:
        gate = _no_data("gate", "no list of it has been checked yet")
    else:
        gate = Guardrail("gate", "pass" if newest.passed else "fail", newest.says or "the output gate let it pass")
    if newest is None or champion_as_of is None:
        return [gate, _no_data("staleness", "there is nothing to compare with yet")]
    hours = (champion_as_of - newest.as_of).total_seconds() / 3600
    says = f"its lists are {max(hours, 0.0):.1f} hours behind the champion's"
    stale = Guardrail("staleness", "fail" if hours > rules.max_stale_hours else "pass", says, {"hours": hours})
    return [gate, stale]


def _kept(name: str, canary: tuple[Floats, Floats], champion: tuple[Floats, Floats], rules: RolloutParams) -> Guardrail:
    """Whether at least `1 - max_loss` of the champion's ratio is reached."""
    one, other = Ratio.of(*canary), Ratio.of(*champion)
    if min(one.n, other.n) < rules.min_readers or other.value == 0:
        return _no_data(name, f"{one.n} and {other.n} readers were served; {rules.min_readers} of each are needed")
    above = of_ratios(one, other, 1 - rules.confidence, rules.min_readers, weight=1 - rules.max_loss)
    return _compared(name, one, other, above)


def _fallbacks(canary: Group, champion: Group, rules: RolloutParams) -> Guardrail:
    one, other = Ratio.of(canary.fallbacks, canary.lists), Ratio.of(champion.fallbacks, champion.lists)
    if min(one.n, other.n) < rules.min_readers:
        return _no_data("fallbacks", f"{one.n} and {other.n} readers were served; {rules.min_readers} are needed")
    more = of_ratios(one, other, 1 - rules.confidence, rules.min_readers)
    most = rules.max_more_fallbacks
    below = Estimate(most - more.value, most - more.high, most - more.low, more.n)
    return _compared("fallbacks", one, other, below)


def _compared(name: str, one: Ratio, other: Ratio, above: Estimate) -> Guardrail:
    """above: how far it lies above its bound."""
    verdict: Verdict = "pass" if above.low >= 0 else "fail" if above.high < 0 else "inconclusive"
    numbers = {
        "canary": one.value, "champion": other.value, "above_bound": above.value, "low": above.low, "high": above.high,
        "readers": one.n, "champion_readers": other.n,
    }  # fmt: skip
    return Guardrail(name, verdict, f"{one.value:.4g} against the champion's {other.value:.4g}", numbers)


def _overlap(compared: Compared, rules: RolloutParams) -> Guardrail:
    if compared.overlap is None:
        return _no_data("overlap", "no reader has a list of both")
    return _bound(
        "overlap", compared.overlap, rules.min_overlap, f"{compared.overlap:.1%} of its places are the champion's too"
    )


def _bound(name: str, value: float, least: float, says: str) -> Guardrail:
    return Guardrail(name, "pass" if value >= least else "fail", says, {"value": value, "least": least})


def _no_data(name: str, says: str) -> Guardrail:
    return Guardrail(name, "no_data", says)
