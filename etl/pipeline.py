"""The Beam pipeline of one pull: parts in, staged blocks out. Elements are parts of thousands of rows, never rows.

One transform reads, prepares and stages, dead letters included: docs/architecture.md says why they are not five.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from typing import Any

import apache_beam as beam
from pydantic import SecretStr

from etl.blocks import RowBlock, SourcePart
from etl.catalogue import read_catalogue_blocks
from etl.reading.decode import read_file_blocks
from etl.reading.feeds import read_feed_blocks
from etl.reading.queries import read_query_blocks
from etl.rows.context import RowContext
from etl.rows.prepare import prepare
from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.core.tracing.parts import part as traced_part
from frontpage.store import staging
from frontpage.store.catalogue.waiting import FILE
from frontpage.store.connect import Connection, connect


@dataclass(frozen=True, slots=True)
class StagingTarget:
    """Where workers stage to, and what they look at rows with. Secrets stay out of its repr."""

    database_url: SecretStr
    extract_id: int
    context: RowContext


class StageParts(beam.DoFn):
    """Reads a part in blocks, prepares each and stages it; idempotent when a bundle is retried or repeated."""

    def __init__(self, target: StagingTarget) -> None:
        self._target = target
        self._open = ExitStack()
        self._connection: Connection | None = None

    def setup(self) -> None:
        """One connection per worker thread."""
        self._open = ExitStack()
        url = self._target.database_url.get_secret_value()
        self._connection = self._open.enter_context(connect(url, application="frontpage extract"))
        staging.prepare_worker(self._connection, self._target.extract_id)

    def process(self, part: SourcePart) -> Iterator[str]:
        """The part_id once all of its blocks are committed. What a user can mend is left as the part's state."""
        assert self._connection is not None
        attempt = staging.open_attempt(self._connection, part.part_id)
        state: dict[str, Any] = {}
        try:
            for block, context in read_blocks(part, self._target.context, state):
                with traced_part(f"block of {part.kind}", first_row=block.range.first_row):
                    _stage(self._connection, attempt, part, block, context)
        except (BadInputError, UnavailableError) as error:
            state = {"error": str(error), "exit_code": error.exit_code}
        staging.finish_attempt(self._connection, attempt, part.part_id, state)
        yield part.part_id

    def teardown(self) -> None:
        """Close the connection."""
        self._open.close()


def read_blocks(part: SourcePart, context: RowContext, state: dict[str, Any]) -> Iterator[tuple[RowBlock, RowContext]]:
    """Blocks of a part, whatever kind of source it is; what the next pull must know about it goes into `state`."""
    if part.reader == "query":
        yield from read_query_blocks(part, context)
    elif part.reader == FILE:
        yield from ((block, context) for block in read_catalogue_blocks(part))
    elif part.reader == "feed":
        learned_now = replace(context, rows_have_time=False)
        yield from ((block, learned_now) for block in read_feed_blocks(part, state, context.as_of))
    else:
        yield from ((block, context) for block in read_file_blocks(part))


def _stage(connection: Connection, attempt: int, part: SourcePart, block: RowBlock, context: RowContext) -> None:
    prepared = prepare(part, block, context)
    extent = prepared.range
    account = staging.BlockAccount(
        file=part.file,
        first_row=extent.first_row,
        n_rows=extent.n_rows,
        start_byte=extent.start,
        end_byte=extent.end,
        rows_in=len(prepared.rows) + len(prepared.rejected),
        n_deferred=prepared.n_deferred,
        next_at=prepared.next_at,
        keyed=block.keys is not None,
        timed=context.rows_have_time,
        n_left_out=prepared.n_left_out,
        seconds=prepared.seconds,
    )
    rejected = [asdict(one) for one in prepared.rejected]
    staging.stage_block(connection, attempt, part.kind, account, prepared.rows, rejected)
