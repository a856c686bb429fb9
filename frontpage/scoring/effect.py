"""What editorial rules would do to the lists that are served now: made anew in memory as a refresh would, compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from frontpage.core import columns as c
from frontpage.core.lists import LIST_LENGTH
from frontpage.core.params import Params
from frontpage.core.progress import track
from frontpage.core.settings import Settings
from frontpage.features.feature_store.bulk import ReaderLookup
from frontpage.features.feature_store.repository import feature_store, opened
from frontpage.features.grouping import Ints
from frontpage.features.interactions import InteractionDataset
from frontpage.scoring.incremental import last_lists
from frontpage.scoring.pipeline import Block, blocks_of
from frontpage.scoring.prepare import Prepared, Said, ScoringContexts, prepared
from frontpage.store.connect import Connection
from frontpage.store.lists import kept_lists
from frontpage.store.server import database_url
from models.editorial.rule import EditorialRule
from models.threads import one_blas_thread

#: Readers that are named as hit worst.
N_WORST = 10


@dataclass(frozen=True, slots=True)
class Effect:
    """Of a change on the lists of readers. exposure: places by publisher and by category, before and after.

    worst: (reader_key, places that changed) of those with most, most first; equal ones by key.
    """

    run_id: int
    n_readers: int
    n_readers_changed: int
    n_places: int
    n_places_changed: int
    below_ten_before: int
    below_ten_after: int
    exposure: Mapping[str, Mapping[str, tuple[int, int]]]
    worst: tuple[tuple[int, int], ...]

    def as_json(self) -> dict[str, Any]:
        """The figures as plain data."""
        return asdict(self)


def effect_of(
    connection: Connection,
    settings: Settings,
    params: Params,
    served: Mapping[str, Any],
    rules: Sequence[EditorialRule],
) -> Effect:
    """What a refresh at the served run's moment would change under `rules`, to the place.

    Who is not due keeps their list, as in a refresh. Raises what `prepared` raises.
    """
    contexts = ScoringContexts(connection, served["as_of"], Said(rules))
    made = prepared(connection, settings, params, contexts, served["as_of"], served["variant"])
    dataset = made.recommender.now.context.dataset
    before = last_lists(dataset, kept_lists.lists_of(connection, served[c.RUN_ID])).articles
    after = last_lists(dataset, _lists(connection, settings, params, made)).articles
    return compared(dataset, before, after, int(served[c.RUN_ID]))


def compared(dataset: InteractionDataset, before: Ints, after: Ints, run_id: int) -> Effect:
    """Two sets of lists [reader, place] of dataset positions, -1 where a list has ended."""
    changed = (before != after).sum(axis=1)
    has_any = ((before >= 0) | (after >= 0)).any(axis=1)
    order = np.lexsort((dataset.reader_keys, -changed))[:N_WORST]
    names = {
        c.PUBLISHER: (dataset.publisher, dataset.names.publishers),
        c.CATEGORY: (dataset.category, dataset.names.categories),
    }
    short = [int(((lists >= 0).sum(axis=1) < LIST_LENGTH)[has_any].sum()) for lists in (before, after)]
    return Effect(
        run_id,
        n_readers=int(has_any.sum()),
        n_readers_changed=int((changed > 0).sum()),
        n_places=int((before >= 0).sum()),
        n_places_changed=int(changed.sum()),
        below_ten_before=short[0],
        below_ten_after=short[1],
        exposure={name: _exposure(codes, labels, before, after) for name, (codes, labels) in names.items()},
        worst=tuple((int(dataset.reader_keys[row]), int(changed[row])) for row in order if changed[row]),
    )


def _exposure(codes: Ints, labels: Any, before: Ints, after: Ints) -> dict[str, tuple[int, int]]:
    counts = [Counter(codes[lists[lists >= 0]].tolist()) for lists in (before, after)]
    total = counts[0] + counts[1]
    return {
        str(labels[code]) if code >= 0 else "": (counts[0][code], counts[1][code])
        for code, _ in sorted(total.items(), key=lambda one: (-one[1], one[0]))
    }


def _lists(connection: Connection, settings: Settings, params: Params, made: Prepared) -> pa.Table:
    """reader_key, rank, article_id, made_us of everybody's list as it would be."""
    names = [c.READER_KEY, c.RANK, c.ARTICLE_ID]
    tables = [table.select(names) for table in _made(settings, params, made)]
    new = pa.concat_tables(tables) if tables else None
    parts = [] if new is None else [_alike(new)]
    if made.plan.base is not None:
        kept = kept_lists.lists_of(connection, made.plan.base.run_id)
        is_kept = pc.is_in(kept[c.READER_KEY], pa.array(made.plan.kept))
        parts.append(_alike(kept.filter(is_kept)))
    return pa.concat_tables(parts).unify_dictionaries()


def _alike(table: pa.Table) -> pa.Table:
    article = table[c.ARTICLE_ID]
    if not pa.types.is_dictionary(article.type):
        article = article.cast(pa.string()).dictionary_encode()
    article = article.cast(pa.dictionary(pa.int32(), pa.string()))
    key, rank = table[c.READER_KEY].cast(pa.int64()), table[c.RANK].cast(pa.int16())
    made_us = pa.array(np.zeros(len(table), dtype=np.int64))
    return pa.table({c.READER_KEY: key, c.RANK: rank, c.ARTICLE_ID: article, c.MADE_US: made_us})


def _made(settings: Settings, params: Params, made: Prepared) -> Iterator[pa.Table]:
    """The lists of the readers who are due, a block at a time, on as many threads as there may be."""
    url = database_url(settings)
    if made.recommender.asks_readers:
        feature_store(url)

    def of_blocks(blocks: Sequence[Block]) -> list[pa.Table]:
        with ExitStack() as stack:
            stack.enter_context(one_blas_thread())
            lookup = ReaderLookup(opened(url)) if made.recommender.asks_readers else None
            rows = (np.arange(block.start, block.end, dtype=np.int64) for block in blocks)
            return [made.recommender(lookup, block) for block in rows]

    blocks = blocks_of(made.plan.n_due)
    lanes = [blocks[lane :: params.threads] for lane in range(params.threads)]
    with ThreadPoolExecutor(params.threads) as threads:
        for tables in track(list(threads.map(of_blocks, lanes)), "lanes of readers"):
            yield from tables
