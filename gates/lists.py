"""1,000 lists by popularity, on a made-up newsroom: by our pipeline with rules and reasons, and by NumPy alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.history import ARTICLE_COLUMNS, READ_COLUMNS, READER_COLUMNS, History
from frontpage.core.lists import LIST_LENGTH
from frontpage.core.params import Params
from frontpage.features.interactions import interaction_dataset
from models.assembly import pipeline_of
from models.context import scoring_context
from models.inputs import article_inputs
from models.variants import POPULARITY

if TYPE_CHECKING:
    from gates.work import Work

N_LISTS = 1_000
_ARTICLES, _READS, _HOURS, _HALF_LIFE_HOURS = 3_000, 20_000, 48, 2.0
_NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def made_of() -> dict[str, Work]:
    """Ours: candidates, ranking, rules, reasons and rows to be written. The reference: the ten best unread of each."""
    params, history = Params(), _newsroom()
    at = scoring_context(interaction_dataset(history), _NOW, params)
    rows, nothing = np.arange(N_LISTS, dtype=np.int64), np.zeros((len(at.dataset.published), 0), dtype=np.float32)
    assert len(at.readers) == N_LISTS
    pipeline = pipeline_of(params, POPULARITY)
    reads = history.reads
    article = pd.Index(history.articles[c.ARTICLE_ID]).get_indexer(reads[c.ARTICLE_ID])
    age_hours = (_NOW - reads[c.OCCURRED_AT]).dt.total_seconds().to_numpy() / 3_600

    def plain() -> None:
        counts = np.bincount(article, 0.5 ** (age_hours / _HALF_LIFE_HOURS), _ARTICLES)
        scores = np.tile(counts, (N_LISTS, 1))
        scores[reads[c.READER_KEY], article] = -1.0
        best = np.argpartition(-scores, LIST_LENGTH, axis=1)[:, :LIST_LENGTH]
        np.take_along_axis(best, np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1), axis=1)

    return {"ours": lambda: pipeline.lists(article_inputs(at, params, nothing), rows), "reference": plain}


def _newsroom() -> History:
    random = np.random.default_rng(1)
    names = np.array([f"a{number:05d}" for number in range(_ARTICLES)])
    came_out = _ago(random.uniform(1, _HOURS, _ARTICLES))
    articles = {
        c.ARTICLE_ID: names, c.TITLE: names, c.URL: np.char.add("https://news.example/", names), c.STATUS: "live",
        c.CATEGORY: random.choice(["sport", "money", "culture"], _ARTICLES), c.PUBLISHER: "The Example",
        c.PUBLISHED_AT: came_out, c.FIRST_SEEN_AT: came_out, c.RECORDED_AT: came_out,
    }  # fmt: skip
    happened = _ago(np.sort(random.uniform(0, _HOURS, _READS))[::-1])
    reads = {
        c.EVENT_ID: [f"e{number:06d}" for number in range(_READS)], c.KIND: "read",
        c.READER_KEY: random.integers(0, N_LISTS, _READS), c.OCCURRED_AT: happened, c.RECORDED_AT: happened,
        c.ARTICLE_ID: names[(_ARTICLES * random.random(_READS) ** 2).astype(np.int64)], c.REGION: "south",
    }  # fmt: skip
    signed_up = _ago(np.full(N_LISTS, float(_HOURS)))
    readers = {c.READER_KEY: np.arange(N_LISTS), c.SIGNED_UP_AT: signed_up, c.RECORDED_AT: signed_up}
    return History(
        _NOW, _frame(articles, ARTICLE_COLUMNS), _frame(reads, READ_COLUMNS), _frame(readers, READER_COLUMNS)
    )


def _ago(hours: Any) -> Any:
    return pd.Timestamp(_NOW) - pd.to_timedelta(hours, unit="h")


def _frame(given: dict[str, Any], columns: tuple[str, ...]) -> pd.DataFrame:
    """The columns of a history; what is not given is not known: NaN for numbers, None for text."""
    frame = pd.DataFrame(given)
    unknown = {name: np.nan if name == c.DWELL_SECONDS else None for name in columns if name not in given}
    return frame.assign(**unknown)[list(columns)]
