"""Verbs about data: where it comes from, checks, features, snapshots."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from frontpage.cli.calling import DATA, FOR_BEAM, AsOf, Data, given, past, step
from frontpage.core.clock import parse_as_of
from frontpage.core.settings import Settings
from frontpage.newsroom.importers import format_names

app = typer.Typer()
#: How often a newsroom that is followed writes what has happened.
FOLLOW_PERIOD = timedelta(minutes=5)


@app.command(rich_help_panel=DATA)
def simulate(
    out: Annotated[Path, typer.Option(help="Folder for the canonical files.")],
    readers: int = 15_000,
    days: int = 14,
    articles_per_day: int = 2_000,
    seed: int = 1,
    until: Annotated[str, typer.Option(help="End of the history: ISO 8601 or `now`.")] = "now",
    follow: Annotated[bool, typer.Option("--follow", help="Keep producing while the clock goes on.")] = False,
    switch: Annotated[
        list[str] | None,
        typer.Option(
            help="late=SHARE, corrupt=SHARE, drift=PER_DAY, outage=START/END[/PUBLISHER], breaking=TIME[/CATEGORY]."
        ),
    ] = None,
) -> None:
    """Write a synthetic newsroom as canonical files.

    Its articles, readers and reads, up to a moment or going on with the clock.
    """
    end = datetime.now(UTC) if until == "now" else parse_as_of(until)
    follow_with = (lambda: datetime.now(UTC), time.sleep, FOLLOW_PERIOD) if follow else None
    step("simulate", n_readers=readers, n_days=days, articles_per_day=articles_per_day, seed=seed, until=end,
         out=out, follow_with=follow_with, switches=tuple(switch or ()))  # fmt: skip


_IMPORT_HELP = f"""Turn a published data set into canonical files.

Formats: {" | ".join(format_names())}.
"""


@app.command("import", rich_help_panel=DATA, help=_IMPORT_HELP)
def import_(
    format_name: str, path: Path, out: Annotated[Path, typer.Option(help="Folder for the canonical files.")]
) -> None:
    """Call the step."""
    step("import", module="import_", format_name=format_name, path=path, out=out)


@app.command(context_settings=FOR_BEAM, rich_help_panel=DATA)
def extract(
    context: typer.Context,
    as_of: AsOf,
    source: Annotated[
        list[str] | None,
        typer.Option(help="Source URI, or a name in sources.yaml; default FRONTPAGE_SOURCES, else all of that file."),
    ] = None,
) -> None:
    """Pull the sources with Beam into PostgreSQL.

    Further options go to Beam, e.g. --runner.
    """
    step("extract", past(as_of), sources=source or [], beam_options=list(context.args))


@app.command(rich_help_panel=DATA)
def arrivals(
    once: Annotated[bool, typer.Option("--once", help="One look, and end.")] = False,
) -> None:
    """Say when enough is new for a refresh.

    A line with as_of and reason each time: events waiting, new files, a breaking story. Airflow's triggerer listens.
    """
    step("arrivals", clock=lambda: datetime.now(UTC), sleep=time.sleep, once=once)


@app.command(rich_help_panel=DATA)
def validate(as_of: AsOf, data: Data = None) -> None:
    """Check articles, reads and readers.

    A failed check stops the run before anything is published.
    """
    step("validate", past(as_of), **given(data=data))


@app.command(rich_help_panel=DATA)
def features(as_of: AsOf, data: Data = None) -> None:
    """Compute what changed in the features, for Feast."""
    step("features", past(as_of), **given(data=data))


@app.command(rich_help_panel=DATA)
def snapshot(
    as_of: AsOf,
    out: Annotated[
        Path | None, typer.Option(help="Folder for Parquet files and manifest; default HOME/snapshots/AS_OF.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option(help="Files instead of the database: canonical, published, or a snapshot.")
    ] = None,
    format_name: Annotated[
        str, typer.Option("--format", help="canonical, or a published format that `import` knows.")
    ] = "canonical",
    profile: Annotated[Path | None, typer.Option(help="Write an HTML page about the data there.")] = None,
) -> None:
    """Write what was known as files with a manifest hash."""
    moment = past(as_of)
    kept = Settings.from_environ(os.environ).path("snapshots", f"{moment:%Y%m%dT%H%M%S}")
    step("snapshot", moment, out=out or kept, source=source, format_name=format_name, profile=profile)
