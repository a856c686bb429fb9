"""Verbs about a first rollout: `frontpage pilot`, `frontpage report`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from frontpage.cli.calling import LISTS, past, step
from frontpage.lifecycle.pilot.choose import PilotChoice

app = typer.Typer()
report = typer.Typer(help="What was found out, as a page and as CSV.", no_args_is_help=True)

Moment = Annotated[str | None, typer.Option("--as-of", help="ISO 8601 time, UTC; default now.")]


@app.command(rich_help_panel=LISTS)
def pilot(
    readers: Annotated[Path | None, typer.Option(help="File with one reader id a line.")] = None,
    region: Annotated[str | None, typer.Option(help="Readers of a region.")] = None,
    share: Annotated[float | None, typer.Option(help="A share of all readers, by lot.")] = None,
    control: Annotated[float | None, typer.Option(help="Share of them who stay as they are; default 0.1.")] = None,
    stop: Annotated[bool, typer.Option("--stop", help="End the pilot.")] = False,
    as_of: Moment = None,
    reason: Annotated[str, typer.Option(help="Why; it is kept.")] = "",
) -> None:
    """Begin, stop or show a pilot: our lists for chosen readers.

    A control group among them and everybody else get the product of today, the variant `today`.
    """
    moment, choice = _moment(as_of), PilotChoice(readers, region, share)
    if stop:
        step("pilot", function="stop", as_of=moment, reason=reason)
    elif choice == PilotChoice():
        step("pilot", function="status")
    else:
        step("pilot", choice, control=control, as_of=moment, reason=reason)


@report.command("pilot")
def report_pilot(
    as_of: Moment = None,
    out: Annotated[Path | None, typer.Option(help="Folder for pilot.html and pilot.csv; default HOME/reports.")] = None,
) -> None:
    """Compare a pilot's treated readers with its control group.

    Reading time, returning days, trial to paid, cancelled, cost; with intervals, in plain words.
    """
    step("report", function="pilot", as_of=_moment(as_of), out=out)


def _moment(as_of: str | None) -> datetime:
    return datetime.now(UTC) if as_of is None else past(as_of)
