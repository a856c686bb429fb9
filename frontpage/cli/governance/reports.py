"""`frontpage reports`: articles that somebody says are misleading."""

from typing import Annotated

import typer

from frontpage.cli.calling import past, step

app = typer.Typer(
    help="Reports of misleading articles.\n\nOf readers, editors and fact-checkers; a person decides.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

Moment = Annotated[
    str | None, typer.Option("--as-of", help="ISO 8601 time of the run that asks; reports count as of now.")
]
Evidence = Annotated[str, typer.Option(help="Address where it is shown.")]


@app.command("list")
def list_() -> None:
    """Show what waits for a person."""
    step("reports list", module="reports", function="show")


@app.command()
def add(
    article_id: str, reason: Annotated[str, typer.Option(help="What is misleading.")], evidence: Evidence = ""
) -> None:
    """Report an article as an editor."""
    step("reports add", article_id, module="reports", function="add", reason=reason, evidence=evidence)


@app.command()
def fetch(place: Annotated[str, typer.Argument(help="Address or file of a ClaimReview feed (JSON-LD).")]) -> None:
    """Take in published fact checks."""
    step("reports fetch", place, module="reports", function="fetch")


@app.command()
def review(as_of: Moment = None) -> None:
    """Hold back what enough reporters named."""
    options = {} if as_of is None else {"as_of": past(as_of)}
    step("reports review", module="reports", function="review", **options)


@app.command()
def decide(
    article_id: str,
    reason: Annotated[str, typer.Option(help="Why; it is written into the audit log.")],
    misleading: Annotated[bool, typer.Option("--misleading/--fine", help="What you found.")],
    evidence: Evidence = "",
) -> None:
    """Say whether a reported article is misleading."""
    options = {"is_misleading": misleading, "reason": reason, "evidence": evidence}
    step("reports decide", article_id, module="reports", function="decide", **options)
