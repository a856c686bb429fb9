"""The logs that parts of the recommender are judged on: Deskdrop where its files are, and simulated newsrooms."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from bench import record, replay
from frontpage.core.clock import DAY, parse_as_of
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.newsroom.faults import parse_switches
from frontpage.newsroom.parameters import NewsroomParameters, load_parameters
from frontpage.newsroom.simulate import Size, simulate
from frontpage.steps.replay import history_of
from models.replay.replayed import Cadence

CROWDED = ("--readers", "15000", "--days", "7", "--articles-per-day", "12000", "--seed", str(replay.UNSEEN_SEED + 1))
CROWDED_FROM = parse_as_of("2026-11-19T12:00:00Z")
#: A region with few readers, and the share of them that it has in the uneven newsroom.
SMALL_REGION, _SMALL_SHARE = "africa", 0.03
_UNEVEN = Size(n_readers=15_000, n_days=7, articles_per_day=12_000, seed=replay.UNSEEN_SEED + 2)


@dataclass(frozen=True, slots=True)
class World:
    """A log with the cadence it is judged at; with a region, by the lists of its readers alone."""

    name: str
    history: History
    params: Params
    cadence: Cadence
    data_hash: str
    region: str | None = None


def worlds(names: Sequence[str] = ("deskdrop", "newsroom")) -> Iterator[World]:
    """Deskdrop (daily lists, October and November 2016), then two days of hourly lists in an unseen newsroom.

    `crowded`, where asked for: twelve hours of another one with five times its readers and twenty times its articles.
    `uneven`, where asked for: a day of one as crowded where a region has 3 % of the readers, judged by theirs.
    """
    with tempfile.TemporaryDirectory() as home:
        settings = Settings.from_environ({**os.environ, "FRONTPAGE_HOME": home})
        if "deskdrop" in names and replay.DESKDROP.is_dir():
            files = Path(home) / "deskdrop"
            replay.frontpage("import", "deskdrop", str(replay.DESKDROP), "--out", str(files))
            yield _world("deskdrop", settings, files, cadence("2016-10-01", "2016-12-01", 24, 61 * 24))
        if "newsroom" in names:
            files = Path(home) / "newsroom"
            replay.frontpage("simulate", *replay.NEWSROOM, "--until", replay.NEWSROOM_UNTIL, "--out", str(files))
            yield _world("newsroom", settings, files, cadence("2026-11-18", "2026-11-20", 1, 48))
        if "crowded" in names:
            files = Path(home) / "crowded"
            replay.frontpage("simulate", *CROWDED, "--until", replay.NEWSROOM_UNTIL, "--out", str(files))
            yield _world("crowded", settings, files, Cadence(CROWDED_FROM, CROWDED_FROM + DAY / 2, DAY / 24, DAY))
        if "uneven" in names:
            files = Path(home) / "uneven"
            simulate(_uneven(), _UNEVEN, parse_as_of(replay.NEWSROOM_UNTIL), files, parse_switches(()))
            day = cadence("2026-11-19", "2026-11-20", 1, 24)
            yield replace(_world("uneven", settings, files, day), region=SMALL_REGION)


def cadence(first: str, last: str, refresh_hours: float, retrain_hours: float) -> Cadence:
    """From midnight to midnight (UTC)."""
    start, end = (parse_as_of(f"{day}T00:00:00Z") for day in (first, last))
    return Cadence(start, end, timedelta(hours=refresh_hours), timedelta(hours=retrain_hours))


def _uneven() -> NewsroomParameters:
    """The calibrated newsroom with few readers in one region; the others keep their proportion."""
    parameters = load_parameters()
    rest = 1.0 - parameters.regions[SMALL_REGION].share
    regions = {
        name: region.model_copy(
            update={"share": _SMALL_SHARE if name == SMALL_REGION else region.share * (1.0 - _SMALL_SHARE) / rest}
        )
        for name, region in parameters.regions.items()
    }
    return parameters.model_copy(update={"regions": regions})


def _world(name: str, settings: Settings, files: Path, when: Cadence) -> World:
    params = Params()
    return World(name, history_of(settings, params, when, files), params, when, record.hash_of(files))
