"""`frontpage arrivals`: look again and again whether what is new is enough for a refresh, and say so in a line each."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from etl.reading.source_file import installation_sources
from etl.reading.sources import DirectorySource, FileSource, UriSource
from frontpage.core.clock import iso
from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle.arrivals import Arrivals, reason_to_refresh
from frontpage.store.connect import connect
from frontpage.store.server import database_url
from frontpage.store.watching.arrivals import waiting

_LOCAL = "file://"


def run(
    settings: Settings,
    params: Params,
    *,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
    once: bool = False,
) -> Summary:
    """Print an event `{"as_of", "reason"}` whenever a refresh should start; ends after one look with `once`.

    Bursts are one event: after it nothing is said for `arrivals.min_minutes`, nor while a refresh is under way. A
    database that does not answer is asked again at the next look.
    """
    told_at: datetime | None = None
    n_told = 0
    while True:
        now = clock()
        if reason := reason_to_refresh(_seen(settings, now, told_at), params.arrivals, now):
            print(json.dumps({"as_of": iso(now), "reason": reason, "kind": "asset"}), flush=True)  # noqa: T201
            told_at, n_told = now, n_told + 1
        if once:
            return Summary("arrivals", rows_out=n_told)
        sleep(params.arrivals.poll_seconds)


def _seen(settings: Settings, now: datetime, told_at: datetime | None) -> Arrivals:
    try:
        with connect(database_url(settings), application="frontpage arrivals") as connection:
            found = waiting(connection, now)
    except UnavailableError:
        return Arrivals()
    began_at = max(filter(None, (found["began_at"], told_at)), default=None)
    files = tuple(_with_newer_files(_sources(settings), began_at)) if began_at else ()
    return Arrivals(
        found["n_waiting"], found["most_read"] or "", found["n_most_read"], files, began_at, found["is_running"]
    )


def _sources(settings: Settings) -> list[UriSource]:
    """Those of the installation; none where it has none yet."""
    try:
        return installation_sources(settings, (), os.environ)
    except BadInputError:
        return []


def _with_newer_files(sources: Iterable[UriSource], since: datetime) -> Iterator[str]:
    """Names of sources on this machine of which a file was changed since."""
    for source in sources:
        if isinstance(source, DirectorySource | FileSource) and _changed_at(source.url) > since.timestamp():
            yield source.name


def _changed_at(url: str) -> float:
    """When the newest file of a local folder or glob was changed, seconds since 1970; 0 for what is elsewhere."""
    if not url.startswith(_LOCAL):
        return 0.0
    place = Path(url.removeprefix(_LOCAL))
    files = place.rglob("*") if place.is_dir() else place.parent.glob(place.name)
    try:
        return max((file.stat().st_mtime for file in files if file.is_file()), default=0.0)
    except OSError:
        return 0.0
