"""List rules, one a file: what a list as a whole has to be, and how the output gate holds it to that."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from models.parts import PipelinePart

if TYPE_CHECKING:
    from frontpage.features.grouping import Floats, Ints
    from models.reranking.listed import Listed, Mask


@dataclass(frozen=True, slots=True)
class Bound:
    """Within what a rule's measure has to lie, in every list where it is not NaN."""

    at_least: float | None = None
    at_most: float | None = None


class Running:
    """A rule at work on the shortlists of some readers [reader, place], while their lists grow from the top.

    What a rule does not say is this: it allows every candidate, and leaves its worth as it is.
    """

    def allows(self, rank: int) -> Mask | None:
        """Candidates that may take this place (from 0); None: all."""

    def worth(self, margin: Floats) -> Floats:
        """What each candidate is worth at the next place, where the rules before said `margin`."""
        return margin

    def add(self, chosen: Ints) -> None:
        """The candidate at each reader's `chosen` place was taken into the list."""


class ListRule(PipelinePart):
    """A rule with its parameter. `off` and `trial`: the value that switches it off, and one that a replay tries."""

    off: ClassVar[Any]
    trial: ClassVar[Any]
    #: What would happen to readers without it; said by the output gate.
    reason: ClassVar[str] = ""
    #: Whether it asks for content vectors.
    compares_texts: ClassVar[bool] = False

    @property
    def is_on(self) -> bool:
        """Whether it can change a list."""
        return bool(self.value() != type(self).off)

    @abstractmethod
    def running(self, shortlists: Listed) -> Running:
        """The rule at the start of empty lists."""

    def measure(self, _lists: Listed) -> Floats | None:
        """A number for each finished list, whatever the order it was picked in; NaN: not judged. None: no measure."""
        return None

    def bound(self) -> Bound:
        """Within what the measure of a list lies that keeps the rule."""
        return Bound()
