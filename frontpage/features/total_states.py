"""States of totals: everywhere, audiences, categories and publishers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.schema.states import HALF_LIVES_HOURS
from frontpage.features.grouping import Floats, Ints
from frontpage.features.interactions import NEVER
from frontpage.features.known_reads import Activity, KnownReads, activity, dwell_times
from frontpage.features.names import Names

#: The scope of all reads together.
EVERYWHERE: Final = ""


@dataclass(frozen=True, slots=True)
class TotalRows:
    """[scope, moment]: all reads of a scope: everywhere (""), an audience, `category=...` or `publisher=...`."""

    at_us: Ints
    scope: NDArray[np.object_]
    reads: Activity
    dwell_sum_seconds: Floats
    dwell_count: Ints


def total_rows(known: KnownReads) -> TotalRows:
    """Everywhere (scope ""), then the audiences, categories and publishers that have reads."""
    scopes = _scopes(known.dataset.names)
    n_rows = len(scopes)
    last, counts = np.full(n_rows, NEVER), np.zeros(n_rows, dtype=np.int64)
    decayed, dwell_sum = np.zeros((n_rows, len(HALF_LIVES_HOURS))), np.zeros(n_rows)
    dwell_count = np.zeros(n_rows, dtype=np.int64)
    for codes in _scope_codes(known):  # a scope is met in one of them only, so its sums do not mix
        if not (codes >= 0).any():
            continue
        reads, (seconds, measured) = activity(known, codes, n_rows), dwell_times(known, codes, n_rows)
        last, counts, decayed = np.maximum(last, reads.last_us), counts + reads.n_reads, decayed + reads.decayed
        dwell_sum, dwell_count = dwell_sum + seconds, dwell_count + measured
    kept = np.flatnonzero((counts > 0) | (scopes == EVERYWHERE))
    reads = Activity(last[kept], decayed[kept], counts[kept])
    return TotalRows(np.full(len(kept), known.now), scopes[kept], reads, dwell_sum[kept], dwell_count[kept])


def no_totals() -> TotalRows:
    """Not even that of everywhere: of such states no feature can be made."""
    nothing = np.zeros(0, dtype=np.int64)
    reads = Activity(nothing, np.zeros((0, len(HALF_LIVES_HOURS))), nothing)
    return TotalRows(nothing, np.zeros(0, dtype=object), reads, np.zeros(0), nothing)


def _scopes(names: Names) -> NDArray[np.object_]:
    """Names of all totals that there can be."""
    labels = {c.CATEGORY: names.categories, c.PUBLISHER: names.publishers}
    labelled = [f"{kind}={name}" for kind, index in labels.items() for name in index]
    return np.array([EVERYWHERE, *names.audiences, *labelled], dtype=object)


def _scope_codes(known: KnownReads) -> Iterator[Ints]:
    """For one kind of totals after the other, as `_scopes` has them, the row that each read counts in (-1: none)."""
    dataset, first = known.dataset, 1 + len(known.dataset.names.audiences)
    yield np.zeros(len(known.at_us), dtype=np.int64)
    for codes in known.audiences.T:
        yield np.where(codes >= 0, codes + 1, -1)
    for index, of_article in (
        (dataset.names.categories, dataset.category),
        (dataset.names.publishers, dataset.publisher),
    ):
        codes = np.append(of_article, -1)[known.article]
        yield np.where(codes >= 0, codes + first, -1)
        first += len(index)
