"""`frontpage rules`: what editors say is shown."""

from pathlib import Path
from typing import Annotated

import typer

from frontpage.cli.calling import Variant, step

app = typer.Typer(
    help="Editorial rules.\n\nReviewed files, checked to the line, and what they do to the lists.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

Files = Annotated[list[Path] | None, typer.Argument(help="Rule files or folders; default `rules/`.")]


@app.command()
def check(files: Files = None) -> None:
    """Look for what is wrong in rule files."""
    step("rules check", files or [Path("rules")], module="rules", function="check")


@app.command()
def diff(
    files: Files = None,
    variant: Variant = "champion",
    json_file: Annotated[Path | None, typer.Option("--json", help="Where the figures go.")] = None,
) -> None:
    """Say what rules would change in the lists that are served."""
    step("rules diff", files or [Path("rules")], variant, json_file, module="rules", function="diff")


@app.command("apply")
def apply_(
    reason: Annotated[str, typer.Option(help="Why; it is written into the audit log.")], files: Files = None
) -> None:
    """Put rules into force with the next refresh."""
    step("rules apply", files or [Path("rules")], module="rules", function="apply", reason=reason)
