"""What a reader sends back through the API changes their next list, and a bot changes nobody's."""

from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest

from frontpage.core.clock import iso
from frontpage.store.connect import connect, fetch_all
from tests.support.api import api
from tests.support.installation import UNTIL, Installation

VERBS = ("extract", "validate", "features", "score", "gate", "publish")
LATER = UNTIL + timedelta(hours=1)
SENT = UNTIL + timedelta(minutes=30)
_ACTIVE = """
select reader_id from reader join recommendation using (reader_key)
where run_id = (select run_id from published_run) group by 1 having count(*) = 10 order by 1 limit 20
"""
_UNPOPULAR = """
select article_id from article where status = 'live' and duplicate_of is null and published_at > %s
  and article_id not in (select article_id from recommendation)
  and article_id not in (select article_id from read_event)
limit 1
"""


def make_lists(world: Installation, as_of) -> None:
    """What one refresh does."""
    for verb in VERBS:
        world.run(verb, "--as-of", iso(as_of))


def items_of(client: httpx.Client, reader_id: str) -> list[dict[str, Any]]:
    """The reader's list."""
    response = client.get(f"/v1/readers/{reader_id}/recommendations")
    assert response.status_code == 200, response.text
    return response.json()["items"]


def ids_of(client: httpx.Client, reader_id: str) -> list[str]:
    """The articles of the reader's list, best first."""
    return [item["article_id"] for item in items_of(client, reader_id)]


def send(client: httpx.Client, events: list[dict[str, Any]]) -> None:
    """Have all of them taken in."""
    assert client.post("/v1/events", json=events).json()["accepted"] == len(events)


def clicks(reader_id: str, article_id: str, n: int) -> list[dict[str, Any]]:
    """Reads a few seconds apart, none of them too fast for a person."""
    return [
        {"event_id": f"{reader_id}/{article_id}/{i}", "reader_id": reader_id, "article_id": article_id, "kind": "read",
         "occurred_at": iso(SENT - timedelta(seconds=1.7 * i + i % 3)), "dwell_seconds": 120}
        for i in range(n)
    ]  # fmt: skip


@pytest.fixture
def world(small_world, small_params, zygote, database, tmp_path) -> Installation:
    """The small world with its lists of UNTIL published."""
    made = Installation(database, tmp_path / "home", small_world, small_params, zygote)
    make_lists(made, UNTIL)
    return made


@pytest.mark.slow
def test_one_reader_followed_through(world, tmp_path):
    """A read and a hidden article go at once; these and a muted publisher are not in the next list either."""
    with connect(world.database) as connection:
        ann = fetch_all(connection, _ACTIVE)[0]["reader_id"]
    with api(world.database, tmp_path / "api.log", FRONTPAGE_CLOCK=iso(SENT)) as running:
        client = running.client
        before = items_of(client, ann)
        read, hidden = before[0]["article_id"], before[1]["article_id"]
        muted = Counter(item["publisher"] for item in before[2:]).most_common(1)[0][0]
        send(client, clicks(ann, read, 1))
        client.put(f"/v1/readers/{ann}/preferences", json={"hidden_articles": [hidden], "muted_publishers": [muted]})
        assert ids_of(client, ann) == [item["article_id"] for item in before[2:]]
        make_lists(world, LATER)
        after = items_of(client, ann)
    assert len(after) == 10
    assert {read, hidden}.isdisjoint(item["article_id"] for item in after)
    assert muted not in {item["publisher"] for item in after}


@pytest.mark.slow
def test_a_bot_repeating_a_thousand_clicks_moves_nothing(world, tmp_path):
    """After its first click, which is a read like any other, neither the popular list nor anybody's own changes."""
    with connect(world.database) as connection:
        active = [row["reader_id"] for row in fetch_all(connection, _ACTIVE)]
        pushed = fetch_all(connection, _UNPOPULAR, [UNTIL - timedelta(days=5)])[0]["article_id"]
    first, *others = clicks("bot", pushed, 1000)
    with api(world.database, tmp_path / "api.log", FRONTPAGE_CLOCK=iso(SENT)) as running:
        send(running.client, [first])
        make_lists(world, LATER)
        before = [ids_of(running.client, reader_id) for reader_id in (*active, "nobody")]
        send(running.client, others)
        make_lists(world, LATER + timedelta(minutes=1))
        assert [ids_of(running.client, reader_id) for reader_id in (*active, "nobody")] == before
    with connect(world.database) as connection:
        sql = "select count(*) as n, count(suspicion) as n_marked from read_event where article_id = %s"
        assert fetch_all(connection, sql, [pushed]) == [{"n": 1000, "n_marked": 999}]
        assert fetch_all(connection, "select * from event_inbox") == []
