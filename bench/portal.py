"""A generated click log in the form of the globo data set: hourly files of the clicks of a news portal.

    python -m bench.portal --readers 300000 --articles 46000 --clicks 3000000 --days 16 --seed 1 --out DIR [--report]

It stands in for a real portal's log where that cannot be had: for tuning, for the replay of a week, for tests of speed.
`--report` prints what the log is like, by the protocol of `frontpage/newsroom/calibration.py`; without `--out` (`make
proof-portal`) that is measured for the docs.
"""

import argparse
import json
import resource
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv
from tqdm import tqdm

from bench import portal_world as world
from bench import record
from bench.portal_world import HOURS_A_DAY, STEP_HOURS, Newsstand, Readers, Sessions
from frontpage.newsroom.calibration import Log, age_shares, popularity_ndcg

COLUMNS = (
    "user_id", "session_id", "session_start", "session_size", "click_article_id", "click_timestamp",
    "click_environment", "click_deviceGroup", "click_os", "click_country", "click_region", "click_referrer_type",
)  # fmt: skip
#: 1 October 2017, 00:00 UTC, a Sunday.
START_MS, WEEKDAY = 1_506_816_000_000, 6
HOUR_MS = 3_600_000
#: The last click of a session is always recorded so long after the one before it, as in the real log.
LAST_GAP_MS = 30_000
#: The hour whose file is empty: nothing was recorded.
SILENT_HOUR = 35
SEEDS = (1, 2)
OS_OF_DEVICE = np.array([17, 20, 5, 12, 2])


@dataclass(frozen=True, slots=True)
class Size:
    """How large a log is made; by default like the published one."""

    n_readers: int = 300_000
    n_articles: int = 46_000
    n_clicks: int = 3_000_000
    n_days: int = 16
    seed: int = 1


def generate(size: Size) -> Iterator[tuple[int, pa.Table]]:
    """(hour, its clicks in the published columns) from the first hour to the last; always the same for a size.

    About as many clicks, readers and articles as asked for; a session's clicks stand in the hour of its start.
    """
    rng = np.random.default_rng(size.seed)
    articles, promotions = world.make_news(rng, size.n_articles, size.n_days, WEEKDAY)
    readers = world.make_readers(rng, size.n_readers)
    sessions = world.make_sessions(rng, readers, size.n_clicks, size.n_days, WEEKDAY)
    names = rng.permutation(8 * size.n_articles)[: size.n_articles]
    stand = Newsstand(articles, promotions, readers)
    for hour in range(size.n_days * HOURS_A_DAY):
        session, article = _hour(rng, stand, sessions, hour)
        yield hour, _table(rng, readers, sessions, session, names[article])


def _hour(rng: np.random.Generator, stand: Newsstand, sessions: Sessions, hour: int) -> tuple[np.ndarray, np.ndarray]:
    """(session, article) of the clicks of an hour, step by step."""
    edges = np.searchsorted(sessions.start, hour + np.arange(0, 1 + STEP_HOURS / 2, STEP_HOURS))
    if hour == SILENT_HOUR:
        edges = edges[:0]
    steps = [slice(first, last) for first, last in pairwise(edges) if last > first]
    parts = [stand.clicks(rng, sessions, rows) for rows in steps]
    empty = np.empty(0, dtype=np.int64)
    session, article = zip(*parts, strict=True) if parts else ((empty,), (empty,))
    return np.concatenate(session), np.concatenate(article)


def _table(
    rng: np.random.Generator, readers: Readers, sessions: Sessions, session: np.ndarray, article: np.ndarray
) -> pa.Table:
    started = START_MS + (sessions.start[session] * HOUR_MS).astype(np.int64) // 1000 * 1000
    reader = sessions.reader[session]
    device = readers.device[reader]
    columns = (
        reader, started * 1000 + session % 1_000_000, started, _sizes(session), article,
        started + _offsets_ms(rng, session), np.where(reader % 40 == 0, 2, 4), device + 1, OS_OF_DEVICE[device],
        np.where(reader % 50 == 0, 2 + reader % 10, 1), readers.region[reader], sessions.referrer[session] + 1,
    )  # fmt: skip
    return pa.table(dict(zip(COLUMNS, columns, strict=True)))


def _sizes(session: np.ndarray) -> np.ndarray:
    _, which, count = np.unique(session, return_inverse=True, return_counts=True)
    return np.asarray(count[which])


def _offsets_ms(rng: np.random.Generator, session: np.ndarray) -> np.ndarray:
    """From a session's start to each of its clicks; the last comes LAST_GAP_MS after the one before it."""
    n = len(session)
    is_first = np.concatenate([[True], session[1:] != session[:-1]])[:n]
    is_last = np.concatenate([session[1:] != session[:-1], [True]])[-n:] if n else is_first
    gaps = (1000 * np.exp(np.where(is_first, 3.2, 4.3) + 0.9 * rng.standard_normal(n))).astype(np.int64) + 1
    total = np.cumsum(np.where(is_last, LAST_GAP_MS, gaps))
    begin = np.maximum.accumulate(np.where(is_first, np.arange(n), 0))
    return np.asarray(total - (total - gaps)[begin])


def write(size: Size, out: Path) -> int:
    """Number of clicks written to `out/clicks_hour_NNN.csv`; the silent hour's file has no bytes at all."""
    out.mkdir(parents=True, exist_ok=True)
    options = csv.WriteOptions(include_header=False)
    n_clicks = 0
    for hour, table in tqdm(generate(size), total=size.n_days * HOURS_A_DAY, desc="hours", disable=None):
        with (out / f"clicks_hour_{hour:03d}.csv").open("wb") as file:
            if len(table):
                file.write((",".join(COLUMNS) + "\n").encode())
                csv.write_csv(table, file, options)
        n_clicks += len(table)
    return n_clicks


def read_log(folder: Path) -> Log:
    """The clicks of the files in `folder` as a log of first reads; an article is first seen at its first click."""
    files = [path for path in sorted(folder.glob("clicks_hour_*.csv")) if path.stat().st_size]
    return _log(pa.concat_tables([csv.read_csv(path) for path in files]))


def _log(table: pa.Table) -> Log:
    reader, article = (np.unique(table[name], return_inverse=True)[1] for name in (COLUMNS[0], COLUMNS[4]))
    occurred = table["click_timestamp"].to_numpy() / HOUR_MS
    order = np.argsort(occurred, kind="stable")
    _, first = np.unique(reader[order] * np.int64(article.max() + 1) + article[order], return_index=True)
    order = order[np.sort(first)]
    seen = np.full(article.max() + 1, np.inf)
    np.minimum.at(seen, article, occurred)
    return Log(reader[order], article[order], occurred[order], seen)


def report(log: Log, days: tuple[int, ...]) -> dict[str, float]:
    """What the log is like: counts, ages of what is read, and nDCG@10 of simple lists on each of `days` (from 1)."""
    counts = np.sort(np.bincount(log.article))[::-1]
    figures: dict[str, float] = {"readers": len(np.unique(log.reader)), "articles": len(log.seen)}
    young = zip((1, 2, 7), age_shares(log, (1, 2, 7)), strict=True)
    figures |= {f"clicks_younger_than_{age}_d": share for age, share in young}
    figures["clicks_on_top_1_percent"] = float(counts[: len(counts) // 100].sum() / counts.sum())
    for day in days:
        begin = START_MS / HOUR_MS + (day - 1) * HOURS_A_DAY
        figures |= {f"day_{day}_{name}": value for name, value in _day(log, begin).items()}
    return {name: round(value, 3) for name, value in figures.items()}


def _day(log: Log, begin: float) -> dict[str, float]:
    end = begin + HOURS_A_DAY
    on = slice(*np.searchsorted(log.occurred, [begin, end]))
    figures = {"clicks_on_articles_of_the_day": float(np.mean(log.seen[log.article[on]] >= begin))}
    for half_life in (0.1, 1.0, 6.0):
        figures[f"ndcg_hourly_{half_life}h"] = popularity_ndcg(log, begin, end, 1, half_life)
    return figures | {"ndcg_midnight_1h": popularity_ndcg(log, begin, end, HOURS_A_DAY, 1.0)}


def look_at(size: Size, folder: Path) -> dict[str, float]:
    """The report of a log of `size` in `folder`, on a day two thirds through and on the last."""
    return report(read_log(folder), (max(1, 2 * size.n_days // 3), size.n_days))


def prove() -> Path:
    """docs/measurements/portal.json: how close the log of the default size comes to a real one, over two seeds."""
    figures, hashes = {}, []
    for seed in SEEDS:
        size = Size(seed=seed)
        with tempfile.TemporaryDirectory() as folder:
            started = time.monotonic()
            cost = {"clicks": write(size, Path(folder)), "seconds_to_write": round(time.monotonic() - started)}
            hashes.append(record.hash_of(Path(folder), "*.csv"))
            figures[f"seed_{seed}"] = cost | _import_cost(Path(folder)) | look_at(size, Path(folder))
    return record.write("portal", figures, " ".join(hashes), "make proof-portal")


def _import_cost(folder: Path) -> dict[str, int]:
    """Seconds and megabytes of `frontpage import globo`, in a process of its own."""
    started = time.monotonic()
    command = record.FRONTPAGE
    subprocess.run(
        [command, "import", "globo", folder, "--out", folder / "files"], check=True, stdout=subprocess.DEVNULL
    )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return {"seconds_to_import": round(time.monotonic() - started), "megabytes_to_import": peak}


def main() -> None:
    """Write the log and, if asked, say what it is like; without --out, measure it for the docs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in asdict(Size()).items():
        parser.add_argument(f"--{name.removeprefix('n_')}", dest=name, type=int, default=default)
    parser.add_argument("--out", type=Path, help="folder of the log; without it docs/measurements/portal.json is made")
    parser.add_argument("--report", action="store_true", help="print what the log is like; takes half a minute")
    arguments = vars(parser.parse_args())
    out, is_reported = arguments.pop("out"), arguments.pop("report")
    if out is None:
        print(prove())  # noqa: T201 - a command
        return
    print(f"{write(Size(**arguments), out)} clicks in {out}")  # noqa: T201 - a command
    if is_reported:
        print(json.dumps(look_at(Size(**arguments), out), indent=2))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
