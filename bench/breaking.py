"""`make proof-breaking`: minutes from a breaking story's first article to the first lists that carry it.

A small simulated newsroom goes on hour by hour; now and then a story breaks: an article comes as a new file, and
reads of it as events of the API, faster and faster. Once the clock alone starts refreshes, at every full hour; once
`frontpage arrivals` does so as well. Time is simulated, the work is not: the verbs run on a PostgreSQL of their own one
after the other in this process, and what they take passes on the simulated clock. What Airflow adds to each task is not
in it (docs/reference/day-and-night.md has that).
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bench import record
from frontpage.core.clock import HOUR, iso
from frontpage.core.identity.pseudonym import reader_key
from frontpage.core.lineage.trigger import Trigger
from frontpage.core.params import Params, load_params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle.executions.recording import recorded
from frontpage.steps import arrivals, extract, features, gate, publish, score, simulate, validate
from frontpage.store import migrate, server
from frontpage.store.connect import connect, execute, fetch_one
from frontpage.store.lists import runs
from models.variants import complete

FULL_STORIES, N_READERS, ARTICLES_A_DAY, N_DAYS, SEED = 10, 400, 80, 3, 29
START = datetime(2026, 3, 4, 6, tzinfo=UTC)
#: Hours between two stories; longer is not waited for a story to be listed.
APART_HOURS = 2
#: Reads of a story in each of its minutes: so many more every minute, up to the last number.
_MORE_READS, _MOST_READS = 3, 40
_STEPS = {
    "extract": extract, "validate": validate, "features": features, "score": score, "gate": gate, "publish": publish,
}  # fmt: skip
_READ = """insert into event_inbox (event_id, kind, reader_id, reader_key, article_id, occurred_at, received_at,
dwell_seconds) values (%(id)s, 'read', %(reader)s, %(key)s, %(article)s, %(at)s, %(at)s, %(dwell)s)"""
_CARRYING = """select count(distinct reader_key) as n from recommendation
where run_id = %(run)s and article_id = %(article)s"""


@dataclass(frozen=True, slots=True)
class Story:
    """One article, when it came, and what was read of it, minute by minute."""

    article_id: str
    came_at: datetime
    readers: tuple[str, ...]

    def reads(self) -> Iterator[tuple[datetime, str]]:
        """(moment, reader), in order, for as long as nobody reads it twice."""
        waiting = iter(self.readers)
        for minute in range(1, 60 * APART_HOURS):
            n = min(_MORE_READS * minute, _MOST_READS)
            for place, reader in zip(range(n), waiting, strict=False):
                yield self.came_at + timedelta(minutes=minute, seconds=60 * place / n), reader


@dataclass(slots=True)
class Newsroom:
    """An installation on its own server, at a simulated moment."""

    settings: Settings
    params: Params
    world: Path
    now: datetime = START
    n_refreshes: int = 0
    waiting: list[tuple[datetime, str, str]] = field(default_factory=list)

    def tell(self, story: Story) -> None:
        """The article's file, changed at the moment it came; its reads wait for theirs."""
        path = self.world / "articles" / f"{story.article_id}.jsonl"
        path.write_text(json.dumps(_article(story)) + "\n")
        os.utime(path, (story.came_at.timestamp(),) * 2)
        self.waiting = [(at, reader, story.article_id) for at, reader in story.reads()]

    def pass_to(self, moment: datetime) -> None:
        """The clock moves on; what was read by then is in the inbox."""
        self.now = max(self.now, moment)
        secret = self.settings.pseudonym_secret.get_secret_value()
        with connect(str(self.settings.database_url)) as connection:
            while self.waiting and self.waiting[0][0] <= self.now:
                at, reader, article = self.waiting.pop(0)
                dwell = 20 + zlib.crc32(f"{article} {reader}".encode()) % 160  # one value for all would be a timer's
                values = {
                    "id": f"{article} {reader}",
                    "reader": reader,
                    "key": reader_key(reader, secret),
                    "dwell": dwell,
                }
                execute(connection, _READ, {**values, "article": article, "at": at})

    def refresh(self, as_of: datetime) -> None:
        """Extract to publish as of a moment, each recorded at its simulated time."""
        self.n_refreshes += 1
        for verb, step in _STEPS.items():
            clock = _running_from(self.now)
            with recorded(self.settings, self.params, verb, {"as_of": as_of}, Trigger(), clock) as execution:
                options: dict[str, Any] = {"sources": []} if verb == "extract" else {}
                summary: Summary = step.run(self.settings, self.params, as_of, **options)
                execution.summary = summary
            self.pass_to(clock())

    def wants_refresh(self) -> bool:
        """What `frontpage arrivals` says at one look."""
        with contextlib.redirect_stdout(io.StringIO()):
            told = arrivals.run(self.settings, self.params, clock=lambda: self.now, sleep=_never, once=True)
        return told.rows_out > 0

    def share_with(self, article_id: str) -> float:
        """Of the published lists, the share that carries the article."""
        with connect(str(self.settings.database_url)) as connection:
            run = runs.current(connection, "champion")
            assert run is not None, "a list is published before the first story"
            row = fetch_one(connection, _CARRYING, {"run": run["run_id"], "article": article_id})
        return row["n"] / run["n_readers"] if row else 0.0


@dataclass(frozen=True, slots=True)
class Listed:
    """How a story came into lists. minutes: from its article's arrival; None where it did not before the next one."""

    minutes: float | None
    share: float


def by_clock(newsroom: Newsroom, story: Story) -> Listed:
    """Refreshes at full hours only."""
    return _until_listed(newsroom, story, lambda: _next_hour(newsroom.now))


def by_event(newsroom: Newsroom, story: Story) -> Listed:
    """At full hours, and whenever `arrivals` says so before."""

    def next_refresh() -> datetime:
        hour = _next_hour(newsroom.now)
        while newsroom.now < hour and not newsroom.wants_refresh():
            newsroom.pass_to(min(newsroom.now + timedelta(seconds=newsroom.params.arrivals.poll_seconds), hour))
        return newsroom.now

    return _until_listed(newsroom, story, next_refresh)


def _until_listed(newsroom: Newsroom, story: Story, next_refresh: Callable[[], datetime]) -> Listed:
    """The hours before the story by the clock, then refreshes until a list carries it."""
    while (hour := _next_hour(newsroom.now)) <= story.came_at:
        newsroom.pass_to(hour)
        newsroom.refresh(hour)
    newsroom.pass_to(story.came_at)
    newsroom.tell(story)
    while newsroom.now < story.came_at + APART_HOURS * HOUR - timedelta(minutes=30):
        as_of = next_refresh()
        newsroom.pass_to(as_of)
        newsroom.refresh(as_of)
        if share := newsroom.share_with(story.article_id):
            return Listed((newsroom.now - story.came_at) / timedelta(minutes=1), share)
    return Listed(None, 0.0)


def stories(n: int, readers: list[str]) -> list[Story]:
    """One in every APART_HOURS, at any second of its first hour."""
    random = np.random.default_rng(SEED)
    return [
        Story(
            f"breaking-{number:02d}",
            START + HOUR * (1 + APART_HOURS * number) + timedelta(seconds=int(random.integers(60, 3600))),
            tuple(random.permutation(readers).tolist()),
        )
        for number in range(n)
    ]


@contextlib.contextmanager
def newsroom_of(folder: Path, n_stories: int, n_readers: int) -> Iterator[Newsroom]:
    """A newsroom with days of history and a first list, on a server below the folder that ends with it."""
    world, home = folder / "world", folder / "home"
    params = complete(load_params(record.ROOT / "params.yaml"))
    end = START + HOUR * (2 + APART_HOURS * n_stories)
    size: dict[str, Any] = {"n_readers": n_readers, "n_days": N_DAYS, "articles_per_day": ARTICLES_A_DAY}
    simulate.run(Settings(), params, **size, seed=SEED, until=end, out=world)
    for path in world.rglob("*.jsonl*"):
        os.utime(path, ((START - HOUR).timestamp(),) * 2)
    running = server.up(home)
    try:
        migrate.upgrade(running.url())
        os.environ["FRONTPAGE_SOURCES"] = str(world)
        settings = Settings(home=home, database_url=running.url(), sources=str(world))
        newsroom = Newsroom(settings, params, world)
        newsroom.refresh(START)
        yield newsroom
    finally:
        server.down(home)


def measure(way: Callable[[Newsroom, Story], Listed], n_stories: int, n_readers: int) -> tuple[dict[str, Any], str]:
    """Median and 95th percentile of minutes, the share of lists then, refreshes of all; and the hash of the world."""
    with tempfile.TemporaryDirectory(prefix="frontpage-breaking-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        with newsroom_of(folder, n_stories, n_readers) as newsroom:
            data_hash = record.hash_of(newsroom.world, "*/*.jsonl*")
            readers = _readers(str(newsroom.settings.database_url))
            listed = [way(newsroom, story) for story in stories(n_stories, readers)]
    minutes = [each.minutes for each in listed if each.minutes is not None]
    figures = {
        "listed": len(minutes),
        "median_minutes": round(float(np.median(minutes)), 1),
        "p95_minutes": round(float(np.percentile(minutes, 95)), 1),
        "median_share_of_lists": round(float(np.median([each.share for each in listed])), 3),
        "refreshes": newsroom.n_refreshes,
    }
    return figures, data_hash


def _readers(url: str) -> list[str]:
    with connect(url) as connection:
        row = fetch_one(connection, "select array_agg(reader_id order by reader_id) as ids from reader")
    return list(row["ids"]) if row else []


def _article(story: Story) -> dict[str, str]:
    return {
        "article_id": story.article_id,
        "url": f"https://news.example/{story.article_id}",
        "title": f"Breaking {story.article_id}: what is known so far",
        "summary": f"The first report of {story.article_id}, from the scene.",
        "publisher": "North Coast Gazette",
        "published_at": iso(story.came_at),
        "first_seen_at": iso(story.came_at),
    }


def _next_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0) + HOUR


def _running_from(moment: datetime) -> Callable[[], datetime]:
    """A clock that shows this moment now, and runs."""
    started = time.monotonic()
    return lambda: moment + timedelta(seconds=time.monotonic() - started)


def _never(_seconds: float) -> None:
    raise AssertionError("one look does not wait")


def main() -> None:
    """Measure both and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=FULL_STORIES)
    parser.add_argument("--readers", type=int, default=N_READERS)
    given = parser.parse_args()
    is_full = (given.stories, given.readers) == (FULL_STORIES, N_READERS)
    started, figures, data_hash = time.perf_counter(), {}, ""
    for name, way in (("clock", by_clock), ("event", by_event)):
        figures[name], data_hash = measure(way, given.stories, given.readers)
        print(f"{name}: {figures[name]}", flush=True)  # noqa: T201 - a command's result
    print(f"{time.perf_counter() - started:.0f} s")  # noqa: T201
    if is_full:
        record.write("breaking", figures, data_hash, record.command("breaking", is_full=True))


if __name__ == "__main__":
    main()
