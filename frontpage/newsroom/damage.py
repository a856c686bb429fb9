"""Corrupted rows: copies of good rows with one thing broken, added beside them so that the truth stays whole."""

from collections.abc import Callable

import numpy as np
import orjson

from frontpage.core import columns as c
from frontpage.core.schema.canonical import Kind
from frontpage.newsroom.articles import Setting
from frontpage.newsroom.tables import Stream, draw

_STREAM_OF = {Kind.ARTICLES: 0, Kind.READERS: 1, Kind.READS: 2}
Damage = Callable[[bytes], bytes]


def _without(*fields: str) -> Damage:
    return lambda line: orjson.dumps({name: value for name, value in orjson.loads(line).items() if name not in fields})


def _with(**values: object) -> Damage:
    return lambda line: orjson.dumps(orjson.loads(line) | values)


def _cut(line: bytes) -> bytes:
    return line[: len(line) // 2]


DAMAGES: dict[Kind, tuple[Damage, ...]] = {
    Kind.ARTICLES: (
        _cut, _without(c.TITLE), _without(c.URL), _with(**{c.URL: "not a url"}),
        _with(**{c.FIRST_SEEN_AT: "yesterday"}), _with(**{c.PUBLISHED_AT: "1900-01-01T00:00:00Z"}),
    ),
    Kind.READS: (
        _cut, _without(c.READER_ID), _without(c.ARTICLE_ID), _with(**{c.OCCURRED_AT: "31/02/2026"}),
        _with(**{c.DWELL_SECONDS: -5}), _with(**{c.DWELL_SECONDS: 90_000}), _with(**{c.ARTICLE_ID: "art-nowhere"}),
        _with(**{c.OCCURRED_AT: "2100-01-01T00:00:00Z"}), _with(**{c.KIND: "glanced"}),
    ),
}  # fmt: skip


def damaged(kind: Kind, lines: list[bytes], setting: Setting, begin: float) -> list[bytes]:
    """`lines` followed by broken copies of a share of them; their ids begin with `bad-` where they still have one."""
    if not setting.switches.corrupt_share or kind not in DAMAGES:
        return lines
    rng = draw(setting.seed, Stream.FAULTS, round(begin * 60) * len(_STREAM_OF) + _STREAM_OF[kind])
    chosen = np.flatnonzero(rng.random(len(lines)) < setting.switches.corrupt_share)
    damages = DAMAGES[kind]
    which = rng.integers(len(damages), size=len(chosen)).tolist()
    return lines + [damages[n](_renamed(kind, lines[row])) for n, row in zip(which, chosen.tolist(), strict=True)]


def _renamed(kind: Kind, line: bytes) -> bytes:
    row = orjson.loads(line)
    name = c.EVENT_ID if kind is Kind.READS else c.ARTICLE_ID
    return orjson.dumps(row | {name: f"bad-{row[name]}"})
