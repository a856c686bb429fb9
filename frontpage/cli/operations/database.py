"""`frontpage db`: the database itself."""

import os
from typing import Annotated

import typer

from frontpage.cli.calling import installation_params, step
from frontpage.core.settings import Settings

app = typer.Typer(
    help="The database.\n\nThe embedded PostgreSQL, or the one FRONTPAGE_DATABASE_URL names.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@app.command("up")
def db_up(port: Annotated[int | None, typer.Option(help="Port on loopback for a new server.")] = None) -> None:
    """Start the embedded server (creating it the first time) and migrate it."""
    step("db up", "up", module="db", port=port)


@app.command("down")
def db_down() -> None:
    """Stop the embedded server; its data stays."""
    step("db down", "down", module="db")


@app.command("url")
def db_url(database: Annotated[str, typer.Argument(help="frontpage | airflow | mlflow")] = "frontpage") -> None:
    """Print the URL of a database, for psql and other tools."""
    from frontpage.store.server import database_url

    settings = Settings.from_environ(os.environ)
    installation_params(settings)  # a file that is named and absent is bad input whatever the verb
    typer.echo(database_url(settings, database))


@app.command("migrate")
def db_migrate() -> None:
    """Bring the tables to the newest version; running it again changes nothing."""
    step("db migrate", "migrate", module="db")


@app.command("roles")
def db_roles() -> None:
    """Make a database role for each part.

    Pipeline, API, digest and viewer: each gets what it needs. Running it again changes nothing. The administrator gives
    them a log-in: `alter role frontpage_pipeline login password '...'`.
    """
    step("db roles", "roles", module="db")
