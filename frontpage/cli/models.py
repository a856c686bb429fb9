"""`frontpage models`: the registry of versions."""

from pathlib import Path
from typing import Annotated

import typer

from frontpage.cli.calling import step

app = typer.Typer(
    help="Versions of the model: what they are and may do.\n\n"
    "Every change of a stage needs a reason, and stays in the trail with who made it and when.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

Version = Annotated[str, typer.Argument(help="Its name in `models list`.")]
Reason = Annotated[str, typer.Option(help="Why; it stays in the trail.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@app.command("list")
def list_(
    stage: Annotated[str | None, typer.Option(help="Only those of a stage.")] = None, as_json: AsJson = False
) -> None:
    """Show the versions, newest knowledge first."""
    step("models list", module="models", function="list_", stage=stage, as_json=as_json)


@app.command()
def show(version: Version, as_json: AsJson = False) -> None:
    """Show a version: lineage, metrics, verdicts, and the trail of its stages."""
    step("models show", version, module="models", function="show", as_json=as_json)


@app.command()
def diff(before: Version, after: Version, as_json: AsJson = False) -> None:
    """Show what differs between two versions."""
    step("models diff", before, after, module="models", function="diff", as_json=as_json)


@app.command()
def card(version: Version, html: Annotated[Path | None, typer.Option(help="Write the page there too.")] = None) -> None:
    """Write the card of a version: one page that says what it is and what it passed."""
    step("models card", version, module="models", function="card", html=html)


@app.command()
def promote(version: Version, reason: Reason) -> None:
    """Make a version the champion, if it is fit for this machine."""
    step("models promote", version, module="promote", reason=reason)


@app.command()
def archive(version: Version, reason: Reason) -> None:
    """Put a version away that makes no lists."""
    step("models archive", version, module="models", function="archive", reason=reason)


@app.command()
def rollback(reason: Reason) -> None:
    """Take the champion back: the one before it makes the lists again."""
    step("models rollback", module="models", function="rollback", reason=reason)


@app.command()
def export(version: Version, out: Annotated[Path, typer.Option(help="File of the bundle.")]) -> None:
    """Write a version as one signed file for another installation."""
    step("models export", version, module="bundle", function="export", out=out)


@app.command("import")
def import_(file: Annotated[Path, typer.Argument(help="A bundle that `models export` wrote.")]) -> None:
    """Take a version over from a bundle, as a candidate.

    Its signature and its files are checked, and a fresh process answers with it, before anything changes.
    """
    step("models import", file, module="bundle", function="import_")


@app.command()
def key() -> None:
    """Make the key pair that signs bundles.

    The private one goes to FRONTPAGE_SIGNING_KEY_FILE, the public one beside it; give that to whoever shall trust it.
    """
    step("models key", module="bundle", function="key")
