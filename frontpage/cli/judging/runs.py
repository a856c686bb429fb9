"""`frontpage runs`: what ran, what it was made of and what it took."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from frontpage.cli.calling import AsOf, past, step
from frontpage.core.clock import parse_as_of

app = typer.Typer(
    help="The record of every execution.\n\nWho called which verb, with which code, data and parameters.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
Name = Annotated[str, typer.Argument(help="Id of an execution, or how it begins.")]
AsJson = Annotated[bool, typer.Option("--json", help="Lines of JSON instead of text.")]


@app.command("list")
def list_(
    verb: Annotated[str | None, typer.Option(help="Only this verb.")] = None,
    since: Annotated[str | None, typer.Option(help="ISO 8601 time: only what began then or later.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Show the newest executions."""
    moment: datetime | None = parse_as_of(since) if since else None
    step("runs list", "list", module="runs", of_verb=verb, since=moment, limit=limit, as_json=as_json)


@app.command()
def show(name: Name, as_json: AsJson = False) -> None:
    """Show all that is known of one execution."""
    step("runs show", "show", module="runs", name=name, as_json=as_json)


@app.command()
def diff(one: Name, other: Name, as_json: AsJson = False) -> None:
    """Say what differed between two executions: code, packages, parameters, data."""
    step("runs diff", "diff", module="runs", one=one, other=other, as_json=as_json)


@app.command()
def lineage(as_of: AsOf) -> None:
    """Tell the lineage store what ran, as OpenLineage events.

    Executions about moments up to as_of that have ended and were not told yet.
    """
    step("runs lineage", past(as_of), module="lineage")


@app.command()
def graph(
    html: Annotated[Path, typer.Option(help="The page is written there.")],
    run: Annotated[int | None, typer.Option(help="A published run; the newest unless given.")] = None,
) -> None:
    """Draw one edition from its sources to the published run, of what the lineage store was told."""
    step("runs graph", module="lineage", function="graph", html=html, of_run=run)
