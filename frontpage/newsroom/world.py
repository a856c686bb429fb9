"""The world hour by hour: a function of the setting and the hour it began, so it can stop and go on anywhere."""

from dataclasses import dataclass

import numpy as np

from frontpage.newsroom.articles import Setting, articles_of_hour
from frontpage.newsroom.readers import established, newcomers
from frontpage.newsroom.reading import pair_key, reactions, reads_of_hour, timed
from frontpage.newsroom.tables import Table, concat, take

_HOURS_A_DAY = 24
#: Promotions that ended this many time constants before the world began are left out of its back catalogue.
_STILL_PROMOTED = 3.0
_READ_COLUMNS = ("reader", "code", "occurred", "recorded", "dwell", "kind", "surface", "referrer", "number", "hour")


@dataclass(frozen=True, slots=True)
class State:
    """The world at the beginning of UTC hour number `hour`.

    articles: those that may still be read. readers: everybody so far, in order of number. read_before: sorted keys of
    (reader, article) already read. pending: reads that have begun and are recorded later.
    """

    start: int
    hour: int
    articles: Table
    readers: Table
    read_before: np.ndarray
    pending: Table


@dataclass(frozen=True, slots=True)
class Produced:
    """What one hour adds: articles first seen, readers signed up, and all reads recorded from its beginning on."""

    articles: Table
    readers: Table
    reads: Table


def begin(setting: Setting, start: int) -> State:
    """The world before its first hour: the established readership, nothing read yet."""
    empty = {name: np.zeros(0) for name in _READ_COLUMNS}
    for name in ("reader", "code", "kind", "surface", "referrer", "number", "hour"):
        empty[name] = np.zeros(0, dtype=np.int64)
    return State(
        start, start, back_catalogue(setting, start), established(setting, start), np.zeros(0, np.int64), empty
    )


def back_catalogue(setting: Setting, start: int) -> Table:
    """Articles from before the world that are still promoted in it."""
    hours = int(setting.parameters.articles.max_age_days * _HOURS_A_DAY)
    before = concat([articles_of_hour(setting, hour) for hour in range(start - hours, start)])
    before = take(before, before["promoted"] + _STILL_PROMOTED * before["attention"] > start)
    return before | {"copy_kind": np.zeros_like(before["copy_kind"]), "copy_of": np.full_like(before["copy_of"], -1)}


def step(setting: Setting, state: State) -> tuple[Produced, State]:
    """(what the hour `state.hour` adds, the world after it)."""
    hour = state.hour
    fresh = articles_of_hour(setting, hour)
    articles = concat([state.articles, fresh])
    joined = newcomers(setting, hour)
    readers = concat([state.readers, joined])
    made = reads_of_hour(setting, readers, articles, hour, ((hour - state.start) / _HOURS_A_DAY, state.read_before))
    made = timed(setting, made, articles["words"][made["article"]], hour)
    made = made | {"code": articles["code"][made["article"]]}
    reads = concat([state.pending, _numbered(concat([made, reactions(setting, made, hour)]), hour)])
    new = hour == state.start
    produced = Produced(_with_catalogue(state.articles, fresh) if new else fresh, readers if new else joined, reads)
    after = State(
        start=state.start,
        hour=hour + 1,
        articles=take(articles, articles["seen"] > hour + 1 - _HOURS_A_DAY * setting.parameters.articles.max_age_days),
        readers=readers,
        read_before=_remember(state.read_before, made, hour, setting),
        pending=take(reads, reads["recorded"] >= hour + 1),
    )
    return produced, after


def _with_catalogue(before: Table, fresh: Table) -> Table:
    """The back catalogue followed by the first hour's articles, whose copies still point at what they copy."""
    moved = np.where(fresh["copy_of"] >= 0, fresh["copy_of"] + len(before["code"]), -1)
    return concat([before, fresh | {"copy_of": moved}])


def _numbered(reads: Table, hour: int) -> Table:
    """The reads of the hour in order of time, each with its number in the hour."""
    ordered = take(reads, np.argsort(reads["occurred"], kind="stable"))
    n = len(ordered["occurred"])
    return {name: ordered[name] for name in _READ_COLUMNS[:-2]} | {
        "number": np.arange(n, dtype=np.int64),
        "hour": np.full(n, hour, dtype=np.int64),
    }


def _remember(read_before: np.ndarray, made: Table, hour: int, setting: Setting) -> np.ndarray:
    """The pairs read so far, sorted; once a day without those of articles that nobody is shown any more."""
    keys = np.concatenate([read_before, pair_key(made["reader"], made["code"])])
    if hour % _HOURS_A_DAY == 0:
        oldest = int(hour - _HOURS_A_DAY * setting.parameters.articles.max_age_days) << 14
        keys = keys[keys & ((1 << 36) - 1) >= oldest]
    return np.sort(keys, kind="stable")
