"""One pull of one source: plan, pipeline, then one transaction that merges, checks and moves the watermark."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from etl import beam
from etl.catalogue import catalogue_parts, row_ids_of
from etl.pipeline import StageParts, StagingTarget
from etl.reading.source_plan import PullPlan, plan_source
from etl.reading.sources import InboxSource, Source
from etl.rows import tombstones
from etl.rows.context import RowContext
from etl.rows.duplicates import NEAR_WINDOW, Candidate, mark_duplicates
from etl.rows.minhash import from_bytes
from frontpage.core import columns as c
from frontpage.core.progress import polled, report_progress
from frontpage.store import extracts, staging
from frontpage.store.catalogue.waiting import settle
from frontpage.store.connect import Connection, connect, transaction
from frontpage.store.extracts import Counts, Extract

#: What no person does, generously: the same article again within a second; ten articles in ten seconds; twelve reads
#: exactly as far apart as each other, to the microsecond, at most ten minutes. What would be voting twice: the same act
#: of one reader on one article again on the same day. (Deskdrop's popularity rule loses 1 % by it: its readers come
#: back to an article on the same day in a quarter of their views.) And what is read after 300 others on the same day,
#: by a crawler or an office behind one proxy.
SUSPICION = {
    "repeat_seconds": 1.0,
    "burst_reads": 10,
    "burst_seconds": 10.0,
    "steady_gaps": 11,
    "steady_seconds": 600.0,
    "daily_votes": 1,
    "daily_reads": 300,
}


@dataclass(frozen=True, slots=True)
class Workers:
    """How the pipeline runs, where it writes, and how it reads rows."""

    database_url: SecretStr
    context: RowContext
    threads: int
    beam_options: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Pulled:
    """Result of one pull: the account, quarantined rows by reason, seconds by stage."""

    source: str
    counts: Counts
    reasons: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def pull(connection: Connection, source: Source, as_of: datetime, workers: Workers) -> Pulled:
    """Everything the source recorded by `as_of` and did not give us before, in the database or in quarantine.

    A pull that fails or is killed leaves nothing but a run marked failed; the next one cleans up after it.
    Raises BadInputError, UnavailableError, or CheckFailedError where rows in are not accounted for.
    """
    with extracts.source_lock(connection, source.name):
        extracts.sweep(connection, source.name)
        extract = extracts.begin(connection, source.name, as_of)
        try:
            return _pull(connection, source, extract, workers)
        except Exception as error:
            if not connection.closed:
                extracts.fail(connection, extract.extract_id, {"error": str(error)[:500]})
            raise


def is_due(connection: Connection, source: Source, as_of: datetime) -> bool:
    """Whether the source may be pulled at `as_of`: its `every` has passed since the moment it was asked for last.

    Always for a moment before that one, and without `every`.
    """
    asked = extracts.asked_at(connection, source.name) if source.every else None
    return asked is None or source.every is None or not asked <= as_of < asked + source.every


def details_of(pulled: Sequence[Pulled]) -> dict[str, Any]:
    """What a summary says of several pulls: counts, quarantined rows by reason, seconds by stage."""
    total = sum((one.counts for one in pulled), Counts())
    reasons = sum((Counter(one.reasons) for one in pulled), Counter[str]())
    stages = {name: sum(one.seconds.get(name, 0.0) for one in pulled) for one in pulled for name in one.seconds}
    counts = {name: getattr(total, name) for name in ("loaded", "updated", "unchanged", "deferred")}
    counts |= {"left_out": total.left_out} if total.left_out else {}
    quarantined = {f"quarantined_{reason}": n for reason, n in sorted(reasons.items())}
    return {**counts, **quarantined, **{f"{name}_seconds": round(spent, 3) for name, spent in stages.items()}}


def _pull(connection: Connection, source: Source, extract: Extract, workers: Workers) -> Pulled:
    clock = _Stopwatch()
    plan = _planned(connection, source, extract, workers)
    clock.lap("plan")
    if not plan.parts and not _has_work(connection, source, extract):
        return _nothing_new(connection, plan, extract, clock)
    staging.create(connection, extract.extract_id)
    target = StagingTarget(workers.database_url, extract.extract_id, replace(workers.context, as_of=extract.as_of))
    if plan.parts:
        with polled(f"parts of {source.name}", len(plan.parts), lambda: _n_staged(workers, extract)):
            beam.run(beam.ForEach("stage", plan.parts, StageParts(target)), workers.threads, workers.beam_options)
    clock.lap("stage")
    with transaction(connection):
        extracts.wait_to_merge(connection)
        if isinstance(source, InboxSource):
            extracts.take_inbox(connection, extract, workers.context.nobody)
        return _merge(connection, plan, extract, clock)


def _planned(connection: Connection, source: Source, extract: Extract, workers: Workers) -> PullPlan:
    """Events of the inbox are staged by one statement inside the merge; its articles and readers are looked at."""
    if isinstance(source, InboxSource):
        return PullPlan(catalogue_parts(connection, extract.as_of, workers.database_url))
    return plan_source(source, extract)


@contextmanager
def _n_staged(workers: Workers, extract: Extract) -> Iterator[Callable[[], int]]:
    """Tells how many parts are staged, wherever their workers are."""
    with connect(workers.database_url.get_secret_value(), application="frontpage extract") as connection:
        staging.use_staging(connection, extract.extract_id)
        yield lambda: len(staging.finished_parts(connection))


def _has_work(connection: Connection, source: Source, extract: Extract) -> bool:
    """Whether there is something to merge although there is nothing to read."""
    if isinstance(source, InboxSource) and extracts.has_inbox(connection):
        return True
    return extracts.has_waiting(connection, extract)


def _nothing_new(connection: Connection, plan: PullPlan, extract: Extract, clock: "_Stopwatch") -> Pulled:
    """A pull that found nothing to read moves the watermark and costs no staging tables."""
    total = Counts(deferred=plan.n_left)
    with transaction(connection):
        extracts.finish(connection, extract, total, plan.next_state([], {}), {"seconds": clock.seconds})
    return Pulled(extract.source, total, {}, clock.seconds)


def _merge(connection: Connection, plan: PullPlan, extract: Extract, clock: "_Stopwatch") -> Pulled:
    staging.drop_lost_attempts(connection)
    plan.check_complete(staging.finished_parts(connection))
    blocks = staging.staged_blocks(connection)
    report_progress(merging := f"merges of {extract.source}", 0, 3)
    extracts.merge_articles(connection, extract)
    clock.lap("articles")
    report_progress(merging, 1, 3)
    extracts.write_articles(connection, extract, _marks(connection))
    extracts.retract_deleted(connection, extract, tombstones.of(staging.finished_parts(connection)))
    clock.lap("duplicates")
    report_progress(merging, 2, 3)
    extracts.merge_events(connection, extract, SUSPICION)
    if row_ids := row_ids_of(plan.parts):
        settle(connection, extract.extract_id, row_ids)
    clock.lap("events")
    report_progress(merging, 3, 3)
    total = extracts.counts(connection) + Counts(deferred=plan.n_left)
    reasons = extracts.reasons(connection)
    total.check(extract.source)
    seconds = {**_worker_seconds(blocks), **clock.seconds}
    state = plan.next_state(blocks, staging.finished_parts(connection))
    extracts.finish(connection, extract, total, state, {"reasons": reasons, "seconds": seconds})
    return Pulled(extract.source, total, reasons, seconds)


def _marks(connection: Connection) -> list[dict[str, str]]:
    """Rows of `stage_mark`: the copies among the new articles."""
    new = [_candidate(row) for row in extracts.new_articles(connection)]
    known = [_candidate(row) for row in extracts.articles_alike(connection, NEAR_WINDOW)] if new else []
    return [
        {c.ARTICLE_ID: mark.article_id, c.DUPLICATE_OF: mark.duplicate_of, c.DUPLICATE_KIND: mark.kind}
        for mark in mark_duplicates(new, known)
    ]


def _candidate(row: Mapping[str, Any]) -> Candidate:
    signature = None if row["signature"] is None else from_bytes(row["signature"])
    return Candidate(
        article_id=row[c.ARTICLE_ID],
        recorded_at=row[c.RECORDED_AT],
        canonical_url=row[c.CANONICAL_URL],
        content_hash=row[c.CONTENT_HASH],
        signature=signature,
        original=row["original"],
    )


def _worker_seconds(blocks: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for block in blocks:
        for name, seconds in block["seconds"].items():
            total[name] = round(total.get(name, 0.0) + seconds, 4)
    return total


class _Stopwatch:
    """Seconds between laps, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name] = round(now - self._last, 3)
        self._last = now
