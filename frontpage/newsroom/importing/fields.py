"""What importers make of single values, and who was there first: articles and readers begin at their first event."""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from frontpage.core import columns as c
from frontpage.core.clock import iso, to_utc
from frontpage.core.errors import BadInputError
from frontpage.core.schema.canonical import Kind
from frontpage.newsroom.importing.base import Sink

_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class First:
    """First event of each article and reader, and each reader's first known region; the order of events is free."""

    articles: dict[str, datetime] = field(default_factory=dict)
    readers: dict[str, datetime] = field(default_factory=dict)
    regions: dict[str, tuple[datetime, str]] = field(default_factory=dict)

    def see_article(self, article: str, at: datetime) -> None:
        """An event of the article."""
        self.articles[article] = min(at, self.articles.get(article, at))

    def see_reader(self, reader: str, at: datetime, region: str | None = None) -> None:
        """An event of the reader, and where they were."""
        self.readers[reader] = min(at, self.readers.get(reader, at))
        if region:
            known = self.regions.get(reader)
            self.regions[reader] = min((at, region), known) if known else (at, region)

    def write_readers(self, sink: Sink) -> None:
        """Readers, signed up at their first event."""
        for reader, at in self.readers.items():
            region = self.regions[reader][1] if reader in self.regions else None
            sink.write(Kind.READERS, {c.READER_ID: reader, c.SIGNED_UP_AT: iso(at), c.REGION: region})


def plausible(value: Any) -> datetime | None:
    """The moment in UTC, a naive one taken as UTC; None outside 2000 to 2100, and for what is no moment."""
    if not isinstance(value, datetime):
        return None
    moment = to_utc(value)
    return moment if _EARLIEST <= moment < _LATEST else None


def epoch_moment(seconds: float) -> datetime | None:
    """The moment of a Unix time; None outside 2000 to 2100."""
    is_sane = _EARLIEST.timestamp() <= seconds < _LATEST.timestamp()
    return datetime.fromtimestamp(seconds, UTC) if is_sane else None


def whole_number(text: str) -> int | None:
    """The number that the text's digits make, of 15 digits at most; None for anything else."""
    digits = text.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else None


def seconds_read(value: Any) -> float | None:
    """A measured reading time; None where it is absent, negative or no number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) and value >= 0 else None


def web_address(text: str | None) -> str | None:
    """The address if it is one of the web, else None."""
    address = (text or "").strip()
    try:
        parts = urlsplit(address)
        return address if parts.scheme in {"http", "https"} and parts.hostname else None
    except ValueError:  # brackets that are no IPv6 address
        return None


def splits(folder: Path, file: str) -> list[tuple[str, Path]]:
    """(prefix of ids, folder) of each part of a data set that has `file`: the folder itself, or those below it.

    Parts number their impressions each from 1, so those of several get the part's name in front.
    Raises BadInputError where there is none.
    """
    if _has(folder, file):
        return [("", folder)]
    found = [(f"{part.name}-", part) for part in sorted(folder.glob("*/")) if _has(part, file)]
    if not found:
        raise BadInputError(f"{folder} holds no {file}, nor does a folder in it; give the data set's folder")
    return found


def _has(folder: Path, file: str) -> bool:
    return (folder / file).is_file() or (folder / f"{file}.gz").is_file()
