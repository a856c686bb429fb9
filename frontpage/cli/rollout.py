"""Verbs about rollouts: `frontpage rollout ...`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from frontpage.cli.calling import past, step

app = typer.Typer(
    help="Bring a changed recipe to readers, step by step.\n\nShadow, canary, champion.", invoke_without_command=True
)

Reason = Annotated[str, typer.Option(help="Why; it is kept in the trail.")]
Moment = Annotated[str | None, typer.Option("--as-of", help="ISO 8601 time, UTC; default now.")]


@app.callback()
def tick(context: typer.Context, as_of: Moment = None) -> None:
    """Judge the rollout that is under way and move it.

    Without a further word: its guardrails at as_of, and its lists. A guardrail that fails takes it back at once.
    """
    context.obj = _moment(as_of)
    if context.invoked_subcommand is None:
        step("rollout", context.obj)


@app.command()
def status() -> None:
    """Show the newest rollout: where it stands, its trail and its guardrails."""
    step("rollout", function="status")


@app.command()
def waiting(context: typer.Context) -> None:
    """Say whether a rollout began to wait for a person at as_of.

    Else the exit code is 7.
    """
    step("rollout", context.obj, function="waiting")


@app.command()
def start(context: typer.Context, version: str, reason: Reason) -> None:
    """Begin a rollout of a version, in shadow."""
    step("rollout", version, function="start", as_of=context.obj, reason=reason)


@app.command()
def advance(context: typer.Context, reason: Reason) -> None:
    """Go on to the next step, whatever the guardrails say."""
    step("rollout", function="advance", as_of=context.obj, reason=reason)


@app.command()
def approve(context: typer.Context, reason: Reason) -> None:
    """Go on with a rollout that waits for a person."""
    step("rollout", function="approve", as_of=context.obj, reason=reason)


@app.command("take-back")
def take_back(context: typer.Context, reason: Reason) -> None:
    """End it: its readers have the champion's lists at once."""
    step("rollout", function="take_back", as_of=context.obj, reason=reason)


def _moment(as_of: str | None) -> datetime:
    return datetime.now(UTC) if as_of is None else past(as_of)
