"""Pages of an upstream query to blocks of raw rows."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from etl.blocks import BLOCK_ROWS, Range, RowBlock, SourcePart
from etl.reading.plain import plain_row
from etl.rows.context import RowContext
from frontpage.core import columns as c
from frontpage.core.schema.canonical import Kind
from frontpage.store.upstream import query_pages

_KEYS = {
    Kind.ARTICLES: (c.ARTICLE_ID,),
    Kind.READERS: (c.READER_ID,),
    Kind.READS: (c.EVENT_ID,),
    Kind.IMPRESSIONS: (c.IMPRESSION_ID, c.ARTICLE_ID),
}


def read_query_blocks(part: SourcePart, context: RowContext) -> Iterator[tuple[RowBlock, RowContext]]:
    """Blocks of the query's rows, with the context that says whether they carry a time of their own.

    Rows are named by their key, not by a number that another snapshot would give to another row.
    """
    options = part.options
    url = options["url"].get_secret_value()
    row_no = 1
    pages = query_pages(part.url, url, options["query"], options["after"], context.as_of, BLOCK_ROWS)
    for has_time, rows in pages:
        records = [plain_row(row) for row in rows]
        keys = [_key(part, record, index) for index, record in enumerate(records, row_no)]
        block = RowBlock(list(enumerate(records, row_no)), Range(row_no, len(records)), keys)
        yield block, replace(context, rows_have_time=has_time)
        row_no += len(records)


def _key(part: SourcePart, record: dict[str, Any], row_no: int) -> str:
    mapping = part.options.get("mapping")
    values = [record.get(mapping.theirs(name) if mapping else name) for name in _KEYS[part.kind]]
    return f"{part.file}#" + ("/".join(map(str, values))[:300] if all(values) else f"row {row_no}")
