"""`python -m gates.load URL [READER...]`: ask a deployed API for lists at an even pace; exit code 4 where it fails.

Figures go to standard output as JSON. The key is read from LOAD_KEY, so that no list of processes shows it. Without
readers, made-up ones are asked for, who get what newcomers get. Needs nothing but Python: it runs in a pod, too.
"""

import argparse
import http.client
import itertools
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, quote, urlsplit

#: Four connections are kept open, as an application's are.
N_CONNECTIONS, N_NEWCOMERS, N_SHOWN = 4, 1_000, 5
LONGEST_SECONDS, MOST_PER_SECOND = 600, 500
RED = 4
_SCHEMES: dict[str, Callable[..., http.client.HTTPConnection]] = {
    "http": http.client.HTTPConnection,
    "https": http.client.HTTPSConnection,
}


class Client(threading.Thread):
    """One connection of an application: `millis` of each request from when it was due, and what failed, in words.

    A request fails where the answer is not 200.
    """

    def __init__(self, number: int, given: argparse.Namespace) -> None:
        super().__init__()
        self.number, self.given = number, given
        self.millis: list[float] = []
        self.failures: list[str] = []
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        """Ask until it is time to stop; a request that waited for the one before has waited."""
        given, began, due = self.given, time.monotonic(), 0.0
        for n in itertools.count(self.number, N_CONNECTIONS):
            time.sleep(max(0.0, began + due - time.monotonic()))
            self._ask(given.readers[n % len(given.readers)])
            self.millis.append(1000 * (time.monotonic() - began - due))
            due += N_CONNECTIONS / given.per_second
            if max(due, time.monotonic() - began) >= given.seconds or (given.until and given.until.exists()):
                break

    def _ask(self, reader: str) -> None:
        try:
            self._connection = self._connection or _SCHEMES[self.given.url.scheme](self.given.url.netloc, timeout=10)
            path = f"{self.given.url.path.rstrip('/')}/v1/readers/{quote(reader, safe='')}/recommendations"
            self._connection.request("GET", path, headers={"X-API-Key": os.environ.get("LOAD_KEY", "")})
            answer = self._connection.getresponse()
            body = answer.read()
            if answer.status != http.client.OK:
                self.failures.append(f"{answer.status} {body[:80]!r}")
        except (OSError, http.client.HTTPException) as error:
            self._connection = None
            self.failures.append(f"{type(error).__name__}: {error}")


def load(given: argparse.Namespace) -> dict[str, object]:
    """Start all clients, wait for all, and put together what they saw."""
    clients = [Client(number, given) for number in range(N_CONNECTIONS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    millis = sorted(one for client in clients for one in client.millis)
    failures = [one for client in clients for one in client.failures]
    found: dict[str, object] = {"requests": len(millis), "failed": len(failures), "failures": failures[:N_SHOWN]}
    return found | {"p50_ms": round(millis[len(millis) // 2], 1), "p99_ms": round(millis[len(millis) * 99 // 100], 1)}


def address(text: str) -> SplitResult:
    """An HTTP address of somebody."""
    url = urlsplit(text)
    if url.scheme not in _SCHEMES or not url.netloc:
        raise argparse.ArgumentTypeError(f"{text!r} is no address; give one such as https://frontpage.example")
    return url


def asked(arguments: list[str]) -> argparse.Namespace:
    """What the command line asks for, within bounds: nobody shall bring a service down with this."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", type=address)
    parser.add_argument("readers", nargs="*", default=[f"newcomer-{n}" for n in range(N_NEWCOMERS)])
    parser.add_argument("--per-second", type=int, default=20, help=f"requests, {MOST_PER_SECOND} at most")
    parser.add_argument("--seconds", type=int, default=60, help=f"{LONGEST_SECONDS} at most")
    parser.add_argument("--until", type=Path, help="stop before that, once this file is there")
    parser.add_argument("--most-p99-ms", type=float, default=float("inf"), help="99 of 100 answers come within it")
    given = parser.parse_args(arguments)
    if not (0 < given.per_second <= MOST_PER_SECOND and 0 < given.seconds <= LONGEST_SECONDS):
        parser.error(f"1 to {MOST_PER_SECOND} requests a second for 1 to {LONGEST_SECONDS} seconds")
    return given


def main(arguments: list[str]) -> int:
    """Say the figures, and what is wrong with them."""
    given = asked(arguments)
    found = load(given)
    sys.stdout.write(f"{json.dumps(found)}\n")
    if found["failed"]:
        sys.stderr.write(f"{found['failed']} of {found['requests']} requests failed\n")
        return RED
    if float(str(found["p99_ms"])) > given.most_p99_ms:
        sys.stderr.write(f"99 of 100 answers came within {found['p99_ms']} ms, and {given.most_p99_ms:g} is the most\n")
        return RED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
