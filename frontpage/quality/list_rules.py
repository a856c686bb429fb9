"""List rules as the gate sees them: a measure of each finished list, whoever made it, and how large it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.lists import LIST_LENGTH
from frontpage.core.sections.data import QualityParams
from frontpage.features.interactions import HOUR_MICROSECONDS, microseconds, times
from frontpage.quality.declare import Boundary, Check, Part, Severity, expectations
from frontpage.store.lists.run_lists import IS_PINNED, OWNER, SCOPE
from models.editorial.editorial import NOTHING, Editorial, InForce
from models.reranking.listed import ArticleFacts, Listed
from models.reranking.rerank import RULES
from models.reranking.rules import Bound, ListRule

WAIVED_SHARE = "waived_share"


def every_rule() -> list[ListRule]:
    """Each rule that is there, with the value that a replay tries: examples for the reference page."""
    return [kind.of(kind.trial) for kind in RULES.values()]


def rule_checks(rules: Sequence[ListRule], params: QualityParams) -> tuple[Check, ...]:
    """An expectation for each rule that bounds a list, and one on how often the rules were waived."""
    made = []
    for rule in rules:
        bound = rule.bound()
        if bound.at_least is not None or bound.at_most is not None:
            expectation = expectations.ExpectColumnValuesToBeBetween(
                column=rule.name(), min_value=bound.at_least, max_value=bound.at_most
            )
            name = f"list_keeps_{rule.name()}"
            made.append(Check(name, Boundary.LISTS, Part.RULES, Severity.FAIL, rule.reason, expectation))
    waived = expectations.ExpectColumnMeanToBeBetween(column=WAIVED_SHARE, max_value=params.max_waived)
    reason = "the list rules leave too few candidates and bind less than they seem to"
    return (*made, Check("list_rules_are_kept", Boundary.LISTS, Part.RULES, Severity.WARN, reason, waived))


def editorial_checks(editorial: Editorial) -> tuple[Check, ...]:
    """An expectation for each editorial rule in force that bounds a list."""
    made = []
    for one in editorial.rules:
        bound = one.rule.bound()
        if bound != Bound():
            expectation = expectations.ExpectColumnValuesToBeBetween(
                column=column_of(one), min_value=bound.at_least, max_value=bound.at_most
            )
            name = f"list_keeps_{one.rule.name()}_{one.rule.id}"
            made.append(Check(name, Boundary.LISTS, Part.RULES, Severity.FAIL, one.rule.reason, expectation))
    return tuple(made)


def column_of(one: InForce) -> str:
    """Where the measure of an editorial rule stands."""
    return f"editorial_{one.rule.id}"


@dataclass(frozen=True, slots=True)
class Finished:
    """What an editorial rule asks of finished lists: which articles are of a group, which places are pins'."""

    one: InForce
    editorial: Editorial
    article_ids: pd.Index
    is_pinned: NDArray[np.bool_]

    def of(self, group: str) -> NDArray[np.bool_]:
        """Whether each article is of a group; the last element is for no article."""
        return self.editorial.is_of(self.one, group, self.article_ids)


def measured(
    lists: pa.Table,
    articles: pd.DataFrame,
    vectors: NDArray[np.float32],
    rules: Sequence[ListRule],
    as_of: datetime,
    editorial: Editorial = NOTHING,
) -> pd.DataFrame:
    """One row per list [scope, owner]: the measure of each rule, NaN where it is not judged, and the share waived.

    lists: as `run_lists.lists_of` has them. articles: as `run_lists.articles_of`; `vectors` are theirs, without a
    column where there is no model. A kept list is judged as of when it was made; what changed since is left out of it.
    """
    frame, listed, is_waived, is_pinned = _arrays(lists, articles, vectors, as_of)
    ids = pd.Index(articles[c.ARTICLE_ID])
    for one in editorial.rules:
        if (found := one.rule.measure(listed, Finished(one, editorial, ids, is_pinned))) is not None:
            frame[column_of(one)] = found
    for rule in rules:
        if (measure := rule.measure(listed)) is not None:
            frame[rule.name()] = measure
    n_places = np.maximum((listed.rows >= 0).sum(axis=1), 1)
    return frame.assign(**{WAIVED_SHARE: is_waived.sum(axis=1) / n_places})


def _arrays(
    lists: pa.Table, articles: pd.DataFrame, vectors: NDArray[np.float32], as_of: datetime
) -> tuple[pd.DataFrame, Listed, NDArray[np.bool_], NDArray[np.bool_]]:
    """The lists by name, as arrays [list, place], where the rules were waived, and what was given by a pin."""
    scope, owner, article = (lists[name].unify_dictionaries().combine_chunks() for name in (SCOPE, OWNER, c.ARTICLE_ID))
    n_owners = max(len(owner.dictionary), 1)
    # A scope without a value has the empty text, which is read as null: code -1, here the last of its scope.
    codes = owner.indices.fill_null(n_owners).to_numpy().astype(np.int64)
    keys, row = np.unique(scope.indices.to_numpy() * (n_owners + 1) + codes, return_inverse=True)
    place = lists[c.RANK].to_numpy().astype(np.int64) - 1
    kept = (place >= 0) & (place < LIST_LENGTH)  # any other rank is found by an expectation of its own
    at = row[kept], place[kept]
    known = pd.Index(articles[c.ARTICLE_ID]).get_indexer(pd.Index(article.dictionary.to_pandas()))
    rows = np.full((len(keys), LIST_LENGTH), -1, dtype=np.int64)
    rows[at] = np.append(known, -1)[article.indices.to_numpy()][kept]
    made_us = np.full(len(keys), microseconds(as_of), dtype=np.int64)
    made_us[row] = lists[c.MADE_US].to_numpy()
    is_waived = np.zeros(rows.shape, dtype=bool)
    is_waived[at] = lists[c.IS_WAIVED].to_numpy(zero_copy_only=False)[kept]
    is_pinned = np.zeros(rows.shape, dtype=bool)
    is_pinned[at] = lists[IS_PINNED].to_numpy(zero_copy_only=False)[kept]
    changed = np.append(times(articles[c.RECORDED_AT]), 0)[rows] > made_us[:, None]
    later = (microseconds(as_of) - made_us) / HOUR_MICROSECONDS
    names = [*owner.dictionary.to_pylist(), ""]
    frame = pd.DataFrame(
        {
            SCOPE: np.array(scope.dictionary.to_pylist() or [""], dtype=object)[keys // (n_owners + 1)],
            OWNER: np.array(names, dtype=object)[np.minimum(keys % (n_owners + 1), len(names) - 1)],
        }
    )
    return frame, Listed.of(_facts(articles, vectors, as_of), rows, is_waived | changed, later), is_waived, is_pinned


def _facts(articles: pd.DataFrame, vectors: NDArray[np.float32], as_of: datetime) -> ArticleFacts:
    labels = [pd.factorize(articles[name])[0].astype(np.int64) for name in (c.PUBLISHER, c.CATEGORY)]
    age_hours = (microseconds(as_of) - times(articles[c.PUBLISHED_AT])) / HOUR_MICROSECONDS
    return ArticleFacts.padded(labels[0], labels[1], age_hours, vectors)
