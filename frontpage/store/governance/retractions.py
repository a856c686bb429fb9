"""Retractions: an article and its copies taken out of everything, and the readers who are owed a correction."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from frontpage.core import columns as c
from frontpage.store.connect import Connection, execute, fetch_all, transaction
from frontpage.store.copying.copy_out import copy_out
from frontpage.store.queries import query

SHOWN_TO_COLUMNS = (c.READER_KEY, "how", "first_at", "last_at", "n_times")


def set_retracted(
    connection: Connection, article_id: str, actor: str, reason: str, *, is_retracted: bool, with_near: bool = False
) -> list[str]:
    """Retract an article with its copies, or take that back; ids of those whose status changed.

    with_near: near-duplicates too. None changed where it is so already, or nobody knows the article.
    """
    values = {"article_id": article_id, "actor": actor, "reason": reason}
    changing = {**values, "is_retracted": is_retracted, "with_near": with_near}
    return [row[c.ARTICLE_ID] for row in fetch_all(connection, query("rules/set_retracted"), changing)]


def family(connection: Connection, article_id: str) -> list[dict[str, Any]]:
    """article_id, title, status, duplicate_kind of the article, its original and all copies; none for an unknown id."""
    return fetch_all(connection, query("rules/family"), {"article_id": article_id})


def retracted(connection: Connection, at: datetime | None = None) -> list[str]:
    """Ids of the articles that are retracted now, or were at a moment by the clock; ordered."""
    return [row[c.ARTICLE_ID] for row in fetch_all(connection, query("rules/retracted"), {"at": at})]


def recent(connection: Connection, most: int = 100) -> list[dict[str, Any]]:
    """The newest retractions, with who and why, and how many readers are owed a correction."""
    return fetch_all(connection, query("rules/retractions"), {"most": most})


def runs_gone(connection: Connection, article_ids: Sequence[str]) -> list[int]:
    """Runs that may have shown one of the articles and whose lists are in the archive alone."""
    return [row[c.RUN_ID] for row in fetch_all(connection, query("rules/runs_gone"), {"article_ids": [*article_ids]})]


def shown_to(connection: Connection, article_ids: Sequence[str], archived: Sequence[tuple[int, int, int]] = ()) -> Any:
    """A frame [reader, how] of SHOWN_TO_COLUMNS: who was shown or read any of the articles, when and how often.

    archived: run, reader and rank of where they stood in lists of `runs_gone`.
    """
    run_ids, reader_keys, ranks = zip(*archived, strict=True) if archived else ((), (), ())
    values = {"run_ids": [*run_ids], "reader_keys": [*reader_keys], "ranks": [*ranks]}
    return copy_out(connection, query("rules/shown_to"), {**values, "article_ids": [*article_ids]}, SHOWN_TO_COLUMNS)


def note_corrections(connection: Connection, shown: Callable[[Sequence[str]], Any]) -> int:
    """Write down who is owed a correction for the retractions of which that was not done; how many readers.

    shown: a frame of who was shown some articles, as `shown_to` has it. Whoever keeps lists in memory is told. Killed
    half-way, the rest is done next time.
    """
    n_readers = 0
    for row in fetch_all(connection, query("rules/retractions_unnoted")):
        article_id = row[c.ARTICLE_ID]
        keys = [int(key) for key in dict.fromkeys(shown([article_id])[c.READER_KEY])]
        with transaction(connection):
            execute(connection, query("rules/corrections_insert"), {"article_id": article_id, "reader_keys": keys})
            execute(connection, query("rules/retraction_noted"), {"article_id": article_id})
        n_readers += len(keys)
    return n_readers
