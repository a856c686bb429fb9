"""Editorial rules at work in the reranker: candidates that are pinned, worth more or less, capped, or asked for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.lists import LIST_LENGTH
from frontpage.features.names import AUDIENCE_KINDS, position
from models.editorial.kinds.boost import BoostRule
from models.editorial.kinds.demote import DemoteRule
from models.editorial.kinds.pin import PinRule
from models.retrieval.candidates import CODES, PINNED, Candidates

if TYPE_CHECKING:
    from frontpage.features.grouping import Floats, Ints
    from models.editorial.editorial import InForce
    from models.inputs import ScoringInputs
    from models.reranking.listed import Listed, Mask
    from models.reranking.rules import Running


@dataclass(frozen=True, slots=True)
class Members:
    """What a rule asks of the shortlists [reader, place]: which candidates are of a group, whose list each is."""

    now: ScoringInputs
    one: InForce
    listed: Listed
    readers: Ints

    def of(self, group: str) -> Mask:
        """Whether each candidate is of a group."""
        return of_group(self.now, self.one, group)[self.listed.rows]

    def local_of(self, regions: Collection[str]) -> Mask:
        """Whether each candidate is local to its reader's region; nothing is to readers of other regions."""
        found, region = np.zeros(self.listed.rows.shape, dtype=bool), regions_of(self.now)[self.readers]
        for name in regions:
            of_region = region == _region(self.now, name)
            found |= self.of(name) & of_region[:, None]
        return found


def running(now: ScoringInputs, listed: Listed, readers: Ints) -> list[Running]:
    """The rules in force at the start of the empty lists of some reader rows."""
    found = (one.rule.running(Members(now, one, listed, readers)) for one in now.context.editorial.at_work)
    return [rule for rule in found if rule is not None]


def moved_margin(now: ScoringInputs, pairs: Candidates, margin: Floats) -> Floats:
    """What pairs are worth with what boosts add and demotions take."""
    for one in now.context.editorial.at_work:
        if isinstance(one.rule, BoostRule | DemoteRule):
            margin = margin + one.rule.margin * of_group(now, one, "")[pairs.article]
    return margin


def with_pinned(now: ScoringInputs, pairs: Candidates, reader_rows: Ints) -> tuple[Candidates, Ints]:
    """Candidates and what is pinned for their readers; the row that each had before, -1 for what came in."""
    wanted = pinned_of(now, reader_rows)
    if not len(wanted):
        return pairs, np.arange(len(pairs))
    width = max(len(now.context.live), 1)
    keys, new = pairs.reader * width + pairs.article, wanted[:, 0] * width + wanted[:, 1]
    is_pinned = np.isin(keys, new)
    missing = wanted[~np.isin(new, keys)]
    both = Candidates(
        np.concatenate([pairs.reader, missing[:, 0]]),
        np.concatenate([pairs.article, missing[:, 1]]),
        np.concatenate([np.where(is_pinned, CODES[PINNED], pairs.source), np.full(len(missing), CODES[PINNED])]),
    )
    before = np.concatenate([np.arange(len(pairs)), np.full(len(missing), -1)])
    order = np.argsort(both.reader, kind="stable")
    return both.at(order), before[order]


def pinned_of(now: ScoringInputs, reader_rows: Ints) -> Ints:
    """(reader row, live row, place) of each pin that holds for some readers and that they have not read; by reader.

    Of two pins to one place, or of one article, the first holds.
    """
    found, readers = [], np.unique(reader_rows)
    for one in pins(now):
        assert isinstance(one.rule, PinRule)
        rows = np.flatnonzero(of_group(now, one, "")[:-1])
        if not len(rows):
            continue
        mine = readers[_is_for(now, one.rule)[readers]]
        mine = mine[~now.context.is_seen(mine, np.full(len(mine), rows[0]))]
        found.append(np.column_stack([mine, np.full(len(mine), rows[0]), np.full(len(mine), one.rule.place)]))
    wanted = np.concatenate(found) if found else np.zeros((0, 3), dtype=np.int64)
    for columns in ([0, 2], [0, 1]):
        wanted = wanted[np.sort(np.unique(wanted[:, columns], axis=0, return_index=True)[1])]
    return wanted[np.argsort(wanted[:, 0], kind="stable")]


def placed(now: ScoringInputs, readers: Ints, rows: Ints, is_pinned: Mask) -> Ints:
    """In which order the picks of each list [list, place] stand, pinned ones at their places; rows: live, -1: none."""
    order = np.tile(np.arange(LIST_LENGTH), (len(rows), 1))
    if not is_pinned.any():
        return order
    wanted = pinned_of(now, readers)
    width = max(len(now.context.live), 1)
    place_of = pd.Series(wanted[:, 2] - 1, index=wanted[:, 0] * width + wanted[:, 1])
    slot = np.full(rows.shape, -1)
    at = np.nonzero(is_pinned)
    slot[at] = place_of.reindex(readers[at[0]] * width + rows[at]).fillna(-1).to_numpy(dtype=np.int64)
    taken = np.zeros(rows.shape, dtype=bool)
    held = np.nonzero(slot >= 0)
    taken[held[0], slot[held]] = True
    free = np.argsort(taken, axis=1, kind="stable")
    nth = np.cumsum(slot < 0, axis=1) - 1
    slot = np.where(slot < 0, np.take_along_axis(free, np.maximum(nth, 0), axis=1), slot)
    return np.argsort(np.where(rows < 0, LIST_LENGTH + order, slot), axis=1, kind="stable")


def pins(now: ScoringInputs) -> list[InForce]:
    """The pins in force."""
    return [one for one in now.context.editorial.at_work if isinstance(one.rule, PinRule)]


def of_group(now: ScoringInputs, one: InForce, group: str) -> Mask:
    """Whether each live article is of a group of a rule; the last element is for no article."""
    context = now.context
    ids = context.dataset.article_ids
    return now.memo.kept(
        ("editorial", one.rule.id, group), lambda: context.editorial.is_of(one, group, ids[context.live])
    )


def regions_of(now: ScoringInputs) -> Ints:
    """Code of each reader row's region, -1 where it is not known: as their states have it, else as they signed up."""
    states, at = now.entities.states.readers, now.context
    if len(states.reader_key) == len(at.readers):
        return states.audiences[:, AUDIENCE_KINDS.index(c.REGION)]
    return at.dataset.reader_region[at.readers]


def _region(now: ScoringInputs, name: str) -> int:
    code = position(now.context.dataset.names.audiences, f"{c.REGION}={name}")
    return code if code >= 0 else -2


def _is_for(now: ScoringInputs, pin: PinRule) -> Mask:
    """Whether each reader row is one of those that a pin is for."""
    at = now.context
    is_for = np.ones(len(at.readers), dtype=bool)
    if pin.region is not None:
        is_for &= regions_of(now) == _region(now, pin.region)
    if pin.interest is not None:
        code = position(at.dataset.names.categories, pin.interest)
        is_for &= (at.dataset.interests[at.readers] == code).any(axis=1) & (code >= 0)
    return is_for
