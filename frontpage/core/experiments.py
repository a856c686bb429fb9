"""Experiments on readers: which arm a reader is in. The same answer in scoring, serving and judging; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from frontpage.core.assignment import arm, bucket
from frontpage.core.errors import BadInputError

Kind = Literal["ab", "aa", "interleaving"]
KINDS: Mapping[Kind, str] = {"ab": "A/B test", "aa": "A/A test", "interleaving": "interleaving"}
#: Experiments share the readers out by one salt, so that nobody is in two; each draws its arms by a salt of its own.
_LAYER = "experiments"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_ARM = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)(?::(?P<variant>[A-Za-z0-9_.-]+))?=(?P<share>[0-9.]+)")
#: Shares are numbers that people write; the last bit of their sum says nothing.
_NEARLY = 1e-9


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


def parse_arms(text: str) -> tuple[Arm, ...]:
    """Arms as people write them: `champion=0.5,popularity=0.5`, or with names, `a:champion=0.5,b:champion=0.5`.

    >>> parse_arms("a:champion=0.1,popularity=0.2")[1]
    Arm(name='popularity', variant='popularity', share=0.2)

    Raises BadInputError for what cannot be read, fewer than two arms, a name twice, and shares above 100 %.
    """
    found = [_ARM.fullmatch(part.strip()) for part in text.split(",")]
    if not all(found) or len(found) < 2:
        raise BadInputError(f"arms {text!r} cannot be read; write at least two, like champion=0.5,popularity=0.5")
    arms = tuple(Arm(each["name"], each["variant"] or each["name"], _share(each["share"])) for each in found if each)
    if len({each.name for each in arms}) < len(arms):
        raise BadInputError(f"arms {text!r} have one name twice; write NAME:VARIANT=SHARE where a variant comes twice")
    if (total := sum(each.share for each in arms)) > 1 + _NEARLY:
        raise BadInputError(f"the arms' shares are {total:.0%} together; they can be 100 % at most")
    return arms


def kind_of(arms: Sequence[Arm], *, interleaved: bool) -> Kind:
    """What the arms make. Raises BadInputError for an interleaving of other than two different variants."""
    n_variants = len({each.variant for each in arms})
    if interleaved:
        if len(arms) != 2 or n_variants != 2:
            raise BadInputError("an interleaving has two arms of two variants; leave out --interleave, or the others")
        return "interleaving"
    return "aa" if n_variants == 1 else "ab"


def room_for(share: float, running: Iterable[Experiment]) -> float:
    """Where the readers of another experiment begin: the first free stretch of buckets.

    Raises BadInputError, naming the experiments in the way, where there is none: nobody is in two experiments at once.
    """
    taken, start = sorted(running, key=lambda each: each.lower), 0.0
    for each in taken:
        if each.lower - start >= share - _NEARLY:
            return start
        start = each.upper
    if 1.0 - start >= share - _NEARLY:
        return start
    held = ", ".join(f"{each.name} ({each.upper - each.lower:.0%})" for each in taken)
    raise BadInputError(
        f"no {share:.0%} of readers are free: {held} would have to share readers with it; stop one, or ask for fewer"
    )


def named(name: str) -> str:
    """The name. Raises BadInputError where it is no word of small letters, digits and dashes, 40 at most."""
    if not _NAME.fullmatch(name):
        raise BadInputError(
            f"an experiment cannot be called {name!r}; use small letters, digits and dashes, 40 at most"
        )
    return name


def arms_as_json(arms: Iterable[Arm]) -> list[dict[str, Any]]:
    """As the database keeps them."""
    return [{"name": each.name, "variant": each.variant, "share": each.share} for each in arms]


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError as error:
        raise BadInputError(f"{text!r} is no share; write a number above 0 and at most 1") from error
    if not 0 < share <= 1:
        raise BadInputError(f"a share of {share:g} cannot be; write a number above 0 and at most 1")
    return share
