"""From ranked candidates to the ten: rules on the list as a whole, and the place given by lot.

Greedy from the top, all readers at once: at each place the best candidate that no rule forbids. Where the rules leave
nothing, they are set aside for that place: a full list comes before a varied one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from frontpage.core.lists import LIST_LENGTH, SCORE_DECIMALS
from frontpage.core.params import ListParams, Params
from frontpage.features.grouping import Floats, Ints
from models import compiled
from models.inputs import ScoringInputs
from models.retrieval.candidates import Candidates
from models.topk import TopK

#: Best candidates of each reader that the rules choose from.
_SHORTLIST = 40
_FRESH_HOURS = 24.0

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Reranked:
    """top-k: at most ten for each reader, ordered by (reader row, rank). pair: row of each pick among the candidates.

    propensity [pick]: the chance with which it was given its place; below 1 only where a place could be drawn.
    is_drawn [pick]: whether it was.
    """

    top_k: TopK
    pair: Ints
    propensity: Floats
    is_drawn: Mask


@dataclass(frozen=True, slots=True)
class _Short:
    """The best candidates of each reader [reader, place]: row among the pairs (-1: none) and margin (-inf)."""

    readers: Ints
    pair: Ints
    margin: Floats


def rerank(now: ScoringInputs, pairs: Candidates, margin: Floats, params: Params) -> Reranked:
    """The lists of the readers of some pairs; equal rounded margins by article id."""
    short = _shortlist(pairs, np.round(margin, SCORE_DECIMALS))
    # The rules choose which ten; the best of these still comes first.
    places = np.sort(_greedy(now, pairs, short, params.lists), axis=1)
    pair = np.where(places < _SHORTLIST, np.take_along_axis(short.pair, places % _SHORTLIST, axis=1), -1)
    ranked, propensity = pair, np.ones(pair.shape)
    if params.exploration.share > 0:
        pair, propensity = _explored(now, pairs, short, (pair, propensity), params)
    row, place = np.nonzero(pair >= 0)
    picked = pair[row, place]
    top_k = TopK(short.readers[row], place + 1, pairs.article[picked])
    return Reranked(top_k, picked, propensity[row, place], (pair != ranked)[row, place])


def _shortlist(pairs: Candidates, margin: Floats) -> _Short:
    readers, starts = np.unique(pairs.reader, return_index=True)
    pair = compiled.best_of_groups(np.append(starts, len(pairs)), margin, pairs.article, _SHORTLIST)
    return _Short(readers, pair, np.where(pair >= 0, np.append(margin, -np.inf)[pair], -np.inf))


def _greedy(now: ScoringInputs, pairs: Candidates, short: _Short, rules: ListParams) -> Ints:
    """Places in the shortlist that each list takes, in the order taken; _SHORTLIST where candidates have ended."""
    n_readers, width = len(short.readers), min(LIST_LENGTH, _SHORTLIST)
    picked = np.tile(np.arange(width), (n_readers, 1))
    if not _asked(rules):
        return np.where(short.pair[:, :width] >= 0, picked, _SHORTLIST)
    article = np.where(short.pair >= 0, pairs.article[short.pair], -1)
    state = _Lists.empty(now, article, rules)
    everybody = np.arange(n_readers)
    is_free = short.pair >= 0
    for rank in range(width):
        allowed = is_free & state.allows(rank)
        allowed = np.where(allowed.any(axis=1, keepdims=True), allowed, is_free)
        worth = np.where(allowed, (1.0 - rules.diversity) * short.margin - rules.diversity * state.likeness, -np.inf)
        best = np.argmax(worth, axis=1)
        picked[:, rank] = np.where(is_free.any(axis=1), best, _SHORTLIST)
        is_free[everybody, best] = False
        state.add(best)
    return picked


def _asked(rules: ListParams) -> bool:
    """Whether any rule can change a list."""
    limits = (rules.max_per_publisher, rules.max_per_category, rules.min_fresh, rules.diversity)
    return any(limits) or rules.max_similarity < 1


@dataclass(slots=True)
class _Lists:
    """What the lists hold so far, as it bears on each candidate of the shortlist [reader, place]."""

    rules: ListParams
    publisher: Ints
    category: Ints
    vectors: NDArray[np.float32]
    is_fresh: Mask
    of_publisher: Ints
    of_category: Ints
    likeness: Floats
    n_fresh: Ints

    @classmethod
    def empty(cls, now: ScoringInputs, article: Ints, rules: ListParams) -> _Lists:
        at = now.context
        live = np.append(at.live, -1)[article]
        age = np.append(at.age_hours(), np.inf)[article]
        compares = rules.max_similarity < 1 or rules.diversity > 0
        vectors = now.article_vectors if compares else now.article_vectors[:, :0]
        blank = np.zeros((1, vectors.shape[1]), dtype=np.float32)
        return cls(
            rules=rules,
            publisher=np.where(live >= 0, at.dataset.publisher[live], -1),
            category=np.where(live >= 0, at.dataset.category[live], -1),
            vectors=np.vstack([vectors, blank])[article],
            is_fresh=age <= _FRESH_HOURS,
            of_publisher=np.zeros(article.shape, dtype=np.int64),
            of_category=np.zeros(article.shape, dtype=np.int64),
            likeness=np.zeros(article.shape),
            n_fresh=np.zeros(len(article), dtype=np.int64),
        )

    def allows(self, rank: int) -> Mask:
        """Candidates that may take this place (from 0)."""
        rules = self.rules
        allowed = self.likeness <= rules.max_similarity
        if rules.max_per_publisher:
            allowed &= self.of_publisher < rules.max_per_publisher
        if rules.max_per_category:
            allowed &= self.of_category < rules.max_per_category
        must_be_fresh = rules.min_fresh - self.n_fresh >= LIST_LENGTH - rank
        return allowed & (self.is_fresh | ~must_be_fresh[:, None])

    def add(self, best: Ints) -> None:
        """Take the candidate at each reader's place into the list."""
        rows = np.arange(len(best))
        for counts, labels in ((self.of_publisher, self.publisher), (self.of_category, self.category)):
            label = labels[rows, best][:, None]
            np.add(counts, (labels == label) & (label >= 0), out=counts)
        if self.vectors.shape[2]:
            like = np.einsum("rpd,rd->rp", self.vectors, self.vectors[rows, best])
            np.maximum(self.likeness, like, out=self.likeness)
        self.n_fresh += self.is_fresh[rows, best]


def _explored(
    now: ScoringInputs, pairs: Candidates, short: _Short, made: tuple[Ints, Floats], params: Params
) -> tuple[Ints, Floats]:
    """Lists whose last place went by lot to a fresh candidate with few reads, and the propensity of every place.

    The lot is a hash of seed, moment and reader: the same in every run, independent of who else is served.
    """
    pair, propensity = made[0].copy(), made[1].copy()
    rules, at = params.exploration, now.context
    entities = now.entities
    is_new = (at.age_hours() <= rules.max_age_hours) & (entities.states.articles.reads.n_reads <= rules.max_reads)
    eligible = (short.pair >= 0) & np.append(is_new, False)[np.where(short.pair >= 0, pairs.article[short.pair], -1)]
    eligible &= ~(short.pair[:, :, None] == pair[:, None, :]).any(axis=2)
    n_eligible = eligible.sum(axis=1)
    lot = _lots(at.dataset.reader_keys[at.readers[short.readers]], params.seed ^ at.now)
    can = (n_eligible > 0) & (pair[:, -1] >= 0)
    drawn = can & (lot[0] < rules.share)
    which = np.minimum((lot[1] * n_eligible).astype(np.int64), np.maximum(n_eligible - 1, 0))
    place = np.argmax(np.cumsum(eligible, axis=1) == (which + 1)[:, None], axis=1)
    rows = np.flatnonzero(drawn)
    pair[rows, -1] = short.pair[rows, place[rows]]
    propensity[can, -1] = 1.0 - rules.share
    propensity[rows, -1] = rules.share / n_eligible[rows]
    return pair, propensity


def _lots(keys: Ints, salt: int) -> tuple[Floats, Floats]:
    """Two numbers in [0, 1) for each key: splitmix64 (Steele, Lea, Flood 2014)."""
    lots = []
    for turn in (1, 2):
        start = (salt * 2 + turn) & (2**64 - 1)
        mixed = keys.astype(np.uint64) + np.uint64((start * 0x9E3779B97F4A7C15) & (2**64 - 1))
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
        lots.append(((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) / 2.0**53)
    return lots[0], lots[1]
