"""`frontpage experiment`: variants compared on readers."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from frontpage.cli.calling import past, step

app = typer.Typer(
    help="Variants compared on readers.\n\nIntervals hold on any day; a reader is in one experiment at most.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

Name = Annotated[str, typer.Argument(help="Small letters, digits and dashes.")]
Reason = Annotated[str, typer.Option(help="Why; it is written down with who did it.")]
At = Annotated[str | None, typer.Option("--as-of", help="A past moment instead of now: ISO 8601, UTC.")]


@app.command()
def start(
    name: Name,
    arms: Annotated[str, typer.Option(help="VARIANT=SHARE,... or NAME:VARIANT=SHARE,...; the first is the control.")],
    reason: Reason,
    metric: Annotated[
        list[str] | None,
        typer.Option(help="reading_seconds (default), reads, listed_reads, ndcg_at_10; several are corrected for."),
    ] = None,
    interleave: Annotated[
        bool, typer.Option("--interleave", help="Both variants in one list, by team draft: far fewer readers tell.")
    ] = False,
    as_of: At = None,
) -> None:
    """Start an experiment, and say what it will be able to find.

    An A/A test where the arms have one variant. A name that was used before draws its readers anew.
    """
    options = {"arms": arms, "metrics": metric or ["reading_seconds"], "interleave": interleave, "reason": reason}
    step("experiment start", _at(as_of), name, module="experiment", function="start", **options)


@app.command()
def status(
    name: Annotated[str | None, typer.Argument(help="One experiment; default a list of all.")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Its page, with intervals over time.")] = None,
    as_of: At = None,
) -> None:
    """List experiments, or show one with its verdict."""
    step("experiment status", _at(as_of), name, module="experiment", function="status", html_file=html_file)


@app.command()
def stop(name: Name, reason: Reason, as_of: At = None) -> None:
    """Stop an experiment and say its verdict."""
    step("experiment stop", _at(as_of), name, module="experiment", function="stop", reason=reason)


def _at(as_of: str | None) -> datetime:
    return datetime.now(UTC) if as_of is None else past(as_of)
