"""`frontpage audit`: who changed what, when and why."""

from typing import Annotated

import typer

from frontpage.cli.calling import step

app = typer.Typer(
    help="Who changed what, when and why.\n\nA log in PostgreSQL that can be added to and never changed.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@app.command()
def verify(expect: Annotated[str, typer.Option(help="A last hash that was noted earlier.")] = "") -> None:
    """Look for entries that were changed, removed or inserted."""
    step("audit verify", expect, module="audit", function="verify")


@app.command("list")
def list_(
    action: Annotated[str, typer.Option(help="Such as `article retract`; `%` at the end stands for anything.")] = "",
    subject: Annotated[str, typer.Option(help="Such as `article:ID`; `%` at the end stands for anything.")] = "",
    reader: Annotated[str, typer.Option(help="Entries about a reader, by their id.")] = "",
    most: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 100,
) -> None:
    """Show entries as JSON lines, newest first."""
    step("audit list", module="audit", function="show", action=action, subject=subject, reader=reader, most=most)
