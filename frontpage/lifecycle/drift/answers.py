"""What is done about confirmed findings: nothing, a training, or a search over parameters; always with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from frontpage.core.clock import HOUR, iso
from frontpage.core.sections.watching import DriftParams
from frontpage.lifecycle.drift.findings import Finding

#: What a training cannot mend, or would learn from what is broken.
_NOT_LEARNED_AWAY = ("articles", "reads", "features.missing", "served.fallback", "lists.overlap", "age", "states")
#: A finding lasts until past weeks look the same; for so long it is not answered twice where the answer helped.
_MEMORY = timedelta(days=7)
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """action: what is started. skipped: why nothing is, though there was a reason."""

    action: Literal["none", "retrain", "search"]
    reason: str
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """last_training: the moment that the newest was about. helped: of trainings that drift started, newest first."""

    last_training: datetime | None
    helped: Sequence[bool]
    answers: Sequence[Mapping[str, Any]] = ()


def answer(found: Sequence[Finding], before: Answered, params: DriftParams, as_of: datetime) -> Answer | None:
    """What to do at as_of; None where nothing is confirmed."""
    confirmed = [finding for finding in found if finding.is_confirmed]
    if not confirmed:
        return None
    reason = _reason(confirmed)
    learnable = [finding for finding in confirmed if is_learned_away(finding)]
    if not learnable:
        return Answer("none", reason, "no training mends this; a person has to look")
    reason = _reason(learnable)
    cooling = _cooling(before.last_training, params, as_of)
    if cooling:
        return Answer("none", reason, cooling)
    if _are_helpless(before.helped, params):
        return Answer("search", f"{params.max_helpless} trainings did not help: {reason}")
    if before.helped[:1] == [True] and all(_is_answered(finding, before.answers, as_of) for finding in learnable):
        return Answer("none", reason, "answered before, by a training that was accepted")
    return Answer("retrain", reason)


def is_learned_away(finding: Finding) -> bool:
    """Whether a new training may mend it; of ages only the model's."""
    return finding.series not in _NOT_LEARNED_AWAY or (finding.series, finding.key) == ("age", "model")


def _reason(confirmed: Sequence[Finding]) -> str:
    named = "; ".join(str(finding) for finding in confirmed[:_MOST_NAMED])
    more = len(confirmed) - _MOST_NAMED
    return f"{named}; and {more} more" if more > 0 else named


def _cooling(last_training: datetime | None, params: DriftParams, as_of: datetime) -> str:
    if last_training is None or as_of - last_training >= params.cooldown_hours * HOUR:
        return ""
    return f"cooldown: the training of {iso(last_training)} is less than {params.cooldown_hours:g} hours old"


def _are_helpless(helped: Sequence[bool], params: DriftParams) -> bool:
    return len(helped) >= params.max_helpless and not any(helped[: params.max_helpless])


def _is_answered(finding: Finding, answers: Sequence[Mapping[str, Any]], as_of: datetime) -> bool:
    recent = (each for each in answers if each["action"] == "retrain" and as_of - each["as_of"] <= _MEMORY)
    return any(finding.label in each["reason"] for each in recent)
