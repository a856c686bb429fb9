"""A reader's list made once more as its run made it, with everything on the way: what `frontpage why` shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from frontpage.core import columns as c
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.features.feature_store.bulk import ReaderLookup
from frontpage.features.feature_store.repository import opened
from frontpage.features.grouping import Ints
from frontpage.scoring.prepare import RULES, Maker, Said, ScoringContexts, inputs_at, maker_of
from frontpage.store.connect import Connection
from frontpage.store.server import database_url
from models.context import ScoringContext
from models.editorial.editorial import Editorial
from models.inputs import ScoringInputs
from models.pipeline import ListPipeline, ScoredTopK
from models.ranking.scores import Scores
from models.reranking.rerank import Reranker
from models.retrieval.candidates import Candidates
from models.topk import TopK
from models.variants import variants_of

_ROW = np.zeros(1, dtype=np.int64)


@dataclass(frozen=True)
class Rebuilt:
    """One reader's list and all that was looked at. now: the moment with this reader alone, at row 0."""

    now: ScoringInputs
    part: ListPipeline
    editorial: Editorial
    maker: str

    @cached_property
    def retrieved(self) -> tuple[Candidates, Ints | None]:
        """Candidates, and their tiers."""
        return self.part.candidates_of(self.now, _ROW)

    @cached_property
    def scores(self) -> Scores:
        """Of each candidate."""
        return self.part.rank(self.now, self.retrieved[0])

    @cached_property
    def scored_top_k(self) -> ScoredTopK:
        """The ten."""
        return self._under(self.part.rerank)

    @cached_property
    def table(self) -> pa.Table:
        """The ten as they are stored."""
        return self.part.table(self.now, self.scored_top_k)

    @cached_property
    def article_ids(self) -> list[str]:
        """Of the ten, best first."""
        return self.ids(self.scored_top_k.top_k.article)

    def ids(self, live_rows: Ints) -> list[str]:
        """Of some live rows."""
        at = self.now.context
        return [str(name) for name in at.dataset.article_ids[at.live[live_rows]]]

    def proposals(self) -> dict[str, TopK]:
        """What each source proposed for the reader, best first; empty where every live article is a candidate."""
        sources = getattr(self.part.retrieve, "sources", {})
        return {name: source(self.now, _ROW) for name, source in sources.items()}

    def without_list_rule(self, name: str) -> list[str]:
        """The ten if one list rule were off."""
        rerank = self.part.rerank
        rules = tuple(rule for rule in rerank.rules if rule.name() != name)
        return self.ids(self._under(replace(rerank, rules=rules)).top_k.article)

    def without_editorial(self, rule_id: str) -> list[str]:
        """The ten without a rule that chooses among what may be listed."""
        context = replace(self.now.context, editorial=self.editorial.without(rule_id))
        return replace_now(self, replace(self.now, context=context)).article_ids

    def _under(self, rerank: Reranker) -> ScoredTopK:
        pairs, tier = self.retrieved
        return replace(self.part, rerank=rerank).of_scores(self.now, pairs, self.scores, tier)


def replace_now(rebuilt: Rebuilt, now: ScoringInputs) -> Rebuilt:
    """The same reader's list at another moment's view."""
    return Rebuilt(now, rebuilt.part, now.context.editorial, rebuilt.maker)


@dataclass(frozen=True)
class Workshop:
    """What a run was made with, loaded once for any number of its readers."""

    settings: Settings
    params: Params
    by: Maker
    context: ScoringContext
    inputs: ScoringInputs
    editorial: Editorial

    @classmethod
    def of(cls, connection: Connection, settings: Settings, params: Params, run: Mapping[str, Any]) -> Workshop:
        """Of a row of rec_run: its model version, data, and rules, as they were when it was made.

        Raises NothingPublishedError where its version or the features of its moment are gone.
        """
        as_of, version = run["as_of"], run["details"].get(RULES, 0)
        name = run["model_version"] or run["variant"]
        name = run["variant"] if name in variants_of(params) else name
        by = maker_of(connection, settings, params, as_of, name)
        contexts = ScoringContexts(connection, as_of, Said(version=version, asked_at=run["created_at"]))
        context = contexts(by.params)
        inputs = inputs_at(connection, context, by, contexts)
        return cls(settings, params, by, context, inputs, contexts.editorial(by.params))

    def rebuilt(self, reader_key: int) -> Rebuilt | None:
        """A reader's list; None where none was made for them."""
        at = self.context
        row = np.flatnonzero(at.dataset.reader_keys[at.readers] == reader_key)
        if not len(row):
            return None
        now = self.inputs
        if self.by.asks_readers:
            lookup = ReaderLookup(opened(database_url(self.settings)))
            states = lookup(at.dataset.reader_keys[at.readers[row]], at.as_of, at.dataset.names)
            now = now.of_readers(row, states)
        else:
            now = replace(now, context=at.of_readers(row))
        return Rebuilt(now, self.by.pipeline.part_of(now, 0), self.editorial, self.by.name)

    def with_rule_lifted(self, connection: Connection, reader_key: int, rule_id: str) -> list[str]:
        """The ten of a reader if what one rule (or `retracted`) withholds could be listed."""
        lifted = self.editorial.without(rule_id)
        contexts = ScoringContexts(connection, self.context.as_of, Said(editorial=lifted))
        context = contexts(self.by.params)
        inputs = inputs_at(connection, context, self.by, contexts)
        found = replace_workshop(self, context, inputs, lifted).rebuilt(reader_key)
        return [] if found is None else found.article_ids


def replace_workshop(
    workshop: Workshop, context: ScoringContext, inputs: ScoringInputs, editorial: Editorial
) -> Workshop:
    """The same maker under other rules."""
    return Workshop(workshop.settings, workshop.params, workshop.by, context, inputs, editorial)


def same_as_stored(rebuilt: Rebuilt, stored: list[dict[str, Any]]) -> bool:
    """Whether a list made once more is the stored one: articles, ranks, scores and reasons."""
    import json

    rows = rebuilt.table.to_pylist()
    mine = [
        (row[c.RANK], row[c.ARTICLE_ID], np.float32(row[c.SCORE]), row[c.CANDIDATE_SOURCE], json.loads(row[c.REASONS]))
        for row in rows
    ]
    theirs = [
        (row[c.RANK], row[c.ARTICLE_ID], np.float32(row[c.SCORE]), row[c.CANDIDATE_SOURCE], row[c.REASONS])
        for row in stored
    ]
    return mine == theirs
