"""`frontpage sources check`: what a pull would make of the sources, without pulling them."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from etl.check import Looked, look
from etl.reading.source_file import installation_sources
from etl.reading.sources import Source, in_pull_order
from etl.rows.context import RowContext
from frontpage.core import columns as c
from frontpage.core.errors import CheckFailedError, FrontpageError
from frontpage.core.history import ARTICLE_COLUMNS, READ_COLUMNS, READER_COLUMNS, History
from frontpage.core.params import Params
from frontpage.core.schema.canonical import Kind
from frontpage.core.settings import Settings
from frontpage.features.pairs import unavailable_features


@dataclass(frozen=True, slots=True)
class SourcesReport:
    """What the sources gave; `failures` are the sentences of those that could not be looked at, by name.

    features_off: features that would be constant with these sources alone. n_reads_of_unknown: of the reads, how many
    name an article that none of these sources has; None where they were not all looked at.
    """

    looked: list[Looked]
    failures: dict[str, FrontpageError]
    features_off: list[str]
    n_reads_of_unknown: int | None

    def verdict(self) -> FrontpageError | None:
        """What the command ends with: the first failure, else that a source has no row that can be used."""
        if self.failures:
            return next(iter(self.failures.values()))
        for one in self.looked:
            if one.reasons and not one.n_usable.total() and not one.n_deferred:
                reason, n = one.reasons.most_common(1)[0]
                return CheckFailedError(f"{one.source.name}: no row can be used; {reason} ({n}) first")
        return None


def check(settings: Settings, params: Params, given: Sequence[str], as_of: datetime, max_rows: int) -> SourcesReport:
    """Each source as a first pull at `as_of` would read it; nothing is written, no database of ours is asked.

    given: URIs or names of the sources file; by default all sources of the installation.
    Raises BadInputError where they cannot even be named.
    """
    looked: list[Looked] = []
    failures: dict[str, FrontpageError] = {}
    context = RowContext.of(as_of, settings.pseudonym_secret.get_secret_value(), params)
    for source in in_pull_order(installation_sources(settings, given, os.environ)):
        try:
            looked.append(look(source, context, max_rows))
        except FrontpageError as error:
            failures[source.name] = _naming(source, error)
    return SourcesReport(looked, failures, _features_off(looked, as_of), _reads_of_unknown(looked, failures))


def as_json(report: SourcesReport) -> dict[str, Any]:
    """The report for programs."""
    return {
        "sources": [_source_json(one) for one in report.looked],
        "failures": {
            name: {"error": str(error), "exit_code": error.exit_code} for name, error in report.failures.items()
        },
        "features_off": report.features_off,
        "reads_of_unknown_articles": report.n_reads_of_unknown,
    }


def _source_json(looked: Looked) -> dict[str, Any]:
    quarantined = {
        reason: {
            "rows": n,
            "example": {name: getattr(looked.examples[reason], name) for name in ("locator", "detail", "payload")},
        }
        for reason, n in looked.reasons.most_common()
    }
    return {
        "name": looked.source.label or looked.source.name,
        "uri": looked.source.name,
        "rows_usable": {kind.value: n for kind, n in looked.n_usable.items()},
        "rows_deferred": looked.n_deferred,
        "rows_left_out": looked.n_left_out,
        "has_more": looked.is_cut,
        "rows": {kind.value: rows for kind, rows in looked.rows.items()},
        "quarantined": quarantined,
    }


def _naming(source: Source, error: FrontpageError) -> FrontpageError:
    """The error, saying which of several sources it is about where the sources file names it."""
    return type(error)(f"source {source.label!r}: {error}") if source.label else error


def _features_off(looked: Sequence[Looked], as_of: datetime) -> list[str]:
    filled: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    for one in looked:
        for kind, names in one.filled.items():
            filled[kind] |= names
    # One row per table that has a value where any row has: what is absent is all that matters.
    articles = _one_row(ARTICLE_COLUMNS, filled[Kind.ARTICLES], {})
    reads = _one_row(READ_COLUMNS, filled[Kind.READS], {c.DWELL_SECONDS: 1.0})
    readers = _one_row(READER_COLUMNS, filled[Kind.READERS], {c.INTERESTS: ("any",)})
    with_text = bool(filled[Kind.ARTICLES] & {c.TITLE, c.SUMMARY, c.BODY})
    return unavailable_features(History(as_of, articles, reads, readers), with_text=with_text)


def _one_row(columns: Sequence[str], filled: set[str], values: Mapping[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([{name: values.get(name, "any") if name in filled else None for name in columns}])


def _reads_of_unknown(looked: Sequence[Looked], failures: Mapping[str, FrontpageError]) -> int | None:
    """None where articles or reads are not there in full."""
    articles = set[str]().union(*(one.article_ids for one in looked))
    reads = sum((one.read_ids for one in looked), Counter[str]())
    if not articles or not reads or failures or any(one.is_cut for one in looked):
        return None
    return sum(n for article_id, n in reads.items() if article_id not in articles)
