"""What every kind of editorial rule has in common. A kind is one file of `models/editorial/kinds`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import AwareDatetime, Field

from models.editorial.match import Match
from models.parts import PipelinePart
from models.reranking.rules import Bound

if TYPE_CHECKING:
    from frontpage.features.grouping import Floats
    from models.editorial.at_work import Members
    from models.reranking.listed import Listed
    from models.reranking.rules import Running


class EditorialRule(PipelinePart):
    """A rule as it stands in a file. What a kind does not say is this: it withholds nothing and changes no list."""

    #: Whether what it matches is listed nowhere while it is in force.
    withholds: ClassVar[bool] = False
    #: Whether it can move an article against the order of scores.
    moves: ClassVar[bool] = False

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,60}$", description="names the rule in lists, logs and `why`")
    reason: str = Field(min_length=3, description="why; shown by `why` and kept with the applied rules")
    since: AwareDatetime | None = Field(None, description="in force from then on; default always")
    until: AwareDatetime | None = Field(None, description="in force until then; default for good")

    def is_in_force(self, as_of: datetime) -> bool:
        """Whether it holds at a moment."""
        return (self.since is None or self.since <= as_of) and (self.until is None or as_of < self.until)

    def matches(self) -> dict[str, Match]:
        """Which articles it speaks of, by a name of its own for each group; most kinds have one group, `""`."""
        return {}

    def running(self, _members: Members) -> Running | None:
        """The rule at the start of empty lists; None where it chooses nothing."""
        return None

    def measure(self, _lists: Listed, _members: Any) -> Floats | None:
        """A number for each finished list; NaN: not judged. None: no measure."""
        return None

    def bound(self) -> Bound:
        """Within what the measure of a list lies that keeps the rule."""
        return Bound()


class MatchingRule(EditorialRule):
    """A rule about one group of articles."""

    match: Match

    def matches(self) -> dict[str, Match]:
        """The group."""
        return {"": self.match}


class WithholdingRule(MatchingRule):
    """A rule by which articles are listed nowhere: in no list of any kind, as no candidate."""

    withholds: ClassVar[bool] = True

    def measure(self, lists: Listed, members: Any) -> Floats:
        """How many places of each list have such an article."""
        n_there: Floats = (members.of("")[lists.rows] & (lists.rows >= 0)).sum(axis=1).astype(float)
        return n_there

    def bound(self) -> Bound:
        """None may."""
        return Bound(at_most=0)
