"""Scoring as a Beam pipeline: blocks of readers in, their lists in the run's table. Elements are blocks, never readers.

A worker process holds one recommender however many threads it has; each thread makes blocks on a core of its own and
writes them on a connection of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import apache_beam as beam
import numpy as np
from pydantic import SecretStr

from frontpage.core.tracing.parts import part
from frontpage.features.feature_store.bulk import ReaderLookup
from frontpage.features.feature_store.repository import opened
from frontpage.scoring.broadcast import Broadcast, Received
from frontpage.store.connect import Connection, connect
from frontpage.store.lists import run_blocks
from models.pipeline import BLOCK_READERS
from models.threads import one_blas_thread


@dataclass(frozen=True, slots=True)
class Block:
    """Reader rows of the moment from `start` to before `end`."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Target:
    """The run that workers write to; the password stays out of its repr."""

    database_url: SecretStr
    run_id: int


def blocks_of(n_readers: int) -> list[Block]:
    """All readers of a moment, cut into blocks of BLOCK_READERS; always the same for the same number."""
    starts = range(0, n_readers, BLOCK_READERS)
    return [Block(number, start, min(start + BLOCK_READERS, n_readers)) for number, start in enumerate(starts)]


class ScoreBlock(beam.DoFn):
    """Makes a block's lists and writes them; a block that is retried or repeated is in the run once."""

    def __init__(self, broadcast: Broadcast, target: Target) -> None:
        self._broadcast, self._target = broadcast, target
        self._open = ExitStack()
        self._recommender: Received | None = None
        self._connection: Connection | None = None
        self._readers: ReaderLookup | None = None

    def setup(self) -> None:
        """One connection and one lookup of readers per worker thread, one recommender per process."""
        self._open = ExitStack()
        url = self._target.database_url.get_secret_value()
        self._open.enter_context(one_blas_thread())
        self._connection = self._open.enter_context(connect(url, application="frontpage score"))
        self._recommender = self._broadcast.take()
        if self._recommender.recommender.asks_readers:
            self._readers = ReaderLookup(opened(url))

    def process(self, block: Block) -> Iterator[int]:
        """The block's number, once its lists are committed."""
        assert self._recommender is not None
        assert self._connection is not None
        with part("block of readers", block=block.number, readers=block.end - block.start):
            lists = self._recommender.recommender(self._readers, np.arange(block.start, block.end, dtype=np.int64))
            run_blocks.write_block(self._connection, self._target.run_id, block.number, lists)
        yield block.number

    def teardown(self) -> None:
        """Close the connection and let go of the recommender."""
        self._open.close()
        self._recommender = None
