"""Published fact checks in schema.org's ClaimReview: which addresses a checker found false or misleading."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from frontpage.core.errors import BadInputError

#: Ratings by name that mean so, in the languages of our readers; others go by the number.
_NAMES = frozenset(
    "false misleading fake incorrect fabricated manipulated falso engañoso enganoso faux trompeur".split()  # noqa: SIM905
)
#: Of a scale from worst to best, up to which share of it a claim counts as false.
_LOW = 0.34


@dataclass(frozen=True, slots=True)
class FactCheck:
    """One address that a checker found false; evidence: where they show it."""

    url: str
    checker: str
    claim: str
    rating: str
    evidence: str


def fact_checks(content: str, name: str) -> list[FactCheck]:
    """The reviews of a document (JSON-LD: a DataFeed, a graph, a list or one review) that find something false.

    Raises BadInputError for what is not JSON; entries that are no ClaimReview are passed over.
    """
    try:
        loaded = json.loads(content)
    except ValueError as error:
        raise BadInputError(f"{name} is not JSON ({error}); give a ClaimReview feed (schema.org, JSON-LD)") from error
    return [check for review in _reviews(loaded) if _is_false(review) for check in _checks(review)]


def _reviews(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for one in node:
            yield from _reviews(one)
    elif isinstance(node, dict):
        if "ClaimReview" in _texts(node.get("@type")):
            yield node
        for key in ("dataFeedElement", "@graph", "item", "itemListElement"):
            yield from _reviews(node.get(key))


def _checks(review: dict[str, Any]) -> Iterator[FactCheck]:
    rating = _first(review.get("reviewRating"))
    checker = str(_first(review.get("author")).get("name") or "a fact-checker")
    for url in dict.fromkeys(_addresses(review.get("itemReviewed"))):
        named = str(rating.get("alternateName") or rating.get("ratingValue") or "")
        yield FactCheck(url, checker, str(review.get("claimReviewed") or "")[:500], named, str(review.get("url") or ""))


def _addresses(reviewed: Any) -> Iterator[str]:
    """Where a claim appeared."""
    for claim in reviewed if isinstance(reviewed, list) else [reviewed]:
        if not isinstance(claim, dict):
            continue
        places = [claim.get("firstAppearance"), claim.get("appearance"), claim.get("url"), claim.get("sameAs")]
        for place in places:
            for one in place if isinstance(place, list) else [place]:
                found = one.get("url") if isinstance(one, dict) else one
                if isinstance(found, str) and found.startswith(("http://", "https://")):
                    yield found


def _is_false(review: dict[str, Any]) -> bool:
    rating = _first(review.get("reviewRating"))
    words = str(rating.get("alternateName") or "").casefold().replace("-", " ").split()
    if words:
        return bool(_NAMES & set(words))
    try:
        value, worst, best = (float(rating.get(key, default)) for key, default in _SCALE)
    except (TypeError, ValueError):
        return False
    return best > worst and (value - worst) / (best - worst) <= _LOW


_SCALE = (("ratingValue", "nan"), ("worstRating", 1), ("bestRating", 5))


def _first(value: Any) -> dict[str, Any]:
    found = value[0] if isinstance(value, list) and value else value
    return found if isinstance(found, dict) else {}


def _texts(value: Any) -> list[str]:
    return [str(one).rpartition("/")[2] for one in (value if isinstance(value, list) else [value])]
