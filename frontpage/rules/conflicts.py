"""Rules that cannot hold together: refused before they are applied, each with both places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import combinations

import pandas as pd

from frontpage.core import columns as c
from frontpage.core.errors import BadInputError
from frontpage.core.lists import LIST_LENGTH
from frontpage.rules.files import Written
from models.editorial.kinds.boost import BoostRule
from models.editorial.kinds.cap import CapRule
from models.editorial.kinds.demote import DemoteRule
from models.editorial.kinds.pin import PinRule
from models.editorial.kinds.share import ShareRule
from models.editorial.rule import EditorialRule

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def refuse_conflicts(written: Sequence[Written], articles: pd.DataFrame) -> None:
    """Raise BadInputError for the first conflict. articles: what is known now, which rules by publisher etc. mean."""
    for one in written:
        if one.rule.since and one.rule.until and one.rule.since >= one.rule.until:
            raise BadInputError(f"{one.place}: rule {one.rule.id!r} ends before it begins")
    for conflict in (*_pairs(written, articles), *_sums(written)):
        raise BadInputError(conflict)


def _pairs(written: Sequence[Written], articles: pd.DataFrame) -> Iterator[str]:
    for first, second in combinations(written, 2):
        if not _overlap(first.rule, second.rule):
            continue
        for one, other in ((first, second), (second, first)):
            if (why := _conflict(one.rule, other.rule, articles)) is not None:
                yield f"{one.place}: rule {one.rule.id!r} {why} {other.rule.id!r} at {other.place}; take one back"


def _conflict(one: EditorialRule, other: EditorialRule, articles: pd.DataFrame) -> str | None:
    """What a rule does that another forbids; None for nothing."""
    if isinstance(one, PinRule) and other.withholds and one.article in _ids(other, articles):
        return f"pins an article that is withheld by the {other.name()}"
    if isinstance(one, PinRule) and isinstance(other, PinRule) and one.id < other.id and _same_readers(one, other):
        if one.place == other.place:
            return f"pins to place {one.place} for the same readers as"
        if one.article == other.article:
            return "pins the same article for the same readers as"
    if (
        isinstance(one, PinRule)
        and isinstance(other, CapRule)
        and other.most == 0
        and one.article in _ids(other, articles)
    ):
        return "pins an article of which none may be listed by"
    if isinstance(one, BoostRule) and isinstance(other, DemoteRule) and one.match == other.match:
        return "raises what is lowered by"
    return None


def _sums(written: Sequence[Written]) -> Iterator[str]:
    demands = [one for one in written if isinstance(one.rule, ShareRule)]
    total = sum(one.rule.least for one in demands if isinstance(one.rule, ShareRule))
    if total > LIST_LENGTH:
        yield f"{demands[-1].place}: shares ask for {total} places together, and a list has {LIST_LENGTH}"


def _ids(rule: EditorialRule, articles: pd.DataFrame) -> set[str]:
    """Articles that a rule means: those known now, and those that it names."""
    named = {name for match in rule.matches().values() for name in match.article if _names_only(match)}
    known = articles[c.ARTICLE_ID].to_numpy(dtype=object)
    return named.union(*(known[match.of(articles)] for match in rule.matches().values()))


def _names_only(match: object) -> bool:
    return [name for name, value in dict(match).items() if value] == ["article"]  # type: ignore[call-overload]


def _overlap(one: EditorialRule, other: EditorialRule) -> bool:
    return (one.since or _FIRST) < (other.until or _LAST) and (other.since or _FIRST) < (one.until or _LAST)


def _same_readers(one: PinRule, other: PinRule) -> bool:
    """Whether some reader may be meant by both."""
    regions = {one.region, other.region} - {None}
    return len(regions) < 2
