"""Keys, scopes and limits on a real server: who is let in, for how long, and how often."""

import json
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from frontpage.core.settings import Settings
from frontpage.store import migrate, server
from frontpage.store.connect import connect, fetch_all
from frontpage.store.read.pool import DEADLINE_SECONDS
from serving.access.keys import REFRESH_SECONDS
from serving.access.security import FAILURES_PER_MINUTE, WINDOW_SECONDS
from tests.support.api import api, until
from tests.support.installation import FRONTPAGE

OWN = "a-key-of-more-than-twenty-characters"
PATH = "/v1/runs/current"


def frontpage(url: str, *arguments: str) -> list[str]:
    """Lines that `frontpage` printed; it must succeed."""
    done = subprocess.run(
        [FRONTPAGE, *arguments], env={"PATH": "/usr/bin", "FRONTPAGE_DATABASE_URL": url}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def created(url: str, name: str, *options: str) -> str:
    """A new key."""
    return frontpage(url, "key", "create", "--name", name, *options)[0]


def status(client: httpx.Client, key: str, method: str = "GET", path: str = PATH) -> int:
    """What a request with this key is answered with: 503 is past the door, as nothing is published here."""
    return client.request(method, path, headers={"X-API-Key": key}).status_code


def test_a_key_is_made_once_listed_without_its_secret_and_revoked(database):
    """`create` prints it first, `list` never, and only its hash is stored."""
    key = created(database, "app", "--scope", "read", "--scope", "events")
    assert key.startswith("fp_")
    assert len(key) > 40
    listed = frontpage(database, "key", "list")
    row = json.loads(listed[0])
    assert (row["name"], row["scopes"], row["revoked_at"]) == ("app", ["events", "read"], None)
    assert key not in "".join(listed)
    assert "key:1" in frontpage(database, "key", "revoke", "1")[0]
    assert json.loads(frontpage(database, "key", "list")[0])["revoked_at"]
    with connect(database) as connection:
        assert key not in str(fetch_all(connection, "select * from api_key"))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("create", "--name", "app", "--scope", "write"),
            "scope write is not known; give read, events, catalogue, viewer, operator, editor, auditor, admin",
        ),
        (("create", "--name", " ", "--scope", "read"), "the key has no name"),
        (("revoke", "7"), "there is no key 7"),
    ],
)
def test_what_cannot_be_is_one_sentence(database, arguments, sentence):
    """A wrong scope, no name, a key that is not there: exit code 3."""
    done = subprocess.run(
        [FRONTPAGE, "key", *arguments], env={"PATH": "/usr/bin", "FRONTPAGE_DATABASE_URL": database},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 3
    assert sentence in done.stderr


@pytest.mark.slow
def test_scopes_revocation_and_new_keys_bite_while_it_runs(database, tmp_path):
    """Reading and sending need their scopes; a revoked key is refused, a new one let in, within the stated bound."""
    reader, sender = created(database, "reader", "--scope", "read"), created(database, "app", "--scope", "events")
    with api(database, tmp_path / "log", FRONTPAGE_API_KEYS=OWN) as running:
        client = running.client
        assert [status(client, key) for key in (OWN, reader, sender, "")] == [503, 503, 403, 401]
        assert status(client, reader, "PUT", "/v1/readers/ann/preferences") == 403
        problem = client.get(PATH, headers={"Authorization": f"Bearer {sender}"}).json()
        assert (problem["type"], problem["detail"]) == (
            "urn:frontpage:problem:forbidden", "this key does not have the scope 'read'",
        )  # fmt: skip
        frontpage(database, "key", "revoke", "1")
        late = created(database, "late", "--scope", "admin")
        time.sleep(REFRESH_SECONDS + DEADLINE_SECONDS)
        assert [status(client, key) for key in (reader, late)] == [401, 503]
    assert not [key for key in (OWN, reader, sender, late) if key in (tmp_path / "log").read_text()]


@pytest.mark.slow
def test_stored_keys_alone_open_a_door_to_others(database, tmp_path):
    """On a host that others reach, a key in the database is enough to start with, and nothing is open without one."""
    key = created(database, "app", "--scope", "read")
    with api(database, tmp_path / "log", "--host", "0.0.0.0") as running:
        assert [status(running.client, key), status(running.client, "")] == [503, 401]
        assert running.client.get("/health/live").status_code == 200


@pytest.mark.slow
def test_known_keys_work_while_the_database_is_away(tmp_path):
    """The keys last seen go on to work; a worker that has seen none says 503, not 401, to a key it cannot judge."""
    home = Path(tempfile.mkdtemp(prefix="frontpage-keys-"))
    running = server.up(home, fsync="off")
    try:
        migrate.upgrade(running.url())
        key = created(running.url(), "app", "--scope", "read")
        with api(running.url(), tmp_path / "log", FRONTPAGE_API_KEYS=OWN) as before:
            server.down(home)
            assert [status(before.client, each) for each in (key, "wrong" * 5)] == [503, 401]
            assert before.client.get(PATH, headers={"X-API-Key": key}).json()["type"].endswith("unavailable")
            with api(running.url(), tmp_path / "log", FRONTPAGE_API_KEYS=OWN) as after:
                answer = after.client.get(PATH, headers={"X-API-Key": key}).json()
                assert answer["detail"] == "the database has not said yet which keys there are; try again soon"
                server.up(home, fsync="off")
                assert until(lambda: "nothing-published" in after.client.get(PATH, headers={"X-API-Key": key}).text) < 5
    finally:
        server.down(home)
        shutil.rmtree(home)


@pytest.mark.slow
def test_guessing_is_slow(database, tmp_path):
    """After ten wrong keys an address is not listened to, not even with a right one it never used; a neighbour's is."""
    known, unused = created(database, "app", "--scope", "read"), created(database, "spare", "--scope", "read")
    with api(database, tmp_path / "log", FRONTPAGE_API_KEYS=OWN) as running:
        assert status(running.client, known) == 503
        guesses = [status(running.client, f"guess-number-{n:020}") for n in range(FAILURES_PER_MINUTE + 5)]
        assert guesses == [401] * FAILURES_PER_MINUTE + [429] * 5
        assert [status(running.client, key) for key in (known, unused)] == [503, 429]
        refused = running.client.get(PATH, headers={"X-API-Key": unused})
        assert 1 <= int(refused.headers["retry-after"]) <= 6
        assert refused.json()["type"] == "urn:frontpage:problem:too-many-requests"
        elsewhere = {"X-API-Key": unused, "X-Forwarded-For": "192.0.2.7"}
        assert running.client.get(PATH, headers=elsewhere).status_code == 503


@pytest.mark.slow
def test_a_key_has_so_many_requests_and_says_so(database, tmp_path):
    """One connection meets exactly the limit, of the key or of the setting; another key is not touched by it."""
    own = created(database, "slow", "--scope", "read", "--requests-per-second", "1")
    with api(database, tmp_path / "log", FRONTPAGE_API_KEYS=OWN, FRONTPAGE_RATE_LIMIT_PER_SECOND="2") as running:
        first = running.client.get(PATH, headers={"X-API-Key": own})
        assert (first.headers["ratelimit-policy"], first.headers["ratelimit"]) == ('"key";q=10;w=10', '"key";r=9;t=1')
        answers = [running.client.get(PATH, headers={"X-API-Key": own}) for _ in range(12)]
        assert Counter(answer.status_code for answer in answers)[503] in (9, 10)
        assert answers[-1].headers["retry-after"] == "1"
        assert '"key";r=0;' in answers[-1].headers["ratelimit"]
        assert answers[-1].json()["detail"] == "this key has used up its requests; try again in 1 s"
        other = running.client.get(PATH, headers={"X-API-Key": OWN})
        assert (other.status_code, other.headers["ratelimit-policy"]) == (503, '"key";q=20;w=10')


@pytest.mark.slow
def test_two_workers_let_at_most_twice_as_much_through(database, tmp_path):
    """Sixteen clients at once: at least the limit passes, at most two workers' worth and what came back meanwhile."""
    per_second, workers = 3, 2
    quota = per_second * WINDOW_SECONDS
    variables = {"FRONTPAGE_API_KEYS": OWN, "FRONTPAGE_RATE_LIMIT_PER_SECOND": str(per_second)}
    with api(database, tmp_path / "log", "--workers", str(workers), **variables) as running:
        began = time.monotonic()
        with ThreadPoolExecutor(16) as pool:
            codes = Counter(code for codes in pool.map(calls, [str(running.client.base_url)] * 16) for code in codes)
        seconds = time.monotonic() - began
    assert set(codes) == {503, 429}
    assert quota <= codes[503] <= workers * (quota + per_second * (seconds + 1))


def calls(base_url: str) -> list[int]:
    """What 25 requests on one connection are answered with."""
    with httpx.Client(base_url=base_url, timeout=10) as client:
        return [status(client, OWN) for _ in range(25)]


def test_pages_of_other_origins_are_let_in_only_by_name(database, tmp_path):
    """Without the setting no answer carries a CORS header; with it only the named origin's does."""
    asking = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}
    with api(database, tmp_path / "log") as running:
        for answer in (running.client.get(PATH, headers=asking), running.client.options(PATH, headers=asking)):
            assert not [name for name in answer.headers if name.startswith("access-control")]
    opened = {"FRONTPAGE_CORS_ORIGINS": "https://app.example", "FRONTPAGE_API_KEYS": OWN}
    with api(database, tmp_path / "log", **opened) as running:
        assert running.client.options(PATH, headers=asking).headers["access-control-allow-origin"] == asking["Origin"]
        other = running.client.options(PATH, headers={**asking, "Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers


def test_settings_with_a_key_are_needed_only_where_others_reach(settings: Settings, database, tmp_path):
    """On loopback in development no key is needed to read nor to send."""
    with api(database, tmp_path / "log") as running:
        assert running.client.get(PATH).status_code == 503
        assert "ratelimit" not in running.client.get(PATH).headers
