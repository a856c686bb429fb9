"""Verbs about readers' rights."""

from pathlib import Path
from typing import Annotated

import typer

from frontpage.cli.calling import MAINTENANCE, Reason, past, step

app = typer.Typer()

Asked = Annotated[str, typer.Option("--reason", help="Who asked and when; it is written into the audit log.")]


@app.command(rich_help_panel=MAINTENANCE)
def forget(
    reader_id: str,
    reason: Asked,
    as_of: Annotated[str, typer.Option("--as-of", help="What happened until then is never loaded again; now.")] = "",
    out: Annotated[Path | None, typer.Option(help="A file for the signed report.")] = None,
) -> None:
    """Delete what is kept of a reader.

    In the database and in files; what cannot be rewritten is named with the day on which it goes.
    """
    step("forget", reader_id, reason=reason, as_of=past(as_of) if as_of else None, out=out)


@app.command("export-reader", rich_help_panel=MAINTENANCE)
def export_reader(reader_id: str, reason: Asked, out: Annotated[Path, typer.Option(help="A folder.")]) -> None:
    """Give a person what is kept of them, as JSON and as a page."""
    step("export-reader", reader_id, module="export_reader", reason=reason, out=out)


@app.command("rotate-addresses", rich_help_panel=MAINTENANCE)
def rotate_addresses(reason: Reason) -> None:
    """Seal every address with the newest key.

    Those in clear, and those under an older one; the first secret of FRONTPAGE_ADDRESS_KEYS is the newest.
    """
    step("rotate-addresses", module="addresses", function="rotate", reason=reason)
