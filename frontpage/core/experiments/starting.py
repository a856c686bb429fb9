"""What is checked before an experiment starts: its name, its arms, and whether readers are free for it; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from frontpage.core.errors import BadInputError
from frontpage.core.experiments.experiment import Arm, Experiment, Kind

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_ARM = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)(?::(?P<variant>[A-Za-z0-9_.-]+))?=(?P<share>[0-9.]+)")
#: Shares are numbers that people write; the last bit of their sum says nothing.
_NEARLY = 1e-9


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
