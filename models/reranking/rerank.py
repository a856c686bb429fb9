"""From ranked candidates to the ten: list rules, and the place given by lot. Every list is made here.

Greedy from the top, all readers at once: at each place the best candidate that no rule forbids. Where the rules leave
nothing they are waived for that place, which is noted: a full list comes before a varied one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from frontpage.core.lists import LIST_LENGTH, SCORE_DECIMALS
from frontpage.core.params import Params
from frontpage.features.grouping import Floats, Ints
from models import compiled
from models.editorial import at_work
from models.inputs import ScoringInputs
from models.parts import configured, registered
from models.reranking.exploration import Exploration
from models.reranking.listed import ArticleFacts, Listed, Mask
from models.reranking.rules import ListRule, Running
from models.retrieval.candidates import CODES, PINNED, Candidates
from models.topk import TopK

#: Best candidates of each reader that the rules choose from.
SHORTLIST = 40
#: Between margins of two tiers: more than likeness can bridge.
_FAR = 1_000.0
RULES = registered("models.reranking.rules", ListRule)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Candidates in an order of their own for each reader: by `tier`, then `margin` (rounded), then `tie`, ascending.

    All [pair]. margin: what a candidate is worth, on the scale of a ranker's trees. tier: pairs of a higher one come
    before all others, as in the list of a category; None: all alike.
    """

    pairs: Candidates
    margin: Floats
    tie: Ints
    tier: Ints | None = None


@dataclass(frozen=True, slots=True)
class Reranked:
    """top_k: at most ten for each reader, ordered by (reader row, rank). pair: row of each pick among the candidates.

    propensity [pick]: the chance with which it was given its place; below 1 only where a place could be drawn.
    is_drawn [pick]: whether it was. is_waived [pick]: whether the rules were waived for its place.
    """

    top_k: TopK
    pair: Ints
    propensity: Floats
    is_drawn: Mask
    is_waived: Mask


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The best candidates of each reader [reader, place]: row among the pairs (-1: none), margin (-inf), articles."""

    readers: Ints
    pair: Ints
    margin: Floats
    listed: Listed

    @property
    def width(self) -> int:
        """How many places there are."""
        return int(self.pair.shape[1])

    @property
    def is_there(self) -> Mask:
        """Where there is a candidate."""
        return self.pair >= 0


@dataclass(frozen=True, slots=True)
class Reranker:
    """The list rules that are switched on, and the lot; None: no place is drawn."""

    rules: tuple[ListRule, ...]
    exploration: Exploration | None = None
    stages: tuple[str, ...] = ("rules",)

    def under(self, params: Params) -> Reranker:
        """The same stages with other parameters."""
        return reranker(params, self.stages)

    def __call__(self, now: ScoringInputs, ranked: Ranked, width: int | None = SHORTLIST) -> Reranked:
        """The lists of the readers of some ranked pairs; the rules choose from the best `width` of each (None: all)."""
        compares = any(rule.compares_texts for rule in self.rules)
        ranked, is_pinned = _as_editors_say(now, ranked)
        short = shortlist(ranked, ArticleFacts.of(now, compares_texts=compares), width)
        places, is_waived = greedy(short, self.rules, at_work.running(now, short.listed, short.readers))
        # The rules choose which ten; the best of these still comes first.
        order = np.argsort(places, axis=1, kind="stable")
        places = np.take_along_axis(places, order, axis=1)
        is_waived = np.take_along_axis(is_waived, order, axis=1)
        propensity, is_drawn = np.ones(places.shape), np.zeros(places.shape, dtype=bool)
        if self.exploration is not None and self.exploration.share > 0:
            places, propensity, is_drawn = self._explored(now, short, places)
        order = at_work.placed(now, short.readers, *_picked(short, places, is_pinned))
        places, is_waived, propensity, is_drawn = (
            np.take_along_axis(of_place, order, axis=1) for of_place in (places, is_waived, propensity, is_drawn)
        )
        row, place = np.nonzero(places < short.width)
        pair = short.pair[row, places[row, place]]
        return Reranked(
            TopK(short.readers[row], place + 1, ranked.pairs.article[pair]), pair,
            propensity[row, place], is_drawn[row, place], (is_waived & ~is_drawn)[row, place],
        )  # fmt: skip

    def _explored(self, now: ScoringInputs, short: Shortlist, places: Ints) -> tuple[Ints, Floats, Mask]:
        """Places with the last of some drawn by lot among those that the rules allow there; propensity; which."""
        assert self.exploration is not None
        running = [rule.running(short.listed) for rule in self.rules]
        running += at_work.running(now, short.listed, short.readers)
        is_free = short.is_there.copy()
        everybody = np.arange(len(places))
        for above in places[:, :-1].T:
            chosen = np.minimum(above, short.width - 1)  # of a list that has ended, which has no last place to draw
            is_free[everybody, chosen] = False
            for rule in running:
                rule.add(chosen)
        is_free &= ~np.equal(places[:, -1:], np.arange(short.width))
        may = _allowed(running, LIST_LENGTH - 1, is_free)
        is_whole = places[:, -1] < short.width
        which, propensity = self.exploration.drawn(now, short.readers, short.listed.rows, may & is_whole[:, None])
        is_drawn = np.zeros(places.shape, dtype=bool)
        is_drawn[:, -1] = which >= 0
        of_all = np.ones(places.shape)
        of_all[:, -1] = propensity
        return np.where(is_drawn, which[:, None], places), of_all, is_drawn


def rules_of(params: Params) -> tuple[ListRule, ...]:
    """The list rules that are switched on.

    Raises BadInputError for a key of `lists` that is no parameter, and for a value that cannot be.
    """
    return tuple(rule for rule in configured(params.lists.rules, RULES, "lists").values() if rule.is_on)


def reranker(params: Params, stages: Sequence[str] = ("rules", "exploration")) -> Reranker:
    """The stages of a variant with the parameters' values."""
    lot = Exploration(params.exploration, params.seed) if "exploration" in stages else None
    return Reranker(rules_of(params) if "rules" in stages else (), lot, tuple(stages))


def shortlist(ranked: Ranked, facts: ArticleFacts, width: int | None = SHORTLIST) -> Shortlist:
    """The best candidates of each reader; equal rounded margins by `tie`."""
    pairs, margin = ranked.pairs, np.round(ranked.margin, SCORE_DECIMALS)
    readers, starts = np.unique(pairs.reader, return_index=True)
    if ranked.tier is not None:
        margin = margin + ranked.tier * (2 * np.abs(margin).max(initial=0.0) + _FAR)
    ends = np.append(starts, len(pairs))
    n = int(np.diff(ends).max(initial=0)) if width is None else width
    pair = compiled.best_of_groups(ends, margin, ranked.tie, max(n, LIST_LENGTH))
    article = np.where(pair >= 0, np.append(pairs.article, -1)[pair], -1)
    margin = np.where(pair >= 0, np.append(margin, -np.inf)[pair], -np.inf)
    return Shortlist(readers, pair, margin, Listed.of(facts, article))


def greedy(short: Shortlist, rules: Sequence[ListRule], more: Sequence[Running] = ()) -> tuple[Ints, Mask]:
    """Places in the shortlist that each list takes, in the order taken, and whether the rules were waived for each.

    Where candidates have ended the place is the shortlist's width. more: editorial rules, at work already.
    """
    n_readers = len(short.readers)
    picked = np.tile(np.arange(LIST_LENGTH), (n_readers, 1))
    is_waived = np.zeros(picked.shape, dtype=bool)
    if not rules and not more:
        return np.where(short.is_there[:, :LIST_LENGTH], picked, short.width), is_waived
    running = [*(rule.running(short.listed) for rule in rules), *more]
    everybody = np.arange(n_readers)
    is_free = short.is_there.copy()
    for rank in range(LIST_LENGTH):
        allowed: Mask = _allowed(running, rank, is_free)
        has_any, is_left = np.any(allowed, axis=1), np.any(is_free, axis=1)
        choice = np.where(has_any[:, None], allowed, is_free)
        best = np.argmax(np.where(choice, _worth(running, short.margin), -np.inf), axis=1)
        picked[:, rank] = np.where(is_left, best, short.width)
        is_waived[:, rank] = is_left & ~has_any
        is_free[everybody, best] = False
        for rule in running:
            rule.add(best)
    return picked, is_waived


def _as_editors_say(now: ScoringInputs, ranked: Ranked) -> tuple[Ranked, Mask]:
    """Pairs with what boosts and demotions make of their margins, pinned ones above all others; which are pinned."""
    pairs, is_pinned = ranked.pairs, ranked.pairs.source == CODES[PINNED]
    if not now.context.editorial.at_work:
        return ranked, is_pinned
    margin, tier = at_work.moved_margin(now, pairs, ranked.margin), ranked.tier
    if is_pinned.any():
        tier = np.zeros(len(pairs), dtype=np.int64) if tier is None else tier
        tier = np.where(is_pinned, tier.max() + 1, tier)
    return replace(ranked, margin=margin, tier=tier), is_pinned


def _picked(short: Shortlist, places: Ints, is_pinned: Mask) -> tuple[Ints, Mask]:
    """The article of each pick [list, place], -1 where a list has ended, and whether it is pinned."""
    padded = np.column_stack([short.pair, np.full(len(short.pair), -1)])
    pair = np.take_along_axis(padded, np.minimum(places, short.width), axis=1)
    rows = np.column_stack([short.listed.rows, np.full(len(short.pair), -1)])
    article = np.take_along_axis(rows, np.minimum(places, short.width), axis=1)
    return article, np.append(is_pinned, False)[pair]


def _allowed(running: Sequence[Running], rank: int, is_free: Mask) -> Mask:
    """Free candidates that every rule allows at a place (from 0)."""
    for rule in running:
        mask = rule.allows(rank)
        is_free = is_free if mask is None else mask & is_free
    return is_free


def _worth(running: Sequence[Running], margin: Floats) -> Floats:
    """What candidates are worth at the next place, by all rules."""
    for rule in running:
        margin = rule.worth(margin)
    return margin
