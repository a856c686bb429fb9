"""Run in a pod: URL KEY PER_SECOND STOP_FILE READER...: ask for lists until the file is there; figures as JSON.

Four connections are kept open, as an application's are; a request fails where the answer is not 200.
"""

import http.client
import json
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote, urlsplit

N_CONNECTIONS, LONGEST_SECONDS, N_SHOWN = 4, 600, 5


class Client(threading.Thread):
    """One connection, asking at an even pace; `millis` of each request, and what failed, in words."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number, self.millis, self.failures = number, [], []
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        url, key, per_second, stop, *readers = sys.argv[1:]
        pause, began, n = N_CONNECTIONS / int(per_second), time.monotonic(), 0
        while not Path(stop).exists() and time.monotonic() < began + LONGEST_SECONDS:
            time.sleep(max(0.0, began + n * pause - time.monotonic()))
            self._ask(url, key, readers[(self.number + n * N_CONNECTIONS) % len(readers)])
            n += 1

    def _ask(self, url: str, key: str, reader: str) -> None:
        began = time.monotonic()
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
            path = f"/v1/readers/{quote(reader, safe='')}/recommendations"
            self._connection.request("GET", path, headers={"X-API-Key": key})
            answer = self._connection.getresponse()
            body = answer.read()
            if answer.status != http.client.OK:
                self.failures.append(f"{answer.status} {body[:80]!r}")
        except (OSError, http.client.HTTPException) as error:
            self._connection = None
            self.failures.append(f"{type(error).__name__}: {error}")
        self.millis.append(1000 * (time.monotonic() - began))


def main() -> None:
    """Start all, wait for all, say what they saw."""
    clients = [Client(number) for number in range(N_CONNECTIONS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    millis = sorted(one for client in clients for one in client.millis)
    failures = [one for client in clients for one in client.failures]
    found = {"requests": len(millis), "failed": len(failures), "failures": failures[:N_SHOWN]}
    found |= {"p50_ms": round(millis[len(millis) // 2], 1), "p99_ms": round(millis[len(millis) * 99 // 100], 1)}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
