"""`make proof-sessions`: lists for strangers, by what they opened, against popularity, on held-out sessions.

    python -m bench.sessions --readers 500

A simulated newsroom is loaded with `frontpage extract`. Each session of its last half day is cut after one to three
articles; the list is made as the API makes it, with what was known at that moment; what was read next in the session is
what counts. Popularity is the same request with nothing opened.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import numpy as np

from bench import record
from frontpage.core.lists import LIST_LENGTH
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.newsroom.faults import Switches
from frontpage.newsroom.parameters import load_parameters
from frontpage.newsroom.simulate import Size, simulate
from frontpage.steps import extract
from frontpage.store import migrate, server
from frontpage.store.connect import connect, fetch_all
from frontpage.store.read.browse import fetch_newest, fetch_popular, fetch_similar
from frontpage.store.read.pool import close_pool, open_pool
from serving.articles.routes import POPULAR_WINDOW, SIMILAR_WINDOW
from serving.articles.session_list import session_list

UNTIL = datetime(2026, 3, 8, 12, tzinfo=UTC)
HELD_OUT = timedelta(hours=12)
FULL = 1_500
_DAYS, _PAUSE, _MOST_OPENED, _MAX_SESSIONS = 5, timedelta(minutes=30), 3, 400
_READS = """select reader_key, article_id, occurred_at from read_event
where kind = 'read' and suspicion is null and occurred_at > %s order by reader_key, occurred_at"""


@dataclass(frozen=True, slots=True)
class Session:
    """What was opened, until when, and what was read after that in the same visit."""

    opened: tuple[str, ...]
    at: datetime
    later: frozenset[str]


def measure(n_readers: int, folder: Path) -> tuple[dict[str, Any], str]:
    """Figures, and the hash of the data."""
    world, home = folder / "world", folder / "home"
    simulate(load_parameters(), Size(n_readers, _DAYS, 8 * round(math.sqrt(n_readers)), 1), UNTIL, world, Switches())
    running = server.up(home)
    try:
        settings = Settings(home=home, sources=str(world))
        migrate.upgrade(server.database_url(settings))
        extract.run(settings, Params(), UNTIL, ())
        with connect(server.database_url(settings)) as connection:
            sessions = sessions_of(fetch_all(connection, _READS, [UNTIL - HELD_OUT]))[:_MAX_SESSIONS]
        found = asyncio.run(_judged(running.url("frontpage"), sessions))
    finally:
        server.down(home)
    return {"readers": n_readers, "sessions": len(sessions), **found}, record.hash_of(world)


def sessions_of(rows: Sequence[dict[str, Any]]) -> list[Session]:
    """Visits of at least two different articles; a pause ends one."""
    visits: list[list[dict[str, Any]]] = []
    for row in rows:
        last = visits[-1][-1] if visits else None
        is_same = last is not None and last["reader_key"] == row["reader_key"]
        if is_same and last is not None and row["occurred_at"] - last["occurred_at"] < _PAUSE:
            visits[-1].append(row)
        else:
            visits.append([row])
    return [cut for visit in visits if (cut := _cut(visit)) is not None]


def _cut(visit: Sequence[dict[str, Any]]) -> Session | None:
    names = [row["article_id"] for row in visit]
    n_opened = min(_MOST_OPENED, len(names) - 1)
    opened = tuple(names[:n_opened])
    later = frozenset(names[n_opened:]) - set(opened)
    return Session(opened, visit[n_opened - 1]["occurred_at"], later) if n_opened > 0 and later else None


async def _judged(url: str, sessions: Sequence[Session]) -> dict[str, Any]:
    pool = await open_pool(url)
    try:
        pairs = [await _pair(pool, one) for one in sessions]
    finally:
        await close_pool(pool)
    ours, popular = (np.array(column) for column in zip(*pairs, strict=True))
    gains = ours - popular
    spread = 1.96 * gains.std(ddof=1) / math.sqrt(len(gains))
    return {
        "ndcg_at_10": round(float(ours.mean()), 4),
        "popularity_ndcg_at_10": round(float(popular.mean()), 4),
        "gain_low": round(float(gains.mean() - spread), 4),
        "gain_high": round(float(gains.mean() + spread), 4),
        "hit_rate": round(float((ours > 0).mean()), 4),
        "popularity_hit_rate": round(float((popular > 0).mean()), 4),
    }


async def _pair(pool: asyncpg.Pool, session: Session) -> tuple[float, float]:
    at = session.at
    popular = [one.article_id for one in await fetch_popular(pool, at - POPULAR_WINDOW, at, (None, None), 100)]
    newest = [one.article_id for one in await fetch_newest(pool, None, at, 2 * LIST_LENGTH)]
    neighbours = {
        name: [
            (one.article_id, one.n_readers)
            for one in await fetch_similar(pool, name, at - SIMILAR_WINDOW, at, 2 * LIST_LENGTH) or ()
            if one.because == "co_read"
        ]
        for name in session.opened
    }
    ours = session_list(session.opened, neighbours, [popular], newest, lambda _: True, LIST_LENGTH)
    plain = [name for name in popular if name not in session.opened][:LIST_LENGTH]
    return ndcg([one.article_id for one in ours], session.later), ndcg(plain, session.later)


def ndcg(listed: Sequence[str], later: frozenset[str]) -> float:
    """nDCG@10 of a list: 1 / log2(place + 1) for each article read later, of what the best order would have."""
    gain = sum(1 / math.log2(place + 1) for place, name in enumerate(listed, 1) if name in later)
    best = sum(1 / math.log2(place + 1) for place in range(1, min(len(later), LIST_LENGTH) + 1))
    return gain / best


def main() -> None:
    """Write docs/measurements/sessions.json at the full size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=FULL)
    n_readers = parser.parse_args().readers
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        figures, data_hash = measure(n_readers, Path(folder))
    command = record.command("sessions", is_full=n_readers == FULL)
    print(record.write("sessions", {"held out": figures}, data_hash, command))  # noqa: T201 - says where the figures are


if __name__ == "__main__":
    main()
