"""The way of a list from candidates to ten, as text for people."""

from collections.abc import Iterator, Mapping
from typing import Any

from frontpage.core import columns as c

#: Candidates that are named; all of them are in the JSON.
_NAMED = 15


def lines(found: Mapping[str, Any]) -> Iterator[str]:
    """What `frontpage.scoring.funnel.funnel` found, and whether the list made once more is the stored one."""
    same = "equals the stored one" if found["is_same"] else "differs from the stored one: parameters or data changed"
    yield f"Made once more, the list {same}."
    if "article" in found:
        said = found["article"]
        yield f"Article {said[c.ARTICLE_ID]}: {said['name']}: {said['said']}."
    if "candidates" not in found:
        yield found["said"]
        return
    yield f"{found['n_live']} articles could be listed; withheld: {_counts(found['withheld']) or 'none'}"
    by = _counts(found["candidates_by_source"]) or "one order for all"
    yield f"{found['n_candidates']} candidates, proposed by {by}"
    for one in found["candidates"][:_NAMED]:
        listed = f"-> place {one['listed_at']}" if one["listed_at"] else "-> not listed"
        by = ", ".join(f"{name} {place}" for name, place in one["proposed_by"].items()) or one[c.CANDIDATE_SOURCE]
        yield f"{one['place']:4}. {one[c.SCORE]:.4f}  {one[c.ARTICLE_ID]}  ({by})  {listed}"
    if not found["without"]:
        yield "No rule changed the list."
    for name, change in found["without"].items():
        gained, lost = (", ".join(change[key]) or "nothing" for key in ("would_be_listed", "would_not_be_listed"))
        yield f"Without {name}: {gained} in place of {lost}."


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in counts.items())
