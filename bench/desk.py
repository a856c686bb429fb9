"""`make proof-desk`: every page of the desk timed over a world of the full size, as somebody with all roles.

    python -m bench.desk --readers 15000

Each page is asked for once to warm what the database keeps in memory, then five times; the middle one counts. Parts
that a page loads after it is there (`exposure`, `shares`, a look at an earlier run) are timed apart.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import statistics
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from bench import record
from bench.refresh import home_of, reset
from bench.scale_server import params_of, served
from bench.scale_world import AS_OF, FULL_READERS, Size
from frontpage.core.clock import iso
from frontpage.core.identity.api_keys import key_hash
from frontpage.core.settings import Settings
from frontpage.desk.app import create_app
from frontpage.steps import features, gate, publish, score
from frontpage.store import keys, server
from frontpage.store.connect import Connection, connect, fetch_one

#: No page may take longer, in milliseconds.
LIMIT_MS = 300
_TIMES = 5
_ONE = """select reader_id, article_id, run_id from recommendation join reader using (reader_key)
where run_id = (select run_id from published_run where variant = 'champion') limit 1"""


def measure(home: Path, size: Size) -> dict[str, Any]:
    """Milliseconds of each page, and of each part that is loaded later."""
    params = params_of(size)
    with served(home, size) as made:
        reset(made)
        for step in (features, score, gate, publish):
            step.run(made, params, AS_OF)
        settings = made.model_copy(update={"clock": iso(AS_OF)})
        with connect(server.database_url(made)) as connection:
            key, one = _key(connection), fetch_one(connection, _ONE)
            assert one is not None
        return asyncio.run(_timed(settings, size, key, one))


async def _timed(settings: Settings, size: Size, key: str, one: dict[str, Any]) -> dict[str, Any]:
    app = create_app(settings, params_of(size))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.bench", timeout=600) as client:
        assert (await client.post("/login", data={"key": key})).is_redirect
        pages = {name: await _milliseconds(client, path) for name, path in _pages(one).items()}
        parts = {name: await _milliseconds(client, path) for name, path in _parts(one).items()}
    return {"pages_ms": pages, "parts_ms": parts, "slowest": {"page_ms": max(pages.values()), "limit_ms": LIMIT_MS}}


def _pages(one: dict[str, Any]) -> dict[str, str]:
    reader, article = (quote(str(one[name]), safe="") for name in ("reader_id", "article_id"))
    return {
        "today": "/", "readers": f"/readers?q={reader[:4]}", "reader": f"/readers/{reader}", "articles": "/articles",
        "search": "/articles?q=no-such-word", "article": f"/articles/{article}", "rules": "/rules",
        "versions": "/versions", "version": "/versions/bench", "experiments": "/experiments", "drift": "/drift",
        "sources": "/sources", "quality": "/quality", "quarantine": "/quarantine", "runs": "/runs", "digest": "/digest",
        "data": "/data", "audit": "/audit",
    }  # fmt: skip


def _parts(one: dict[str, Any]) -> dict[str, str]:
    article = quote(str(one["article_id"]), safe="")
    return {"exposure": f"/exposure/{article}", "shares": "/shares/category", "back": f"/lists-back/{one['run_id']}"}


async def _milliseconds(client: httpx.AsyncClient, path: str) -> int:
    seconds = []
    for _ in range(1 + _TIMES):
        started = time.monotonic()
        answer = await client.get(path)
        seconds.append(time.monotonic() - started)
        assert answer.status_code == httpx.codes.OK, (path, answer.text[-200:])
    return round(1000 * statistics.median(seconds[1:]))


def _key(connection: Connection) -> str:
    key = secrets.token_urlsafe(24)
    keys.add_key(connection, keys.NewKey("bench", key_hash(key), ["admin"]), "person:bench", "a proof")
    return key


def main() -> None:
    """Measure, and write docs/measurements/desk.json at the full size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=FULL_READERS)
    parser.add_argument("--home", type=Path, default=home_of())
    given = parser.parse_args()
    figures = measure(given.home, Size(given.readers))
    is_full = given.readers == FULL_READERS
    name = "desk" if is_full else f"desk-{given.readers}"
    print(record.write(name, figures, "generated", record.command("desk", is_full=is_full)))  # noqa: T201 - where it is


if __name__ == "__main__":
    main()
