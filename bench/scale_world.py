"""The world of the scale benches: any number of readers over 144,000 new articles a day, as Arrow tables of rows.

Reads come from the portal of `portal_world`, hour by hour, so no more than an hour of them is in memory. Articles have
texts whose words hang on their topic. Everything is array code and the same for the same size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench import portal_world as portal
from bench.portal_world import HOURS_A_DAY, STEP_HOURS, Newsstand
from frontpage.core import columns as c

#: A Tuesday; the world's last hour ends here.
AS_OF = datetime(2026, 3, 3, 22, tzinfo=UTC)
FULL_READERS, ARTICLES_A_DAY = 521_000, 144_000
#: Reads a day and reader, about, as on the portal: 3 million of 521,000 readers.
READS_A_DAY = 5.8
N_PUBLISHERS, N_WORDS, WORDS_OF_TOPIC = 240, 12_000, 600
TITLE_WORDS, SUMMARY_WORDS, BODY_WORDS = 9, 30, 110
_US = 1_000_000
_HOUR_US = 3_600 * _US
_ARTICLES_AT_ONCE = 24_000
_REGIONS = np.array([f"region-{n:02d}" for n in range(portal.N_REGIONS + 1)])
_DEVICES = np.array([f"device-{n}" for n in range(portal.N_DEVICES)])
_REFERRERS = np.array([f"referrer-{n}" for n in range(portal.N_REFERRERS)])
_TOPICS = np.array([f"topic-{n:02d}" for n in range(portal.N_TOPICS)])


@dataclass(frozen=True, slots=True)
class Size:
    """How large a world is. live_days: how long an article is listed, so how many inflows are live at once."""

    n_readers: int = FULL_READERS
    n_days: int = 2
    articles_a_day: int = ARTICLES_A_DAY
    live_days: int = 1
    seed: int = 1

    @property
    def name(self) -> str:
        """A name for folders."""
        return f"{self.n_readers}x{self.articles_a_day}-{self.n_days}d-{self.live_days}l-{self.seed}"


class World:
    """The rows of a size, table by table, in the columns of the database."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.start = AS_OF - timedelta(days=size.n_days)
        rng = np.random.default_rng([size.seed, 1])
        n_articles = size.articles_a_day * size.n_days
        self._articles, self._promotions = portal.make_news(rng, n_articles, size.n_days, self.start.weekday())
        self._readers = portal.make_readers(rng, size.n_readers)

    @cached_property
    def reader_keys(self) -> np.ndarray:
        """Pseudonyms: distinct, in no order that means anything."""
        n = np.arange(self.size.n_readers, dtype=np.uint64)
        return ((n * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(1)).astype(np.int64)

    def readers(self) -> pa.Table:
        """Rows of `reader`; everyone is known from before the world's first hour."""
        ids = pc.binary_join_element_wise("reader-", pc.cast(pa.array(np.arange(self.size.n_readers)), pa.string()), "")
        recorded = _times(np.full(self.size.n_readers, _us(self.start) - _HOUR_US))
        return pa.table({c.READER_KEY: self.reader_keys, c.READER_ID: ids, c.RECORDED_AT: recorded})

    def reader_versions(self) -> pa.Table:
        """Rows of `reader_version`: a region, and for a third of the readers two interests."""
        rng, n = np.random.default_rng([self.size.seed, 2]), self.size.n_readers
        signed_up = _us(self.start) - _HOUR_US - (rng.random(n) * 25 * HOURS_A_DAY * _HOUR_US).astype(np.int64)
        counts = np.where(rng.random(n) < 1 / 3, 2, 0)
        first = rng.integers(0, portal.N_TOPICS, n)
        picked = np.stack([first, (first + 1 + rng.integers(0, portal.N_TOPICS - 1, n)) % portal.N_TOPICS], axis=1)
        interests = _lists(_TOPICS[picked[counts > 0].ravel()], counts)
        return pa.table({
            c.READER_KEY: self.reader_keys, c.RECORDED_AT: _times(np.full(n, _us(self.start) - _HOUR_US)),
            c.SIGNED_UP_AT: _times(signed_up), c.REGION: _REGIONS[self._readers.region], c.INTERESTS: interests,
            **_made(n),
        })  # fmt: skip

    def articles(self) -> Iterator[pa.Table]:
        """Rows of `article_version`, each recorded as it came out."""
        for first in range(0, len(self._articles.born), _ARTICLES_AT_ONCE):
            yield self._article_rows(np.arange(first, min(first + _ARTICLES_AT_ONCE, len(self._articles.born))))

    def _article_rows(self, rows: np.ndarray) -> pa.Table:
        rng, n = np.random.default_rng([self.size.seed, 3, int(rows[0])]), len(rows)
        born = _times(_us(self.start) + (self._articles.born[rows] * _HOUR_US).astype(np.int64))
        topic, ids = self._articles.topic[rows], _ids(rows)
        texts = {
            name: _texts(rng, topic, n_words)
            for name, n_words in ((c.TITLE, TITLE_WORDS), (c.SUMMARY, SUMMARY_WORDS), (c.BODY, BODY_WORDS))
        }
        url = pc.binary_join_element_wise("https://portal.example/", ids, "")
        publisher = np.array([f"Gazette {n:03d}" for n in range(N_PUBLISHERS)])
        return pa.table({
            c.ARTICLE_ID: ids, c.RECORDED_AT: born, c.URL: url, c.CANONICAL_URL: url, **texts,
            c.LANGUAGE: pa.repeat("en", n), c.CATEGORY: _TOPICS[topic],
            c.PUBLISHER: publisher[(rng.random(n) ** 2 * N_PUBLISHERS).astype(int)],
            c.PUBLISHED_AT: born, c.FIRST_SEEN_AT: born, c.CONTENT_HASH: ids, **_made(n),
        })  # fmt: skip

    def reads(self) -> Iterator[pa.Table]:
        """Rows of `read_event`, an hour at a time; each reader comes at least once."""
        rng = np.random.default_rng([self.size.seed, 4])
        size = self.size
        n_clicks = int(READS_A_DAY * size.n_readers * size.n_days)
        weekday = self.start.weekday()
        sessions = portal.make_sessions(rng, self._readers, n_clicks, size.n_days, weekday)
        stand = Newsstand(self._articles, self._promotions, self._readers, opens_each=False)
        n_before = 0
        for hour in range(size.n_days * HOURS_A_DAY):
            edges = np.searchsorted(sessions.start, hour + np.arange(0, 1 + STEP_HOURS / 2, STEP_HOURS))
            steps = [slice(first, last) for first, last in pairwise(edges) if last > first]
            parts = [stand.clicks(rng, sessions, step) for step in steps]
            if not parts:
                continue
            session, article = (np.concatenate(column) for column in zip(*parts, strict=True))
            yield self._read_rows(rng, sessions, (session, article), n_before)
            n_before += len(session)

    def _read_rows(
        self, rng: np.random.Generator, sessions: portal.Sessions, clicks: tuple[np.ndarray, np.ndarray], first: int
    ) -> pa.Table:
        (session, article), n = clicks, len(clicks[0])
        numbers = pc.cast(pa.array(np.arange(first, first + n)), pa.string())
        reader = sessions.reader[session]
        at = _us(self.start) + (sessions.start[session] * _HOUR_US).astype(np.int64) + np.arange(n) % 60 * _US
        occurred = _times(np.minimum(at, _us(AS_OF) - _US))
        dwell = np.exp(3.6 + 0.9 * rng.standard_normal(n)).astype(np.float32)
        measured = pa.array(dwell, mask=rng.random(n) < 0.1)
        return pa.table({
            c.EVENT_ID: pc.binary_join_element_wise("e", numbers, ""),
            c.READER_KEY: self.reader_keys[reader], c.ARTICLE_ID: _ids(article), c.KIND: pa.repeat("read", n),
            c.OCCURRED_AT: occurred, c.RECORDED_AT: occurred, c.DWELL_SECONDS: measured,
            c.SURFACE: pa.repeat("web", n), c.REGION: _REGIONS[self._readers.region[reader]],
            c.DEVICE: _DEVICES[self._readers.device[reader]], c.REFERRER: _REFERRERS[sessions.referrer[session]],
            **_made(n),
        })  # fmt: skip


def _us(moment: datetime) -> int:
    return int(moment.timestamp()) * _US


def _times(at_us: np.ndarray) -> pa.Array:
    return pa.array(at_us, pa.timestamp("us", "UTC"))


def _made(n: int) -> dict[str, pa.Array]:
    return {"source": pa.repeat("bench", n), "extract_id": pa.repeat(0, n)}


def _ids(rows: np.ndarray) -> pa.Array:
    digits = pc.utf8_lpad(pc.cast(pa.array(rows), pa.string()), 8, "0")
    return pc.binary_join_element_wise("article-", digits, "")


def _lists(members: np.ndarray, counts: np.ndarray) -> pa.Array:
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, pa.array(members))


def _texts(rng: np.random.Generator, topic: np.ndarray, n_words: int) -> pa.Array:
    """Words joined by spaces: half of them common to all topics, rare ones seldom; half of them the topic's own."""
    shape = (len(topic), n_words)
    common = (rng.random(shape) ** 3 * N_WORDS).astype(np.int64)
    own = N_WORDS + topic[:, None] * WORDS_OF_TOPIC + (rng.random(shape) ** 2 * WORDS_OF_TOPIC).astype(np.int64)
    words = np.where(rng.random(shape) < 0.5, own, common)
    flat = _vocabulary()[words.ravel()]
    return pc.binary_join(_lists(flat, np.full(len(topic), n_words)), " ")


def _vocabulary() -> np.ndarray:
    """Distinct words of five letters and more."""
    letters = np.array(list("etaoinshrdlucmfwgypbvk"))
    numbers = np.arange(N_WORDS + portal.N_TOPICS * WORDS_OF_TOPIC) + 22**3
    parts = [letters[numbers // 22**place % 22] for place in range(5)]
    return np.array(["".join(word) for word in zip(*parts, strict=True)])
