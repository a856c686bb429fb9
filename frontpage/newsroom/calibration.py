"""How lifelike a world is: ages of what is read, freshness of lists, and what collaborative filtering alone is worth.

Protocol of all numbers: ten recommendations for each reader who reads in the window, unsampled, reads from the
list's making until the next one, articles the reader has read before left out of the list and of the truth.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import orjson

from frontpage.core import columns as c
from frontpage.core.schema.canonical import Kind

HOURS_A_DAY = 24
_LENGTH = 10
#: Popular articles looked at for a reader who has read some of them already.
_DEPTH = 80


@dataclass(frozen=True, slots=True)
class Log:
    """First reads in order of time (hours since the epoch), reader and article as numbers; when articles were seen."""

    reader: np.ndarray
    article: np.ndarray
    occurred: np.ndarray
    seen: np.ndarray

    @property
    def age_hours(self) -> np.ndarray:
        """Age of the article at each read."""
        age: np.ndarray = self.occurred - self.seen[self.article]
        return age


def load_log(folder: Path) -> Log:
    """The reads (kind `read`, a reader's first of an article) in canonical JSON lines under `folder`."""
    articles = {row[c.ARTICLE_ID]: row[c.FIRST_SEEN_AT] for row in _rows(folder, Kind.ARTICLES)}
    reads = [row for row in _rows(folder, Kind.READS) if row[c.KIND] == "read" and row[c.ARTICLE_ID] in articles]
    numbers = {name: number for number, name in enumerate(articles)}
    reader = np.unique([row[c.READER_ID] for row in reads], return_inverse=True)[1]
    article = np.array([numbers[row[c.ARTICLE_ID]] for row in reads])
    occurred = _hours([row[c.OCCURRED_AT] for row in reads])
    order = np.argsort(occurred, kind="stable")
    _, first = np.unique(reader[order] * np.int64(len(articles)) + article[order], return_index=True)
    order = order[np.sort(first)]
    return Log(reader[order], article[order], occurred[order], _hours(list(articles.values())))


def _rows(folder: Path, kind: Kind) -> list[dict]:  # type: ignore[type-arg]
    files = sorted((folder / kind.value).glob("*.jsonl"))
    return [orjson.loads(line) for file in files for line in file.read_bytes().splitlines()]


def _hours(times: list[str]) -> np.ndarray:
    stamps = np.array([time.rstrip("Z") for time in times], dtype="datetime64[ms]")
    return stamps.astype(np.int64) / 3_600_000


def age_shares(log: Log, days: tuple[float, ...] = (1, 2, 7)) -> list[float]:
    """Share of reads on articles younger than each of `days`."""
    return [float(np.mean(log.age_hours < HOURS_A_DAY * limit)) for limit in days]


def popularity(log: Log, at: float, half_life_hours: float) -> np.ndarray:
    """Reads of each article before `at`, decayed [article]."""
    before = np.searchsorted(log.occurred, at)
    recent = slice(np.searchsorted(log.occurred, at - 20 * half_life_hours), before)
    weights = 2.0 ** ((log.occurred[recent] - at) / half_life_hours)
    return np.bincount(log.article[recent], weights=weights, minlength=len(log.seen))


def popularity_ndcg(log: Log, begin: float, end: float, every: float, half_life_hours: float) -> float:
    """Mean nDCG@10 of the most popular ten made anew each `every` hours from `begin` until `end` [reader, list]."""
    scores = []
    for at in np.arange(begin, end, every):
        best = np.argsort(-popularity(log, at, half_life_hours), kind="stable")[:_DEPTH]
        scores += [ndcg(_unread(best, seen), truth) for seen, truth in _windows(log, at, at + every).values()]
    return float(np.mean(scores))


def als_ndcg(log: Log, at: float, hours: float, max_age_hours: float = 72.0, seed: int = 1) -> float:
    """Mean nDCG@10 over the next `hours` of implicit's ALS on all reads before `at`, listing young articles only."""
    from implicit.cpu.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix
    from threadpoolctl import threadpool_limits

    before = slice(0, np.searchsorted(log.occurred, at))
    shape = (int(log.reader.max()) + 1, len(log.seen))
    ones = np.ones(before.stop, dtype=np.float32)
    matrix = csr_matrix((ones, (log.reader[before], log.article[before])), shape=shape)
    # Its own threads work best on a single-threaded BLAS.
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(factors=32, iterations=10, alpha=20.0, random_state=seed, num_threads=2)
        model.fit(matrix, show_progress=False)
    young = np.flatnonzero((log.seen <= at) & (log.seen > at - max_age_hours))
    scores = []
    for reader, (seen, truth) in _windows(log, at, at + hours).items():
        if seen:
            order = young[np.argsort(-(model.item_factors[young] @ model.user_factors[reader]), kind="stable")[:_DEPTH]]
            scores.append(ndcg(_unread(order, seen), truth))
    return float(np.mean(scores))


def ndcg(ranked: list[int], truth: set[int]) -> float:
    """nDCG@10 with binary relevance (Järvelin and Kekäläinen 2002)."""
    gains = 1 / np.log2(np.arange(2, _LENGTH + 2))
    found = sum(gain for gain, article in zip(gains, ranked[:_LENGTH], strict=False) if article in truth)
    return float(found / gains[: len(truth)].sum())


def _unread(ranked: np.ndarray, seen: set[int]) -> list[int]:
    return [article for article in ranked.tolist() if article not in seen][:_LENGTH]


def _windows(log: Log, begin: float, end: float) -> dict[int, tuple[set[int], set[int]]]:
    """For each reader who reads from `begin` until `end`: (articles read before, articles read then)."""
    first, last = np.searchsorted(log.occurred, [begin, end])
    then: dict[int, tuple[set[int], set[int]]] = {}
    for reader, article in zip(log.reader[first:last].tolist(), log.article[first:last].tolist(), strict=True):
        then.setdefault(reader, (set(), set()))[1].add(article)
    is_here = np.zeros(int(log.reader.max()) + 1, dtype=bool)
    is_here[list(then)] = True
    before = np.flatnonzero(is_here[log.reader[:first]])
    for reader, article in zip(log.reader[before].tolist(), log.article[before].tolist(), strict=True):
        then[reader][0].add(article)
    return then
