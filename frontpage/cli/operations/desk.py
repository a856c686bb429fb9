"""`frontpage desk`: pages for operators, editors and auditors."""

import os
from typing import Annotated

import typer

from frontpage.cli.calling import DELIVERY, installation_params
from frontpage.core.settings import Settings

app = typer.Typer()


@app.command(rich_help_panel=DELIVERY)
def desk(
    host: Annotated[str, typer.Option(help="Where it listens; on any address it wants a log-in.")] = "127.0.0.1",
    port: Annotated[int, typer.Option()] = 8100,
) -> None:
    """Open the desk: pages for operators, editors and auditors.

    People log in with a key of theirs: `frontpage key create --name ana --scope operator`.
    """
    from frontpage.desk.server import serve
    from models.variants import complete

    settings = Settings.from_environ(os.environ)
    params, _ = installation_params(settings)
    typer.echo(f"The desk is at http://{host}:{port}/", err=True)
    serve(settings, complete(params), host, port)
