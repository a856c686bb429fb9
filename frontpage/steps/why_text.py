"""What `frontpage why` says, as text for people."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from frontpage.core import columns as c
from frontpage.core.clock import iso, to_utc
from frontpage.core.wording import reason_of, said

_WIDTH = 100
_INDENT = "     "
#: Recent reads that are named; the others are counted.
_RECENT = 5


def lines(reader_id: str, rows: Sequence[Mapping[str, Any]], reader: Mapping[str, Any] | None) -> Iterator[str]:
    """The list and what made it, then what was known of the reader; `rows` as stored, `reader` as in the JSON."""
    yield from _made(reader_id, rows[0])
    for row in rows:
        yield ""
        yield from _item(row)
    yield ""
    yield from _known(reader)


def _made(reader_id: str, row: Mapping[str, Any]) -> Iterator[str]:
    yield f"The list of reader {_printable(reader_id)}"
    yield from _pairs(
        {
            "run": f"{row[c.RUN_ID]} ({row['variant']}, {row['state']}), of {iso(row[c.AS_OF])}",
            "list made": _maker(row),
            "published": _moment(row[c.PUBLISHED_AT], "not published"),
            "model": row["model_version"] or "none: a rule made the list",
            "data": f"snapshot {row['snapshot_hash']}" if row["snapshot_hash"] else "no snapshot: nothing was trained",
            "checksum": row["checksum"] or "none yet",
        }
    )


def _maker(row: Mapping[str, Any]) -> str:
    if row["scored_run"] == row[c.RUN_ID]:
        return "by this run"
    return f"by run {row['scored_run']}, of {iso(row['scored_at'])}, and kept since"


def _item(row: Mapping[str, Any]) -> Iterator[str]:
    title = _printable(row["title"] or row["url"] or row[c.ARTICLE_ID])
    yield f"{row['rank']:3}. {textwrap.shorten(title, _WIDTH - len(_INDENT), placeholder='…')}"
    labels = [_printable(row[name]) for name in (c.PUBLISHER, c.CATEGORY) if row[name]]
    published = row["article_published_at"]
    yield _INDENT + ", ".join([*labels, *([f"published {_minute(published)}"] if published else []), row[c.ARTICLE_ID]])
    yield f"{_INDENT}score {row['score']:.4f}, from {row['candidate_source']}"
    for reason in map(reason_of, row[c.REASONS]):
        yield f"{_INDENT}{reason.contribution:+7.3f}  {_printable(said(reason))}"


def _known(reader: Mapping[str, Any] | None) -> Iterator[str]:
    if reader is None:
        yield "What was known of the reader then has been purged (retention.state_days in params.yaml)."
        return
    yield f"What was known of the reader at {iso(reader[c.AS_OF])}"
    dwell = reader[c.MEDIAN_DWELL_SECONDS]
    yield from _pairs(
        {
            "reads": f"{reader[c.N_READS]}, the last {_moment(reader['last_read_at'], 'never')}",
            "median time": "not measured" if dwell is None else f"{dwell:.0f} s",
            **{name: reader[name] or "not known" for name in (c.REGION, c.DEVICE, c.REFERRER, c.LANGUAGE)},
            "picked": ", ".join(reader[c.INTERESTS]) or "nothing",
            "categories": _shares(reader[c.CATEGORIES]),
            "publishers": _shares(reader[c.PUBLISHERS]),
            "recent reads": _recent(reader["recent"]),
        }
    )


def _shares(shares: Mapping[str, float]) -> str:
    best_first = sorted(shares.items(), key=lambda share: -share[1])
    return ", ".join(f"{name} {share:.0%}" for name, share in best_first) or "none"


def _recent(recent: Sequence[Mapping[str, Any]]) -> str:
    named = [_read(read) for read in recent[:_RECENT]]
    more = len(recent) - len(named)
    return ", ".join([*named, *([f"and {more} more"] if more else [])]) or "none"


def _read(read: Mapping[str, Any]) -> str:
    seconds = read[c.DWELL_SECONDS]
    return str(read[c.ARTICLE_ID]) if seconds is None else f"{read[c.ARTICLE_ID]} ({seconds:.0f} s)"


def _pairs(values: Mapping[str, Any]) -> Iterator[str]:
    width = max(map(len, values)) + 2
    hanging = " " * (width + 2)
    for name, value in values.items():
        text = f"  {name:<{width}}{_printable(str(value))}"
        yield textwrap.fill(text, _WIDTH, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)


def _moment(moment: datetime | None, otherwise: str) -> str:
    return otherwise if moment is None else _minute(moment)


def _minute(moment: datetime) -> str:
    return f"{to_utc(moment):%Y-%m-%d %H:%M} UTC"


def _printable(text: str) -> str:
    """Text of sources without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
