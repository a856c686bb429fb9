"""`make proof-retraction [READERS=N]`: seconds from a retraction until no answer, list or mail holds the article.

An API of two workers answers from warm memory, a digest waits in its outbox; then an article that many lists hold is
retracted. Every second reader who had it is asked again, by both workers, until no answer names it; who was shown it is
counted once more from the log of lists.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from bench import record, serve_world
from bench.serve import KEY, api
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.steps import retract
from frontpage.store.connect import Connection, connect, execute, fetch_all
from frontpage.store.governance import retractions
from frontpage.store.server import down

FULL_READERS = 521_000
#: Readers who are answered before, so that their lists are in both workers' memory.
ASKED = 4_000
LANES = 8


def measure(n_readers: int) -> dict[str, Any]:
    """Seconds until nothing holds the article, and whether the list of who saw it is that of the log."""
    settings = Settings()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        running = serve_world.create(Path(folder) / "home", n_readers, settings)
        try:
            return _measured(running, settings.model_copy(update={"database_url": running.url()}), n_readers)
        finally:
            down(Path(folder) / "home")


def _measured(running: Any, settings: Settings, n_readers: int) -> dict[str, Any]:
    names, keys = serve_world.names(n_readers), serve_world.keys(n_readers, settings)
    with connect(running.url()) as connection, api(running.api_url()) as url:
        article = fetch_all(connection, _MOST_LISTED)[0]["article_id"]
        having = {row["reader_key"] for row in fetch_all(connection, _HOLDERS, [article])}
        asked = [name for name, key in zip(names, keys.tolist(), strict=True) if key in having][:ASKED]
        asked += names[: ASKED - len(asked)]
        for _ in range(2):  # twice: both workers have them
            held_before = _holding(url, asked, article)
        _outbox(connection, list(having)[:ASKED], article)
        time.sleep(2)  # the log of lists is written in batches
        started = time.monotonic()
        done = retract.run(settings, Params(), article, reason="a proof")
        verb_seconds = time.monotonic() - started
        seconds = _until_gone(url, asked, article, started)
        held_after = sum(_holding(url, asked, article) for _ in range(2))
        mails = fetch_all(connection, _CLAIMABLE, [article])[0]["n"]
        found = retractions.shown_to(connection, [article])
        told = set(found.loc[found["how"] == "list", "reader_key"].astype(int))
        recount = {row["reader_key"] for row in fetch_all(connection, _RECOUNT, [article])}
        lists = fetch_all(connection, _POPULAR_HOLDS, [article])[0]["n"]
    return {
        "readers": n_readers,
        "lists_that_held_it": len(having),
        "answers_that_held_it_before": held_before,
        "seconds_until_in_no_answer": round(seconds, 2),
        "seconds_of_the_verb": round(verb_seconds, 2),
        "seconds_until_committed": done.details["gone_seconds"],
        "answers_after": held_after,
        "mails_that_may_hold_it": mails,
        "live_articles_by_that_id": lists,
        "readers_shown": len(told),
        "readers_shown_by_the_log": len(recount),
        "readers_in_both": len(set(told) & set(recount)),
        "readers_owed_a_correction": done.details["readers"],
    }


def _until_gone(url: str, asked: Sequence[str], article: str, started: float) -> float:
    while _holding(url, asked[:500], article):
        time.sleep(0.05)
    return time.monotonic() - started


def _holding(url: str, asked: Sequence[str], article: str) -> int:
    """How many answers list the article."""
    lanes = [asked[lane::LANES] for lane in range(LANES)]
    with ThreadPoolExecutor(LANES) as threads:
        return sum(threads.map(lambda lane: _holding_in_lane(url, lane, article), lanes))


def _holding_in_lane(url: str, asked: Sequence[str], article: str) -> int:
    n = 0
    with httpx.Client(base_url=url, headers={"X-API-Key": KEY}, timeout=10) as client:
        for name in asked:
            answer = client.get(f"/v1/readers/{quote(name, safe='')}/recommendations").json()
            n += any(item["article_id"] == article for item in answer["items"])
    return n


def _outbox(connection: Connection, keys: list[int], article: str) -> None:
    """A digest that waits, whose mails were written with the article in them."""
    execute(connection, _EDITION)
    execute(connection, _DELIVERIES, {"keys": keys, "article": article})


_MOST_LISTED = "select article_id from recommendation_1 group by 1 order by count(*) desc, 1 limit 1"
_HOLDERS = "select reader_key from recommendation_1 where article_id = %s"
_EDITION = """insert into digest_edition (edition_id, as_of, run_id, local_day, due_at)
values ('proof', now(), 1, current_date, now())"""
_DELIVERIES = """insert into digest_delivery (edition_id, reader_key, state, message_id, local_day, article_ids)
select 'proof', key, 'pending', 'proof-' || key, current_date, array[%(article)s] from unnest(%(keys)s::bigint[]) key"""
_CLAIMABLE = """select count(*) as n from digest_delivery
where state in ('pending', 'sending') and %s = any(article_ids)
  and not exists (select from retraction where retraction.article_id = any(article_ids) and ended_at is null)"""
_RECOUNT = """select distinct served.reader_key from served_list served
join recommendation_1 list on list.reader_key = served.reader_key
where served.run_id = 1 and served.fallback is null and list.article_id = %s and list.rank <= served.n_items"""
_POPULAR_HOLDS = "select count(*) as n from article where article_id = %s and status = 'live'"


def main() -> None:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=FULL_READERS)
    given = parser.parse_args()
    figures = measure(given.readers)
    is_full = given.readers == FULL_READERS
    name = "retraction" if is_full else f"retraction-{given.readers}"
    record.write(
        name, {f"{given.readers:,} readers": figures}, "generated", record.command("retraction", is_full=is_full)
    )
    print(figures)  # noqa: T201 - a command's result


if __name__ == "__main__":
    main()
