"""Canonical files of the synthetic newsroom: rows of one slice of time, written by rename, never rewritten."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from frontpage.core import columns as c
from frontpage.core.schema.canonical import Kind
from frontpage.core.schema.reads import READ_KINDS
from frontpage.newsroom.articles import CODE_BITS, COPIED, SYNDICATED, Setting
from frontpage.newsroom.cycles import hour_start
from frontpage.newsroom.readers import NAMED
from frontpage.newsroom.tables import Stream, Table, draw, take
from frontpage.newsroom.vocabulary import Topic

_SURFACES = np.array(["home", "app", "email"], dtype=object)
_DEVICES = np.array(["mobile", "desktop", "tablet"], dtype=object)
_REFERRERS = np.array(["direct", "search", "social", "newsletter"], dtype=object)
_MILLISECONDS_AN_HOUR = 3_600_000
Row = dict[str, Any]


def slice_name(begin_minute: int, end_minute: int) -> str:
    """File stem for the minutes (since the epoch) from `begin_minute` until `end_minute`, inside one UTC hour.

    `2026-11-20T10` for a whole hour, else the minute of the end is added: `2026-11-20T10-05`, `2026-11-20T10-60`.
    """
    hour = begin_minute // 60
    stem = f"{hour_start(hour):%Y-%m-%dT%H}"
    whole = begin_minute == hour * 60 and end_minute == (hour + 1) * 60
    return stem if whole else f"{stem}-{end_minute - hour * 60:02d}"


def write_rows(out: Path, kind: Kind, name: str, rows: Iterable[bytes]) -> int:
    """The number of rows written to `out/<kind>/<name>.jsonl`; no file for no rows, and an existing file is left."""
    lines = list(rows)
    path = out / kind.value / f"{name}.jsonl"
    if lines and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.tmp")
        unfinished.write_bytes(b"\n".join(lines) + b"\n")
        unfinished.replace(path)
    return len(lines)


def encode(rows: Iterable[Row]) -> Iterator[bytes]:
    """Each row as one line of JSON, without its newline."""
    return map(orjson.dumps, rows)


def times(hours: np.ndarray) -> list[str | None]:
    """Hours since the epoch as ISO 8601 text in UTC to the millisecond; NaN is None."""
    known = np.nan_to_num(hours)
    stamps = np.floor(known * _MILLISECONDS_AN_HOUR).astype("datetime64[ms]")
    texts = np.datetime_as_string(stamps, unit="ms", timezone="UTC").tolist()
    return [text if real else None for text, real in zip(texts, ~np.isnan(hours), strict=True)]


def reader_id(number: int) -> str:
    """The id of reader number `number`; the first few have names."""
    return NAMED[number] if number < len(NAMED) else f"reader_{number:06d}"


def article_id(code: int) -> str:
    """The id of the article with integer name `code`, readable as its hour and number."""
    return f"art-{hour_start(code >> CODE_BITS):%Y%m%d%H}-{code & ((1 << CODE_BITS) - 1):04d}"


def article_rows(setting: Setting, articles: Table, hour: int) -> list[Row]:
    """Canonical rows of the articles that hour number `hour` adds, in order."""
    published = np.where(articles["dated"], articles["published"], np.nan)
    stamps = zip(times(published), times(articles["seen"]), strict=True)
    texts = _texts(setting, articles)
    recorded = times(np.maximum(articles["seen"], hour))
    rows = []
    for n, (published_at, first_seen_at) in enumerate(stamps):
        publisher = setting.parameters.publishers[int(articles["publisher"][n])]
        category = list(setting.parameters.categories)[int(articles["category"][n])]
        name = article_id(int(articles["code"][n]))
        title, summary = texts[n]
        rows.append({
            c.ARTICLE_ID: name,
            c.URL: f"https://{publisher.host}/{category}/{name}",
            c.TITLE: title,
            c.SUMMARY: summary,
            c.LANGUAGE: publisher.language,
            c.CATEGORY: category,
            c.PUBLISHER: publisher.name,
            c.PUBLISHED_AT: published_at,
            c.FIRST_SEEN_AT: first_seen_at,
            c.RECORDED_AT: recorded[n],
        })  # fmt: skip
    return _same_address(rows, articles)


def _same_address(rows: list[Row], articles: Table) -> list[Row]:
    """Every other exact copy is the same publisher's page under its address with a campaign tag."""
    for n in np.flatnonzero(articles["copy_kind"] == COPIED):
        source = rows[int(articles["copy_of"][n])]
        if n % 2 == 0:
            rows[n] = rows[n] | {c.URL: f"{source[c.URL]}?utm_source=newsletter", c.PUBLISHER: source[c.PUBLISHER]}
    return rows


def _texts(setting: Setting, articles: Table) -> list[tuple[str, str]]:
    """(title, summary) of each article; copies carry those of what they copy, syndicated ones a little changed."""
    texts: list[tuple[str, str]] = []
    for n, code in enumerate(articles["code"].tolist()):
        language = setting.parameters.publishers[int(articles["publisher"][n])].language
        copy_kind, source = int(articles["copy_kind"][n]), int(articles["copy_of"][n])
        if copy_kind == COPIED:
            texts.append(texts[source])
        elif copy_kind == SYNDICATED:
            title, summary = texts[source]
            texts.append((setting.vocabulary.update(title, language), summary))
        else:
            weekday = hour_start(code >> CODE_BITS).weekday()
            topic = _topic(setting, articles, n)
            texts.append(setting.vocabulary.compose(topic, language, weekday, draw(setting.seed, Stream.TEXT, code)))
    return texts


def _topic(setting: Setting, articles: Table, n: int) -> Topic:
    parameters = setting.parameters
    publisher = parameters.publishers[int(articles["publisher"][n])]
    places = parameters.regions[publisher.region].places
    return Topic(
        category=list(parameters.categories)[int(articles["category"][n])],
        subject=int(articles["subject"][n]),
        place=places[int(articles["place"][n]) % len(places)],
        name=int(articles["name"][n]),
        actor=int(articles["actor"][n]),
    )


def reader_rows(setting: Setting, readers: Table, first: int) -> list[Row]:
    """Canonical rows of readers, the first of whom has number `first`."""
    regions, categories = list(setting.parameters.regions.items()), np.array(list(setting.parameters.categories))
    stamps = zip(times(readers["signed_up"]), times(readers["known"]), strict=True)
    rows = []
    for n, (signed_up_at, recorded_at) in enumerate(stamps):
        region, details = regions[int(readers["region"][n])]
        name = reader_id(first + n)
        rows.append({
            c.READER_ID: name,
            c.SIGNED_UP_AT: signed_up_at,
            c.RECORDED_AT: recorded_at,
            c.REGION: region,
            c.INTERESTS: categories[readers["picks"][n]].tolist(),
            c.TIMEZONE: details.timezones[int(readers["zone"][n])],
            c.EMAIL: f"{name}@readers.example" if readers["has_email"][n] else None,
            c.DIGEST_OPT_IN: bool(readers["opted_in"][n] and readers["has_email"][n]),
        })  # fmt: skip
    return rows


def read_rows(setting: Setting, reads: Table, readers: Table) -> Iterator[Row]:
    """Canonical rows of reads, in the order given."""
    regions = np.array(list(setting.parameters.regions), dtype=object)
    who = reads["reader"]
    kinds = np.array(["read", *setting.parameters.reading.reactions], dtype=object)
    assert set(kinds) <= set(READ_KINDS)
    hours = {hour: f"{hour_start(hour):%Y%m%d%H}" for hour in np.unique(reads["hour"]).tolist()}
    numbered = zip(reads["hour"].tolist(), reads["number"].tolist(), strict=True)
    columns = {
        c.EVENT_ID: [f"ev-{hours[hour]}-{n:05d}" for hour, n in numbered],
        c.READER_ID: [reader_id(number) for number in who.tolist()],
        c.ARTICLE_ID: _article_ids(reads["code"]),
        c.OCCURRED_AT: times(reads["occurred"]),
        c.RECORDED_AT: times(reads["recorded"]),
        c.DWELL_SECONDS: [None if value != value else value for value in reads["dwell"].tolist()],
        c.KIND: kinds[reads["kind"]].tolist(),
        c.SURFACE: _SURFACES[reads["surface"]].tolist(),
        c.REGION: regions[readers["region"][who]].tolist(),
        c.DEVICE: _DEVICES[readers["device"][who]].tolist(),
        c.REFERRER: _REFERRERS[reads["referrer"]].tolist(),
    }
    names = list(columns)
    return (dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True))


def _article_ids(codes: np.ndarray) -> list[str]:
    unique, inverse = np.unique(codes, return_inverse=True)
    names = [article_id(code) for code in unique.tolist()]
    return [names[place] for place in inverse.tolist()]


def between(table: Table, column: str, begin: float, end: float) -> Table:
    """Rows whose `column` lies from `begin` (included) until `end` (hours since the epoch), in order of `column`."""
    inside = take(table, (table[column] >= begin) & (table[column] < end))
    return take(inside, np.argsort(inside[column], kind="stable"))
