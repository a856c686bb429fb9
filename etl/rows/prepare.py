"""A decoded block to rows of a staging table: validated, normalised, enriched; what cannot be used is set apart."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from etl.blocks import Bad, PreparedBlock, Rejected, RowBlock, SourcePart, payload, storable
from etl.reading.mapping import Mapping
from etl.rows import minhash, texts
from etl.rows.context import RowContext
from etl.rows.languages import recognise_language
from etl.rows.left_out import LeftOutError
from etl.rows.normalise import NORMALISERS, DeferredError
from etl.rows.reasons import RowError
from frontpage.core import columns as c
from frontpage.core.schema.canonical import Kind, field_names

_BETWEEN_WORDS = re.compile(r"[\s\-._]+")
#: What a reader's row says as e-mail, an address or not, and whatever else in it looks like one.
_ADDRESS = re.compile(r"""(?<=mail":")(?:[^"\\]|\\.)+|[^\s"'<>,;:\\{}]+@[^\s"'<>,;:\\{}]+""", re.IGNORECASE)


def prepare(part: SourcePart, block: RowBlock, context: RowContext) -> PreparedBlock:
    """Rows for staging in the block's order; every row is staged, rejected, deferred or left out.

    Rejected rows keep what the source called their fields, and readers' ones no address.
    """
    prepared = PreparedBlock(part.kind, block.range)
    normalise, names = NORMALISERS[part.kind], frozenset(field_names(part.kind))
    mapping: Mapping | None = part.options.get("mapping")
    for index, (row_no, row) in enumerate(block.rows):
        key = storable(block.keys[index] if block.keys else f"{part.file}:{row_no}")
        if isinstance(row, Bad):
            prepared.rejected.append(_rejected(part.kind, row_no, key, storable(row.payload), row))
            continue
        try:
            ours = _with_names(mapping.apply(part.kind, row) if mapping else row, names)
            staged = normalise(ours, context)
            staged[c.ROW_NO] = row_no
            prepared.rows.append(staged)
        except LeftOutError:
            prepared.n_left_out += 1
        except DeferredError as later:
            prepared.n_deferred += 1
            prepared.next_at = min(prepared.next_at or later.recorded_at, later.recorded_at)
        except RowError as error:
            prepared.rejected.append(_rejected(part.kind, row_no, key, payload(row), error))
    if part.kind is Kind.ARTICLES:
        _enrich(prepared)
    return prepared


def _rejected(kind: Kind, row_no: int, key: str, shown: str, why: Bad | RowError) -> Rejected:
    """A row for quarantine; what is wrong with a reader can be seen without the address, which is kept sealed only."""
    clean = _ADDRESS.sub("<address>", shown) if kind is Kind.READERS else shown
    return Rejected(row_no, kind, key, clean, why.reason, storable(why.detail))


def _with_names(row: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """The row with its columns named as canonical files name them (`Article ID`, `article-id`: article_id).

    A column that has the name already is not replaced by one that nearly has it; other columns stay as they are.
    """
    if names.issuperset(row):
        return row
    nearly = {name: column_name(name) for name in row if name not in names}
    found = {meant: row[name] for name, meant in nearly.items() if meant in names and meant not in row}
    return {**row, **found} if found else row


@lru_cache(maxsize=4096)
def column_name(name: str) -> str:
    """A column's name in lower case, with single underscores for spaces, dashes and full stops."""
    return _BETWEEN_WORDS.sub("_", str(name).strip().removeprefix("\ufeff").strip().lower())


def _enrich(prepared: PreparedBlock) -> None:
    """Add language where missing, content hash and signature to article rows; the time of each is kept apart."""
    for article in prepared.rows:
        content = texts.comparable(article[c.TITLE], article[c.SUMMARY], article[c.BODY])
        if article[c.LANGUAGE] is None:
            with _timed(prepared.seconds, "language"):
                article[c.LANGUAGE] = recognise_language(content)
        with _timed(prepared.seconds, "near_duplicates"):
            signature = minhash.signature(content)
        article[c.CONTENT_HASH] = texts.content_hash(content, article[c.CANONICAL_URL])
        article[c.SIGNATURE] = None if signature is None else "\\x" + minhash.to_bytes(signature).hex()


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    began = time.perf_counter()
    try:
        yield
    finally:
        seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - began
