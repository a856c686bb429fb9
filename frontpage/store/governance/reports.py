"""Reports of misleading articles: the queue, holds, and what a person decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from frontpage.core import columns as c
from frontpage.core.errors import BadInputError
from frontpage.store import audit
from frontpage.store.connect import Connection, execute, fetch_all, fetch_one, transaction
from frontpage.store.queries import query

State = Literal["held", "upheld", "dismissed"]
#: Fact-checkers and editors may say as much as they like.
_NO_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody says of an article. channel: api, mail, editor or claimreview."""

    article_id: str
    reporter: str
    channel: str
    said: str = ""
    evidence: str | None = None


def take(connection: Connection, report: Report) -> str:
    """Keep a report: `taken`, `repeated`, or `unknown` for an article that nobody knows."""
    values = {
        "article_id": report.article_id, "reporter": report.reporter, "channel": report.channel, "said": report.said,
        "evidence": report.evidence, "most": _NO_LIMIT,
    }  # fmt: skip
    return str((fetch_one(connection, query("rules/report"), values) or {})["outcome"])


def queue(connection: Connection, since: datetime) -> list[dict[str, Any]]:
    """What waits for a person, most reporters first, with how many readers' lists hold it."""
    return fetch_all(connection, query("rules/queue"), {"since": since})


def due_holds(connection: Connection, since: datetime, sources: int, most: int) -> list[dict[str, Any]]:
    """article_id, n, too_much of each article that enough distinct reporters named."""
    return fetch_all(connection, query("rules/due_holds"), {"since": since, "sources": sources, "most": most})


def set_state(
    connection: Connection, article_id: str, state: State, actor: str, reason: str, *, until: datetime | None = None,
    evidence: str | None = None,
) -> bool:  # fmt: skip
    """Hold an article, or decide about it; audited. False where that is so already.

    Raises BadInputError for an article that nobody reported.
    """
    with transaction(connection):
        before = fetch_one(connection, "select state from flag where article_id = %s for update", [article_id])
        if before is None:
            raise BadInputError(
                f"nobody has reported article {article_id!r}; `frontpage reports list` shows what waits"
            )
        if before["state"] == state:
            return False
        values = {"article_id": article_id, "state": state, "actor": actor, "reason": reason}
        execute(connection, query("rules/flag_set"), {**values, "until": until, "evidence": evidence})
        after = {"state": state, "until": until, "evidence": evidence}
        audit.record(connection, f"flag {state}", f"article:{article_id}", actor, reason, before, after)
    return True


def flagged(connection: Connection, at: datetime | None = None) -> list[str]:
    """Ids of the articles that are held back as misleading now, or were at a moment by the clock."""
    return [row[c.ARTICLE_ID] for row in fetch_all(connection, query("rules/flagged"), {"at": at})]


def by_address(connection: Connection, urls: Sequence[str], canonical_urls: Sequence[str]) -> list[tuple[str, str]]:
    """(url, article_id) of the articles at some addresses; `canonical_urls` are the same as we write them."""
    values = {"urls": list(urls), "canonical_urls": list(canonical_urls)}
    return [(row[c.URL], row[c.ARTICLE_ID]) for row in fetch_all(connection, query("rules/by_address"), values)]
