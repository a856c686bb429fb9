"""`make proof-digest`: 15,000 digests through a real SMTP server, undisturbed and through three `kill -9`."""

import os
import resource
import signal
import smtplib
import socket
import subprocess
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import numpy as np
import pandas as pd

from bench import record
from frontpage.store import migrate, server
from frontpage.store.connect import Connection, connect, execute
from frontpage.store.copying.copy import copy_rows
from frontpage.store.lists import runs
from frontpage.store.lists.runs import LIST_COLUMNS

N_READERS = 15_000
N_ARTICLES = 400
N_KILLS = 3
N_REFERENCE = 3_000
SEED = 1
#: Late morning in São Paulo, evening in Nairobi, seven in Los Angeles: everybody's edition is due.
TEN = datetime(2026, 11, 2, 15, tzinfo=UTC)
HOMES = (
    ("latin-america", "America/Bogota"),
    ("latin-america", "America/Sao_Paulo"),
    ("africa", "Africa/Nairobi"),
    ("north-america", "America/Los_Angeles"),
)
DOMAINS = ("readers.example", "post.example", "mail.example")
REASONS = '[{"code": "much_read", "args": {"hours": 1}, "contribution": 0.5}]'


@dataclass(frozen=True)
class Sink:
    """A mail server that keeps what it gets."""

    folder: Path
    port: int

    @property
    def n_mails(self) -> int:
        """How many it has taken so far."""
        return sum(1 for _ in self.folder.glob("*.eml"))

    def mails(self) -> list[bytes]:
        """All of them."""
        return [path.read_bytes() for path in self.folder.glob("*.eml")]


@dataclass(frozen=True)
class Bench:
    """A database with readers."""

    connection: Connection
    url: str
    home: Path

    def publish(self, day: int) -> str:
        """Ten articles of that day for each reader; the run's checksum."""
        rng = np.random.default_rng([SEED, day])
        as_of = TEN + timedelta(days=day)
        run_id = runs.begin_run(self.connection, as_of, "champion", "proof")
        rows = [
            (reader_key, rank, f"d{day}-{article}", 1 / rank, "popular", REASONS)
            for reader_key in range(N_READERS)
            for rank, article in enumerate(rng.choice(N_ARTICLES, 10, replace=False), 1)
        ]
        runs.write_lists(self.connection, run_id, pd.DataFrame(rows, columns=list(LIST_COLUMNS)))
        checksum = runs.finish_run(self.connection, run_id)
        runs.set_state(self.connection, run_id, "passed")
        runs.publish(self.connection, runs.newest_attempt(self.connection, as_of, "champion", "passed"))
        return checksum

    def digest(self, day: int, sink: Sink) -> "subprocess.Popen[bytes]":
        """`frontpage digest` under way."""
        environ = {
            **os.environ,
            "FRONTPAGE_HOME": str(self.home),
            "FRONTPAGE_DATABASE_URL": self.url,
            "FRONTPAGE_SMTP_URL": f"smtp://127.0.0.1:{sink.port}",
        }
        command = [record.FRONTPAGE, "digest", "--as-of", (TEN + timedelta(days=day)).isoformat()]
        return subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)


def main() -> None:
    """Measure and write docs/measurements/digest.json."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="frontpage-proof-")))
        home.chmod(0o755)
        running = server.up(home / "db")
        stack.callback(server.down, home / "db")
        migrate.upgrade(running.url("frontpage"))
        connection = stack.enter_context(connect(running.url("frontpage")))
        fill(connection)
        bench = Bench(connection, running.url("frontpage"), home)
        checksums = [bench.publish(day) for day in (0, 1)]
        figures = {
            "undisturbed": undisturbed(bench, start_sink(stack, home / "calm")),
            "three_kills": three_kills(bench, start_sink(stack, home / "stormy")),
        }
    print(record.write("digest", figures, " ".join(checksums), "make proof-digest"))  # noqa: T201 - a command


def undisturbed(bench: Bench, sink: Sink) -> dict[str, float]:
    """Everybody's mail in one go, and what the same mails cost without database and rendering."""
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    end_well(bench.digest(0, sink))
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    mails = sink.mails()
    assert len(readers_of(mails)) == len(mails) == N_READERS
    return {
        "mails": len(mails),
        "seconds": round(seconds, 1),
        "mails_per_second": round(len(mails) / seconds),
        "processor_ms_per_mail": round(1000 * processor_seconds / len(mails), 1),
        "bare_smtp_mails_per_second": round(bare_rate(mails[:N_REFERENCE], sink.port)),
        "mean_mail_kb": round(sum(map(len, mails)) / len(mails) / 1000, 1),
    }


def three_kills(bench: Bench, sink: Sink) -> dict[str, float]:
    """The same with the process killed at a quarter, a half and three quarters."""
    for kill in range(1, N_KILLS + 1):
        process = bench.digest(1, sink)
        while sink.n_mails < kill * N_READERS // (N_KILLS + 1):
            assert process.poll() is None, "the digest ended before it was killed"
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
    end_well(bench.digest(1, sink))
    mails = sink.mails()
    per_reader = readers_of(mails)
    return {
        "readers": N_READERS,
        "kills": N_KILLS,
        "mails_taken": len(mails),
        "readers_without_a_mail": N_READERS - len(per_reader),
        "doubles": len(mails) - len(per_reader),
        "doubles_that_differ_in_a_byte": len(set(mails)) - len(per_reader),
    }


def fill(connection: Connection) -> None:
    """Readers who want the digest, all over three continents, and two days of articles."""
    at = TEN - timedelta(days=30)
    keys = range(N_READERS)
    copy_rows(connection, "reader", ["reader_key", "reader_id", "recorded_at"], ((k, f"r{k}", at) for k in keys))
    versions = ((k, at, *HOMES[k % len(HOMES)], "proof", 0) for k in keys)
    columns = ["reader_key", "recorded_at", "region", "timezone", "source", "extract_id"]
    copy_rows(connection, "reader_version", columns, versions)
    contacts = ((k, f"r{k}@{DOMAINS[k % len(DOMAINS)]}", True, at) for k in keys)
    copy_rows(connection, "reader_contact", ["reader_key", "email", "digest_opt_in", "recorded_at"], contacts)
    execute(connection, _ARTICLES, {"n": N_ARTICLES, "at": TEN - timedelta(hours=3)})
    execute(connection, "analyze")


def start_sink(stack: ExitStack, folder: Path) -> Sink:
    """`frontpage mail-sink` as a process of its own."""
    port = free_port()
    command = [record.FRONTPAGE, "mail-sink", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(process.terminate)
    while socket.socket().connect_ex(("127.0.0.1", port)):
        time.sleep(0.1)
    return Sink(folder, port)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def bare_rate(mails: list[bytes], port: int) -> float:
    """Mails per second of a loop that only talks SMTP."""
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as client:
        for mail in mails:
            client.sendmail("a@x.example", ["b@y.example"], mail)
    return len(mails) / (time.perf_counter() - started)


def readers_of(mails: list[bytes]) -> Counter[str]:
    """Mails by recipient."""
    return Counter(str(message_from_bytes(mail)["To"]) for mail in mails)


def end_well(process: "subprocess.Popen[bytes]") -> None:
    """Wait until the command has ended without an error."""
    assert process.wait() == 0, "the digest failed; its last line says why"


_ARTICLES = """insert into article_version
(article_id, recorded_at, url, canonical_url, title, summary, category, publisher, language, published_at,
 first_seen_at, content_hash, source, extract_id)
select 'd' || day || '-' || n, at, url, url, 'Article ' || n || ' of day ' || day || ' has a title of some length',
       'A summary that says in a sentence or two what the reader will find behind the link.', 'science', 'The Example',
       'en', at, at, url, 'proof', 0
from generate_series(0, 1) day, generate_series(0, %(n)s - 1) n,
     lateral (select %(at)s::timestamptz + day * interval '1 day' as at) moment,
     lateral (select 'https://news.example/' || day || '/' || n as url) address"""


if __name__ == "__main__":
    main()
