"""`frontpage backup`: sealed backups and the way back."""

from pathlib import Path
from typing import Annotated

import typer

from frontpage.cli.calling import step
from frontpage.core.clock import parse_as_of

app = typer.Typer(
    help="Sealed backups of the database, and the way back.", no_args_is_help=True, rich_markup_mode="markdown"
)


@app.command("key")
def backup_key() -> None:
    """Make the key that seals backups.

    Once; keep a copy of it elsewhere.
    """
    step("backup key", module="backup", function="key")


@app.command("create")
def backup_create() -> None:
    """Make a sealed base backup of the running server."""
    step("backup create", module="backup", function="create")


@app.command("restore")
def backup_restore(
    data: Annotated[Path, typer.Argument(help="An empty folder for the server's data.")],
    until: Annotated[str, typer.Option(help="ISO 8601: as it was then, to the second; default the newest.")] = "",
) -> None:
    """Unpack a backup into a folder.

    A server that is started there recovers by itself.
    """
    step("backup restore", data, module="backup", function="restore", until=parse_as_of(until) if until else None)


@app.command("forget-again")
def backup_forget_again() -> None:
    """Forget again who was forgotten.

    In a restored database, those who were forgotten after its moment; run it before readers are let in.
    """
    step("backup forget-again", module="backup", function="forget_again")
