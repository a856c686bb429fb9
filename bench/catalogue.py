"""`make proof-catalogue`: 10,000 articles by PUT, one request each, until lists hold them: minutes.

    python -m bench.catalogue --articles 200 --readers 200

A simulated newsroom with published lists; its API, with keys, on disk before each answer; then the extract and the
refresh of the next hour. The last figures are those of the API: what the batches say became of them.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from bench import record
from bench.serve import KEY, api
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.newsroom.faults import Switches
from frontpage.newsroom.parameters import load_parameters
from frontpage.newsroom.simulate import Size, simulate
from frontpage.steps import extract, refresh
from frontpage.store import migrate, server

BEFORE = datetime(2026, 3, 1, 10, tzinfo=UTC)
AFTER = datetime(2026, 3, 1, 11, tzinfo=UTC)
FULL_ARTICLES, FULL_READERS = 10_000, 15_000
_DAYS, _CONNECTIONS = 7, 8


def measure(n_articles: int, n_readers: int, folder: Path) -> tuple[dict[str, Any], str]:
    """Figures, and the hash of the newsroom's data."""
    world, home = folder / "world", folder / "home"
    simulate(load_parameters(), Size(n_readers, _DAYS, 8 * round(math.sqrt(n_readers)), 1), BEFORE, world, Switches())
    running = server.up(home)
    try:
        settings = Settings(home=home, sources=str(world))
        migrate.upgrade(server.database_url(settings))
        extract.run(settings, Params(), BEFORE, ())
        refresh.run(settings, Params(), BEFORE)
        with (
            api(running.api_url()) as url,
            httpx.Client(base_url=url, headers={"X-API-Key": KEY}, timeout=60) as client,
        ):
            batches, put_seconds = _timed(lambda: _put_all(client, n_articles))
            _, extract_seconds = _timed(lambda: extract.run(settings, Params(), AFTER, ()))
            _, refresh_seconds = _timed(lambda: refresh.run(settings, Params(), AFTER))
            said = [client.get(f"/v1/batches/{one}").raise_for_status().json() for one in batches]
    finally:
        server.down(home)
    figures = {
        "articles": n_articles,
        "readers": n_readers,
        "put_seconds": put_seconds,
        "puts_per_second": round(n_articles / put_seconds),
        "extract_seconds": extract_seconds,
        "refresh_seconds": refresh_seconds,
        "minutes": round((put_seconds + extract_seconds + refresh_seconds) / 60, 2),
        "loaded": sum(one["loaded"] for one in said),
        "listed": sum(one["first_listed_at"] is not None for one in said),
    }
    return figures, record.hash_of(world)


def _put_all(client: httpx.Client, n_articles: int) -> list[str]:
    def put(number: int) -> str:
        row = {
            "url": f"https://gazette.example/pushed/{number}",
            "title": _own_words(number),
            "category": "sport",
            "published_at": "2026-03-01T10:30:00Z",
        }
        answer = client.put(f"/v1/articles/pushed-{number}", json=row).raise_for_status()
        return str(answer.json()["batch_id"])

    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        return list(pool.map(put, range(n_articles)))


def _own_words(number: int) -> str:
    """Eight words that no other article has, so that none is a copy."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    done = work()
    return done, round(time.perf_counter() - began, 2)


def main() -> None:
    """Write docs/measurements/catalogue.json at the full size; print the figures at any other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=FULL_ARTICLES)
    parser.add_argument("--readers", type=int, default=FULL_READERS)
    given = parser.parse_args()
    is_full = (given.articles, given.readers) == (FULL_ARTICLES, FULL_READERS)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        figures, data_hash = measure(given.articles, given.readers, Path(folder))
    if is_full:
        figures_file = record.write("catalogue", {"10,000": figures}, data_hash, "make proof-catalogue")
        print(figures_file)  # noqa: T201 - says where the figures are
    else:
        print(figures)  # noqa: T201 - a trial of the bench itself


if __name__ == "__main__":
    main()
