"""The way of a reader's list from candidates to ten, and where an article that is missing was left behind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from frontpage.core import columns as c
from frontpage.core.lists import LIST_LENGTH
from frontpage.features.grouping import Ints
from frontpage.features.interactions import DAY_MICROSECONDS, microseconds
from frontpage.features.names import position
from frontpage.scoring.rebuild import Rebuilt
from models.reranking.rerank import SHORTLIST
from models.retrieval.candidates import CODES

_NAMES = [*CODES]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where an article's way ended: `name` for machines, `said` in words. `listed` where it did not end."""

    name: str
    said: str


def funnel(rebuilt: Rebuilt) -> dict[str, Any]:
    """Counts of each step, what proposed and scored each candidate, and what each rule moved, as plain data."""
    pairs, scores = rebuilt.retrieved[0], rebuilt.scores
    order, listed = ranking(rebuilt), rebuilt.article_ids
    ids = rebuilt.ids(pairs.article)
    proposals = {name: rebuilt.ids(found.article) for name, found in rebuilt.proposals().items()}
    withheld = Counter(rebuilt.editorial.withheld.values())
    return {
        "n_live": len(rebuilt.now.context.live),
        "withheld": dict(sorted(withheld.items())),
        "n_candidates": len(pairs),
        "candidates_by_source": {name: len(found) for name, found in proposals.items()},
        "candidates": [
            {
                "place": place,
                c.ARTICLE_ID: ids[row],
                c.SCORE: round(float(scores.score[row]), 5),
                "proposed_by": {
                    name: found.index(ids[row]) + 1 for name, found in proposals.items() if ids[row] in found
                },
                c.CANDIDATE_SOURCE: _NAMES[pairs.source[row]],
                "listed_at": listed.index(ids[row]) + 1 if ids[row] in listed else None,
            }
            for place, row in enumerate(order[:SHORTLIST], 1)
        ],
        "without": without_each_rule(rebuilt),
    }


def ranking(rebuilt: Rebuilt) -> Ints:
    """Rows of the candidates by their scores, best first, before any rule."""
    pairs, tier = rebuilt.retrieved
    margin = np.round(rebuilt.scores.margin, 5)
    tiers = np.zeros(len(pairs), dtype=np.int64) if tier is None else tier
    return np.lexsort((rebuilt.scores.tie, -margin, -tiers))


def without_each_rule(rebuilt: Rebuilt) -> dict[str, dict[str, list[str]]]:
    """What the list would have lost and gained without each rule that chose among candidates; only where it would."""
    found = {f"list rule {rule.name()}": rebuilt.without_list_rule(rule.name()) for rule in rebuilt.part.rerank.rules}
    found |= {f"rule {one.rule.id}": rebuilt.without_editorial(one.rule.id) for one in rebuilt.editorial.at_work}
    now = rebuilt.article_ids
    return {
        name: {
            "would_be_listed": [one for one in ids if one not in now],
            "would_not_be_listed": [one for one in now if one not in ids],
            "list": ids,
        }
        for name, ids in found.items()
        if ids != now
    }


def why_not(rebuilt: Rebuilt, article_id: str) -> Stage:
    """The stage at which an article's way into the list ended."""
    early = _not_live(rebuilt, article_id)
    if early is not None:
        return early
    listed = rebuilt.article_ids
    if article_id in listed:
        return Stage("listed", f"it stands at place {listed.index(article_id) + 1}")
    at, dataset = rebuilt.now.context, rebuilt.now.context.dataset
    row = int(np.flatnonzero(dataset.article_ids[at.live] == article_id)[0])
    if at.is_seen(np.zeros(1, dtype=np.int64), np.array([row]))[0]:
        return Stage("read or unwanted", "the reader has read it, or has hidden it or muted its publisher or category")
    pairs = rebuilt.retrieved[0]
    candidates = np.flatnonzero(pairs.article == row)
    if not len(candidates):
        return Stage("not a candidate", f"no source proposed it among {len(pairs)} candidates")
    place = int(np.flatnonzero(ranking(rebuilt) == candidates[0])[0]) + 1
    if place > SHORTLIST:
        return Stage("ranked too low", f"it came {place}th of {len(pairs)}; rules choose from the first {SHORTLIST}")
    barred = [name for name, change in without_each_rule(rebuilt).items() if article_id in change["would_be_listed"]]
    if barred:
        return Stage("barred by a rule", f"it came {place}th; without {' or '.join(barred)} it would be listed")
    if place <= LIST_LENGTH:
        return Stage("barred by rules", f"it came {place}th, and several rules together leave it out")
    return Stage("outranked", f"it came {place}th of {len(pairs)}, and better ones filled the {LIST_LENGTH} places")


def _not_live(rebuilt: Rebuilt, article_id: str) -> Stage | None:
    """Why an article could be in nobody's list; None where it could."""
    at, dataset = rebuilt.now.context, rebuilt.now.context.dataset
    where = position(dataset.article_ids, article_id)
    if where < 0:
        return Stage("not known", "it was not known by then, or is too old to be looked at")
    if (rule := rebuilt.editorial.withheld.get(article_id)) is not None:
        special = {"retracted": "it is retracted", "flagged": "it is held back as misleading"}
        return Stage("retracted" if rule == "retracted" else "withheld", special.get(rule, f"rule {rule} withholds it"))
    if where in at.live:
        return None
    if dataset.original[where] != where:
        return Stage("a copy", f"it repeats {dataset.article_ids[dataset.original[where]]}, which stands for it")
    if dataset.published[where] > at.now or dataset.first_seen[where] > at.now:
        return Stage("not out", "it was not out at that moment")
    if dataset.is_listable[where]:
        days = (microseconds(at.as_of) - dataset.published[where]) / DAY_MICROSECONDS
        return Stage("expired", f"it was {days:.1f} days old, more than lists.max_age_days")
    return Stage("retracted", "its source had retracted it by then")
