"""The logs that parts of the recommender are judged on: Deskdrop where its files are, and simulated newsrooms."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bench import record, replay
from core.clock import DAY, parse_as_of
from core.history import History
from core.params import Params
from core.settings import Settings
from models.replay.walk import Cadence
from steps.replay import history_of

CROWDED = ("--readers", "15000", "--days", "7", "--articles-per-day", "12000", "--seed", str(replay.UNSEEN_SEED + 1))
CROWDED_FROM = parse_as_of("2026-11-19T12:00:00Z")


@dataclass(frozen=True, slots=True)
class World:
    """A log with the cadence it is judged at."""

    name: str
    history: History
    params: Params
    cadence: Cadence
    data_hash: str


def worlds(names: Sequence[str] = ("deskdrop", "newsroom")) -> Iterator[World]:
    """Deskdrop (daily lists, October and November 2016), then two days of hourly lists in an unseen newsroom.

    `crowded`, where asked for: twelve hours of another one with five times its readers and twenty times its articles.
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


def cadence(first: str, last: str, refresh_hours: float, retrain_hours: float) -> Cadence:
    """From midnight to midnight (UTC)."""
    start, end = (parse_as_of(f"{day}T00:00:00Z") for day in (first, last))
    return Cadence(start, end, timedelta(hours=refresh_hours), timedelta(hours=retrain_hours))


def _world(name: str, settings: Settings, files: Path, when: Cadence) -> World:
    params = Params()
    return World(name, history_of(settings, params, when, files), params, when, record.hash_of(files))
