"""Verbs of editors: retractions."""

from pathlib import Path
from typing import Annotated

import typer

from frontpage.cli.calling import EDITORIAL, step

app = typer.Typer()

Near = Annotated[bool, typer.Option("--with-near", help="Near-duplicates too, which a person should look at first.")]
Why = Annotated[str, typer.Option("--reason", help="Why; it is written into the audit log.")]


@app.command(rich_help_panel=EDITORIAL)
def retract(
    article_id: str,
    reason: Why,
    with_near: Near = False,
    out: Annotated[Path | None, typer.Option(help="A CSV file of who was shown it and who read it.")] = None,
) -> None:
    """Take an article and its copies out of everything.

    Lists, answers, mails not sent yet, similar and popular articles; who saw it is told with the next digest.
    """
    step("retract", article_id, reason=reason, with_near=with_near, out=out)


@app.command(rich_help_panel=EDITORIAL)
def unretract(article_id: str, reason: Why, with_near: Near = False) -> None:
    """Take a retraction back."""
    step("unretract", article_id, module="retract", function="undo", reason=reason, with_near=with_near)


@app.command("shown-to", rich_help_panel=EDITORIAL)
def shown_to(article_id: str, out: Annotated[Path, typer.Option(help="The CSV file.")]) -> None:
    """Write down who was shown an article and who read it."""
    step("shown-to", article_id, module="retract", function="shown_to", out=out)
