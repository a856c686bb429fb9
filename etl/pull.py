"""One pull of one source: plan, pipeline, then one transaction that merges, checks the account and moves the watermark."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from core import columns as c
from core.errors import CheckFailedError
from etl.blocks import Part, Range
from etl.duplicates import NEAR_WINDOW, Candidate, mark_duplicates
from etl.files import list_files
from etl.minhash import from_bytes
from etl.normalise import Context
from etl.pipeline import Target, run_pipeline
from etl.plan import FilePlan, Pending, plan_file
from etl.sources import Source
from store import extracts
from store.connect import Connection, transaction
from store.extracts import Counts, Extract

#: What no person does, generously: the same article again within a second; ten articles in ten seconds; twelve reads
#: exactly as far apart as each other, to the microsecond, at most ten minutes.
SUSPICION = {
    "repeat_seconds": 1.0,
    "burst_reads": 10,
    "burst_seconds": 10.0,
    "steady_gaps": 11,
    "steady_seconds": 600.0,
}


@dataclass(frozen=True, slots=True)
class Workers:
    """How the pipeline runs and where it writes."""

    database_url: SecretStr
    pseudonym_secret: SecretStr
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


def _pull(connection: Connection, source: Source, extract: Extract, workers: Workers) -> Pulled:
    clock = _Stopwatch()
    plan = Plan.of(source, extract)
    clock.lap("plan")
    context = Context(extract.as_of, workers.pseudonym_secret.get_secret_value())
    target = Target(workers.database_url, extract.extract_id, context)
    run_pipeline(plan.parts, target, workers.threads, workers.beam_options)
    clock.lap("stage")
    with transaction(connection):
        return _merge(connection, plan, extract, clock)


def _merge(connection: Connection, plan: "Plan", extract: Extract, clock: "_Stopwatch") -> Pulled:
    extracts.drop_lost_attempts(connection)
    plan.check_complete(extracts.finished_parts(connection))
    blocks = extracts.staged_blocks(connection)
    extracts.merge_articles(connection, extract)
    clock.lap("articles")
    extracts.write_articles(connection, extract, _marks(connection))
    clock.lap("duplicates")
    extracts.merge_events(connection, extract, SUSPICION)
    clock.lap("events")
    total, reasons = extracts.counts(connection), extracts.reasons(connection)
    total.check(extract.source)
    seconds = {**_worker_seconds(blocks), **clock.seconds}
    state = plan.next_state(blocks, extracts.finished_parts(connection))
    extracts.finish(connection, extract, total, state, {"reasons": reasons, "seconds": seconds})
    return Pulled(extract.source, total, reasons, seconds)


def _marks(connection: Connection) -> list[tuple[str, str, str]]:
    new = [_candidate(row) for row in extracts.new_articles(connection)]
    known = [_candidate(row) for row in extracts.articles_alike(connection, NEAR_WINDOW)] if new else []
    return [(mark.article_id, mark.duplicate_of, mark.kind) for mark in mark_duplicates(new, known)]


def _candidate(row: Mapping[str, Any]) -> Candidate:
    signature = None if row["signature"] is None else from_bytes(row["signature"])
    return Candidate(
        row[c.ARTICLE_ID], row[c.RECORDED_AT], row[c.CANONICAL_URL], row[c.CONTENT_HASH], signature, row["original"]
    )


def _worker_seconds(blocks: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for block in blocks:
        for name, seconds in block["seconds"].items():
            total[name] = round(total.get(name, 0.0) + seconds, 4)
    return total


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts of one pull and how to turn their outcome into the source's next state."""

    parts: list[Part]
    files: list[FilePlan]

    @classmethod
    def of(cls, source: Source, extract: Extract) -> "Plan":
        """The plan of a source, given what it was asked before."""
        known = extract.state.get("files", {})
        files = [plan_file(file, known.get(file.name), extract.as_of) for file in list_files(source)]
        return cls([part for file in files for part in file.parts], files)

    def check_complete(self, finished: Mapping[str, Any]) -> None:
        """Raises CheckFailedError where a part was never finished."""
        missing = [part.part_id for part in self.parts if part.part_id not in finished]
        if missing:
            raise CheckFailedError(f"{len(missing)} parts were never staged, {missing[0]} first; nothing was kept")

    def next_state(self, blocks: Sequence[Mapping[str, Any]], finished: Mapping[str, Any]) -> dict[str, Any]:
        """What the next pull must know: of each file, what was consumed and which ranges wait."""
        pending: dict[str, list[Pending]] = {}
        for block in blocks:
            if block["n_deferred"]:
                extent = Range(block["first_row"], block["n_rows"], block["start_byte"], block["end_byte"])
                pending.setdefault(block["file"], []).append(Pending(extent, block["next_at"], block["n_deferred"]))
        return {"files": {plan.file.name: plan.next_state(pending.get(plan.file.name, [])) for plan in self.files}}


class _Stopwatch:
    """Seconds between laps, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.seconds[name] = round(now - self._last, 3)
        self._last = now
