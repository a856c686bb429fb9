"""What the API took in of catalogues: parts of at most BLOCK_ROWS rows, each read as the row of a file would be."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from pydantic import SecretStr

from etl.blocks import BLOCK_ROWS, Bad, Range, RowBlock, SourcePart
from etl.rows.prepare import column_name
from frontpage.core import columns as c
from frontpage.core.schema.canonical import Kind
from frontpage.store.catalogue.waiting import FILE, row_ids_waiting, waiting_rows
from frontpage.store.connect import Connection, connect


def catalogue_parts(connection: Connection, as_of: datetime, database_url: SecretStr) -> list[SourcePart]:
    """Parts with the rows received by as_of, articles first."""
    waiting = row_ids_waiting(connection, as_of)
    return [
        _part(kind, row_ids[start : start + BLOCK_ROWS], database_url)
        for kind, row_ids in sorted(waiting.items())
        for start in range(0, len(row_ids), BLOCK_ROWS)
    ]


def _part(kind: Kind, row_ids: Sequence[int], database_url: SecretStr) -> SourcePart:
    options = {"url": database_url, "row_ids": tuple(row_ids)}
    return SourcePart(f"{FILE}:{kind}:{row_ids[0]}", kind, FILE, "", FILE, options=options)


def row_ids_of(parts: Sequence[SourcePart]) -> list[int]:
    """The rows of all parts that are of catalogues."""
    return [row_id for part in parts if part.reader == FILE for row_id in part.options["row_ids"]]


def read_catalogue_blocks(part: SourcePart) -> Iterator[RowBlock]:
    """The part's rows as one block, numbered by row_id and named by batch and place in it."""
    with connect(part.options["url"].get_secret_value(), application="frontpage extract") as connection:
        rows = waiting_rows(connection, part.options["row_ids"])
    decoded: list[tuple[int, dict[str, Any] | Bad]] = [(row["row_id"], _decoded(part.kind, row)) for row in rows]
    keys = [f"{FILE}#{row['batch_id']}/{row['place']}" for row in rows]
    yield RowBlock(decoded, Range(part.options["row_ids"][0], len(decoded)), keys)


def _decoded(kind: Kind, row: dict[str, Any]) -> dict[str, Any]:
    """The row as sent, learned of when the API received it; an article that does not say so was first seen then."""
    sent: dict[str, Any] = orjson.loads(row["payload"])
    if kind is Kind.ARTICLES and not any(column_name(name) == c.FIRST_SEEN_AT and sent[name] for name in sent):
        sent[c.FIRST_SEEN_AT] = row[c.RECEIVED_AT]
    return {**sent, c.RECORDED_AT: row[c.RECEIVED_AT]}
