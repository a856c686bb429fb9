"""The synthetic newsroom: canonical files up to a moment, continued from where the folder stands."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import orjson

from frontpage.core.clock import HOUR, floor_to
from frontpage.core.errors import BadInputError
from frontpage.core.progress import track
from frontpage.core.schema.canonical import Kind
from frontpage.newsroom.articles import Setting
from frontpage.newsroom.cycles import EPOCH, hour_number
from frontpage.newsroom.damage import damaged
from frontpage.newsroom.faults import Switches, check_switches
from frontpage.newsroom.parameters import NewsroomParameters
from frontpage.newsroom.saved import load_state, save_state
from frontpage.newsroom.tables import length
from frontpage.newsroom.vocabulary import load_vocabulary
from frontpage.newsroom.world import Produced, State, begin, step
from frontpage.newsroom.writing import article_rows, between, encode, read_rows, reader_rows, slice_name, write_rows

MINUTE = timedelta(minutes=1)
Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Size:
    """How large the world is. `n_days` lie between its beginning and the first `until`."""

    n_readers: int
    n_days: int
    articles_per_day: int
    seed: int


@dataclass
class Newsroom:
    """A world being written to a folder: everything recorded before minute `written` (since the epoch) is there."""

    setting: Setting
    out: Path
    state: State
    written: int
    _hour: tuple[Produced, State] | None = None

    def write_until(self, moment: datetime) -> Counts:
        """Rows written per kind to bring the folder up to `moment`, a whole minute; saves the state at the end."""
        counts = {kind.value: 0 for kind in (Kind.ARTICLES, Kind.READERS, Kind.READS)}
        end = (moment - EPOCH) // MINUTE
        if end <= self.written:
            return counts
        hours = range(self.written // 60, -(-end // 60))
        for hour in track(hours, "hours"):
            for kind, rows in self._write_slice(min((hour + 1) * 60, end)).items():
                counts[kind] += rows
        save_state(self.out, self.state, self.written)
        return counts

    def _write_slice(self, end: int) -> Counts:
        """Writes the rest of the current hour until minute `end`, and moves on."""
        produced, after = self._hour or step(self.setting, self.state)
        self._hour = produced, after
        name = slice_name(self.written, end)
        lines = self._lines(produced, after, (self.written / 60, end / 60))
        counts = {kind.value: write_rows(self.out, kind, name, rows) for kind, rows in lines.items()}
        self.written = end
        if end % 60 == 0:
            self.state, self._hour = after, None
        return counts

    def _lines(self, produced: Produced, after: State, slot: tuple[float, float]) -> dict[Kind, list[bytes]]:
        """Lines of each kind that become known in `slot` (hours since the epoch)."""
        hour, setting = after.hour - 1, self.setting
        n_before = length(after.readers) - length(produced.readers)
        articles = article_rows(setting, produced.articles, hour)
        readers = reader_rows(setting, produced.readers, n_before)
        known = {
            Kind.ARTICLES: _known_in(articles, np.maximum(produced.articles["seen"], hour), slot),
            Kind.READERS: _known_in(readers, produced.readers["known"], slot),
            Kind.READS: list(encode(read_rows(setting, between(produced.reads, "recorded", *slot), after.readers))),
        }
        return {kind: damaged(kind, rows, setting, slot[0]) for kind, rows in known.items()}


def _known_in(rows: list[dict], known: np.ndarray, slot: tuple[float, float]) -> list[bytes]:  # type: ignore[type-arg]
    inside = (known >= slot[0]) & (known < slot[1])
    return list(encode(row for row, wanted in zip(rows, inside.tolist(), strict=True) if wanted))


def open_newsroom(
    parameters: NewsroomParameters, size: Size, until: datetime, out: Path, switches: Switches
) -> Newsroom:
    """The newsroom in `out`, continued where it stands, or a new one that begins `size.n_days` before `until`.

    Raises BadInputError where the sizes cannot be, or the folder holds another world.
    """
    _check_size(size)
    check_switches(switches, parameters)
    setting = Setting(parameters, load_vocabulary(), size.seed, size.articles_per_day, size.n_readers, switches)
    identity = _identity(parameters, size)
    saved = load_state(out, identity)
    if saved is None:
        state = begin(setting, hour_number(until) - 24 * size.n_days)
        save_state(out, state, state.hour * 60, identity)
        return Newsroom(setting, out, state, state.hour * 60)
    return Newsroom(setting, out, *saved)


def simulate(parameters: NewsroomParameters, size: Size, until: datetime, out: Path, switches: Switches) -> Counts:
    """Rows written per kind; afterwards `out` holds everything recorded before the last whole hour of `until`.

    The world is a function of (parameters, size, first hour): going on later appends exactly the files that one run
    would have written. Nothing is written where `out` is that far already. Errors as of `open_newsroom`.
    """
    newsroom = open_newsroom(parameters, size, until, out, switches)
    return newsroom.write_until(floor_to(until, HOUR))


def follow(newsroom: Newsroom, clock: Callable[[], datetime], wait: Callable[[float], None], period: timedelta) -> None:
    """Never returns: writes what has become known at each multiple of `period`, by `clock`, sleeping with `wait`.

    Raises BadInputError unless `period` is a whole number of minutes that divides an hour.
    """
    if period <= timedelta(0) or period % MINUTE or HOUR % period:
        raise BadInputError(f"period {period} does not divide an hour into whole minutes; use 1 to 60 minutes")
    while True:
        now = clock()
        newsroom.write_until(floor_to(now, period))
        wait((floor_to(now, period) + period - now).total_seconds())


def _check_size(size: Size) -> None:
    for name, least in (("n_readers", 1), ("n_days", 1), ("articles_per_day", 1), ("seed", 0)):
        if getattr(size, name) < least:
            raise BadInputError(f"{name} is {getattr(size, name)}; give at least {least}")


def _identity(parameters: NewsroomParameters, size: Size) -> dict[str, int | str]:
    """What makes a folder's world that world; `n_days` only says where it began."""
    numbers = {name: value for name, value in asdict(size).items() if name != "n_days"}
    return numbers | {"parameters": hashlib.sha256(orjson.dumps(parameters.model_dump())).hexdigest()[:16]}
