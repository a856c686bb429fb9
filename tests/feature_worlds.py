"""Small newsrooms for the feature tests: made by hand, or random from a seed, and put into PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.history import ARTICLE_COLUMNS, READ_COLUMNS, READER_COLUMNS, History
from frontpage.store.connect import Connection, transaction
from frontpage.store.copying.copy import copy_frame

T0 = datetime(2026, 3, 2, tzinfo=UTC)
TIMES = {c.PUBLISHED_AT, c.FIRST_SEEN_AT, c.RECORDED_AT, c.OCCURRED_AT, c.SIGNED_UP_AT}


def hours(n: float) -> datetime:
    """T0 plus so many hours."""
    return T0 + timedelta(hours=n)


def article(article_id: str, at: float = 0, **fields: Any) -> dict[str, Any]:
    """An article first seen, published and recorded `at` hours after T0."""
    row = dict.fromkeys(ARTICLE_COLUMNS) | {c.ARTICLE_ID: article_id, c.STATUS: "live"}
    row |= {c.URL: f"https://news.example/{article_id}", c.TITLE: f"Title of {article_id}"}
    row |= dict.fromkeys((c.PUBLISHED_AT, c.FIRST_SEEN_AT, c.RECORDED_AT), hours(at))
    return row | fields


def read(reader: int, article_id: str, at: float, **fields: Any) -> dict[str, Any]:
    """A plain read, recorded when it happened."""
    row = dict.fromkeys(READ_COLUMNS) | {c.READER_KEY: reader, c.ARTICLE_ID: article_id, c.KIND: "read"}
    row |= {c.EVENT_ID: f"{reader}-{article_id}-{at:08.3f}", c.DWELL_SECONDS: float("nan")}
    return row | dict.fromkeys((c.OCCURRED_AT, c.RECORDED_AT), hours(at)) | fields


def reader(reader_key: int, at: float = 0, **fields: Any) -> dict[str, Any]:
    """A reader who signed up `at` hours after T0."""
    row = dict.fromkeys(READER_COLUMNS) | {c.READER_KEY: reader_key}
    return row | dict.fromkeys((c.SIGNED_UP_AT, c.RECORDED_AT), hours(at)) | fields


def history(as_of: float, articles: list[Any], reads: list[Any], readers: list[Any] | None = None) -> History:
    """A history of rows made by the functions above; of several versions of one key the last recorded is the newest."""
    events = frame(READ_COLUMNS, reads).sort_values([c.OCCURRED_AT, c.EVENT_ID]).reset_index(drop=True)
    known, older = _versions(frame(ARTICLE_COLUMNS, articles), c.ARTICLE_ID)
    who, who_older = _versions(frame(READER_COLUMNS, readers or []), c.READER_KEY)
    return History(hours(as_of), known, events, who, older, who_older)


def _versions(rows: pd.DataFrame, key: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The newest row of each key, and those that it replaced; both in order of key and recorded_at."""
    ordered = rows.sort_values([key, c.RECORDED_AT], kind="stable").reset_index(drop=True)
    is_older = ordered.duplicated(key, keep="last")
    return ordered[~is_older].reset_index(drop=True), ordered[is_older].reset_index(drop=True)


def frame(columns: tuple[str, ...], rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as the frame that `load_history` would give."""
    made = pd.DataFrame(rows, columns=list(columns)).astype(object)
    made = made.where(made.notna(), None)
    for name in TIMES & set(columns):
        made[name] = pd.to_datetime(made[name], utc=True).astype("datetime64[us, UTC]")
    types = {c.READER_KEY: np.int64, c.DWELL_SECONDS: np.float64}
    return made.astype({name: kind for name, kind in types.items() if name in columns})


def random_history(seed: int, n_articles: int = 60, n_readers: int = 40, n_reads: int = 800, days: int = 6) -> History:
    """A random newsroom over `days` days from T0.

    With late reads, missing labels and reading times, articles that are corrected, retracted or marked as duplicates
    later, and readers who are recorded late or change their region and interests.
    """
    draw = np.random.default_rng(seed)
    span = 24.0 * days
    births = draw.uniform(0, span, n_articles)
    articles = [
        article(f"a{i:03d}", at, category=_pick(draw, "sport", "science", "city"), publisher=_pick(draw, "p", "q"),
                language=_pick(draw, "en", "de"))
        for i, at in enumerate(births)
    ]  # fmt: skip
    articles += [_corrected(draw, articles, i, span) for i in range(0, n_articles, 3)]
    reads = []
    for _ in range(n_reads):
        i = int(draw.integers(n_articles))
        at = round(float(draw.uniform(births[i], span)), 3)
        late = float(draw.choice([0.0, 0.0, 0.0, 5.0, 30.0]))
        dwell = float(draw.choice([float("nan"), 3.0, 60.0, 400.0]))
        audiences = {c.REGION: _pick(draw, "north", "south"), c.DEVICE: _pick(draw, "mobile", "desktop"),
                     c.REFERRER: _pick(draw, "search", "social")}  # fmt: skip
        reads.append(
            read(int(draw.integers(1, n_readers + 1)), f"a{i:03d}", at, dwell_seconds=dwell, **audiences,
                 kind=str(draw.choice(["read", "read", "like"])), recorded_at=hours(at + late))
        )  # fmt: skip
    unique = {row[c.EVENT_ID]: row for row in reads}
    readers = [
        reader(key, at, region=_pick(draw, "north", "east"), interests=_interests(draw))
        for key in range(1, n_readers // 2)
        for at in (0.0 if key % 4 else float(draw.uniform(0, span)), float(draw.uniform(0, span)))[: 1 + key % 2]
    ]
    return history(span, articles, list(unique.values()), readers)


def put(connection: Connection, world: History) -> None:
    """Load a history's rows (whatever their recorded_at) into the canonical tables."""
    articles = _all(world.articles, world.older_articles).assign(content_hash="h", source="s", extract_id=0)
    readers = _all(world.readers, world.older_readers).assign(source="s", extract_id=0)
    reads = world.reads.assign(source="s", extract_id=0)
    known = pd.concat([frame[[c.READER_KEY, c.RECORDED_AT]] for frame in (readers, reads) if len(frame)])
    known = known.groupby(c.READER_KEY, as_index=False)[c.RECORDED_AT].min()
    known[c.READER_ID] = [f"reader {key}" for key in known[c.READER_KEY]]
    with transaction(connection):
        copy_frame(connection, "article_version", articles.assign(canonical_url=articles[c.URL]))
        copy_frame(connection, "reader", known)
        copy_frame(connection, "reader_version", readers)
        copy_frame(connection, "read_event", reads)


def _corrected(draw: np.random.Generator, articles: list[dict[str, Any]], i: int, span: float) -> dict[str, Any]:
    """A later version of article `i`: another category, retracted, or found to repeat an earlier article."""
    was = articles[i]
    age_hours = float((hours(span) - was[c.RECORDED_AT]) / timedelta(hours=1))
    earlier = [row[c.ARTICLE_ID] for row in articles if row[c.RECORDED_AT] < was[c.RECORDED_AT]]
    changes: dict[str, Any] = {c.CATEGORY: _pick(draw, "sport", "culture"), c.PUBLISHER: "r"}
    if i % 2 and earlier:
        changes = {c.DUPLICATE_OF: str(draw.choice(earlier)), c.DUPLICATE_KIND: "content"}
    elif i % 4 == 0:
        changes |= {c.STATUS: "retracted"}
    return was | changes | {c.RECORDED_AT: was[c.RECORDED_AT] + timedelta(hours=float(draw.uniform(0, age_hours)))}


def _interests(draw: np.random.Generator) -> tuple[str, ...] | None:
    return (None, ("sport",), ("city", "chess"))[int(draw.integers(3))]


def _all(newest: pd.DataFrame, older: pd.DataFrame | None) -> pd.DataFrame:
    return newest if older is None or older.empty else pd.concat([newest, older], ignore_index=True)


def _pick(draw: np.random.Generator, *names: str) -> str | None:
    return draw.choice([*names, None])
