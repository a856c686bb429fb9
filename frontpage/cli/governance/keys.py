"""`frontpage key`: who may use the API."""

import secrets
from typing import Annotated

import typer

from frontpage.cli.calling import Reason, step

app = typer.Typer(
    help="Keys of the API.\n\nOnly hashes are kept, and a revoked key is refused within seconds.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

_SECRET_BYTES = 32


@app.command()
def create(
    name: Annotated[str, typer.Option(help="Whose key this is, for `key list` and logs.")],
    scope: Annotated[
        list[str],
        typer.Option(help="API: read, events, catalogue, editor; desk: viewer, operator, editor, auditor; admin: all."),
    ],
    requests_per_second: Annotated[
        int | None, typer.Option(min=1, help="Limit of this key; default FRONTPAGE_RATE_LIMIT_PER_SECOND.")
    ] = None,
    reason: Reason = "by hand",
) -> None:
    """Print a new key, once."""
    made = secrets.token_urlsafe(_SECRET_BYTES)
    step("key create", "create", module="key", name=name, scopes=scope, secret=made,
         requests_per_second=requests_per_second, reason=reason)  # fmt: skip


@app.command("list")
def list_() -> None:
    """Show every key: number, name, scopes, limit, since when, revoked when."""
    step("key list", "list", module="key")


@app.command()
def revoke(
    key_id: Annotated[int, typer.Argument(help="Its number in `key list`.")], reason: Reason = "by hand"
) -> None:
    """Take a key back for good."""
    step("key revoke", "revoke", module="key", key_id=key_id, reason=reason)
