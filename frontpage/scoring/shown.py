"""Who was shown an article: of runs whose rows are stored, and of those that are in the archive alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from frontpage.scoring.archive import Archive
from frontpage.store.connect import Connection
from frontpage.store.governance import retractions


def shown_to(connection: Connection, archive: Archive, article_ids: Sequence[str]) -> Any:
    """A frame [reader, how] as `retractions.shown_to` has it. Raises UnavailableError where the archive refuses."""
    archived = [
        (run_id, reader_key, rank)
        for run_id in retractions.runs_gone(connection, article_ids)
        for reader_key, rank in archive.places(connection, run_id, article_ids)
    ]
    return retractions.shown_to(connection, article_ids, archived)
