"""What `extract` would store and quarantine of a source: the same code, without a database."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from etl.blocks import PreparedBlock, Rejected, SourcePart
from etl.pipeline import read_blocks
from etl.reading.source_plan import plan_source
from etl.reading.sources import Source, UriSource
from etl.rows.context import RowContext
from etl.rows.prepare import prepare
from frontpage.core import columns as c
from frontpage.core.schema.canonical import Kind
from frontpage.store.extracts import Extract

N_SHOWN = 10
#: What is stored for our own use and says nothing to people.
_NOT_SHOWN = {c.ROW_NO, c.CONTENT_HASH, c.SIGNATURE}
_SHOWN_AS = {c.CLAIMED_AT: c.RECORDED_AT}


@dataclass(slots=True)
class Looked:
    """What a source gave. `is_cut`: it has more rows than were looked at.

    rows: the first N_SHOWN as they would be stored, by kind. filled: fields that any row has a value of, by kind.
    n_usable counts rows of each kind; n_deferred and n_left_out are not among them. examples: the first of each reason.
    article_ids: of its articles; read_ids: how many of its reads name each article.
    """

    source: Source
    n_usable: Counter[Kind] = field(default_factory=Counter)
    n_deferred: int = 0
    n_left_out: int = 0
    is_cut: bool = False
    reasons: Counter[str] = field(default_factory=Counter)
    examples: dict[str, Rejected] = field(default_factory=dict)
    rows: dict[Kind, list[dict[str, Any]]] = field(default_factory=dict)
    filled: dict[Kind, set[str]] = field(default_factory=dict)
    article_ids: set[str] = field(default_factory=set)
    read_ids: Counter[str] = field(default_factory=Counter)

    @property
    def n_looked_at(self) -> int:
        """Rows of any outcome."""
        return self.n_usable.total() + self.reasons.total() + self.n_deferred + self.n_left_out


def look(source: UriSource, context: RowContext, max_rows: int) -> Looked:
    """What a first pull of the source at the context's `as_of` would stage, of about `max_rows` rows at most.

    Whether an article is known, or an event id was used before, only the database tells.
    Raises BadInputError where the source cannot be right, UnavailableError where it does not answer.
    """
    plan = plan_source(source, Extract(0, source.name, context.as_of, None, {}))
    looked = Looked(source, n_deferred=plan.n_left)
    for prepared in _prepared(plan.parts, context):
        _note(looked, prepared)
        if looked.n_looked_at >= max_rows:
            looked.is_cut = True
            return looked
    plan.check_complete({part.part_id: {} for part in plan.parts})
    return looked


def _prepared(parts: list[SourcePart], context: RowContext) -> Iterator[PreparedBlock]:
    for part in parts:
        for block, block_context in read_blocks(part, context, {}):
            yield prepare(part, block, block_context)


def _note(looked: Looked, prepared: PreparedBlock) -> None:
    kind = prepared.kind
    looked.n_usable[kind] += len(prepared.rows)
    looked.n_deferred += prepared.n_deferred
    looked.n_left_out += prepared.n_left_out
    looked.reasons.update(one.reason for one in prepared.rejected)
    for one in prepared.rejected:
        looked.examples.setdefault(one.reason, one)
    shown, filled = looked.rows.setdefault(kind, []), looked.filled.setdefault(kind, set())
    for row in prepared.rows:
        filled |= {name for name, value in row.items() if value is not None}
        if len(shown) < N_SHOWN:
            shown.append({_SHOWN_AS.get(name, name): value for name, value in row.items() if name not in _NOT_SHOWN})
        if kind is Kind.ARTICLES:
            looked.article_ids.add(row[c.ARTICLE_ID])
        elif kind is Kind.READS:
            looked.read_ids[row[c.ARTICLE_ID]] += 1
