"""Experiments on readers: which arm a reader is in. The same answer in scoring, serving and judging; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from frontpage.core.assignment import arm, bucket

Kind = Literal["ab", "aa", "interleaving"]
KINDS: Mapping[Kind, str] = {"ab": "A/B test", "aa": "A/A test", "interleaving": "interleaving"}
#: Experiments share the readers out by one salt, so that nobody is in two; each draws its arms by a salt of its own.
_LAYER = "experiments"


@dataclass(frozen=True, slots=True)
class Arm:
    """A variant that some readers of an experiment are served. share: of all readers."""

    name: str
    variant: str
    share: float


@dataclass(frozen=True, slots=True)
class Experiment:
    """One start of an experiment. The first arm is the control.

    Its readers are those whose bucket lies in [lower, upper). planned_readers: when intervals are to be narrowest.
    """

    name: str
    attempt: int
    kind: Kind
    arms: tuple[Arm, ...]
    metrics: tuple[str, ...]
    salt: str
    lower: float
    upper: float
    level: float
    horizon_hours: float
    planned_readers: int
    started_at: datetime
    experiment_id: int = 0
    stopped_at: datetime | None = None

    @property
    def variant(self) -> str:
        """Of an interleaving: the variant whose runs hold its lists, of one start."""
        return f"mix-{self.name}-{self.attempt}"

    @property
    def served(self) -> frozenset[str]:
        """The variants whose lists its readers are served."""
        return frozenset([self.variant] if self.kind == "interleaving" else [each.variant for each in self.arms])

    def arm_of(self, reader_key: int) -> Arm | None:
        """The reader's arm, None where they are not in the experiment."""
        if not self.lower <= bucket(_LAYER, reader_key) < self.upper:
            return None
        room = sum(each.share for each in self.arms)
        name = arm(self.salt, reader_key, [(each.name, each.share / room) for each in self.arms])
        return next((each for each in self.arms if each.name == name), self.arms[-1])

    def needs(self, variant: str, reader_key: int) -> bool:
        """Whether a list of the variant must be made for the reader; in an interleaving those of both arms."""
        chosen = self.arm_of(reader_key)
        if chosen is None:
            return False
        return chosen.variant == variant or (
            self.kind == "interleaving" and variant in {each.variant for each in self.arms}
        )

    def variant_of(self, reader_key: int) -> str | None:
        """What the reader is served, None where the experiment says nothing of them."""
        chosen = self.arm_of(reader_key)
        if chosen is None:
            return None
        return self.variant if self.kind == "interleaving" else chosen.variant


def variant_in(experiments: Iterable[Experiment], reader_key: int) -> str | None:
    """What a reader is served by the experiments that are running; None: what everybody is."""
    return next((name for each in experiments if (name := each.variant_of(reader_key)) is not None), None)
