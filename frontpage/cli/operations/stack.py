"""`frontpage up` and `frontpage down`: what `make run` and `make stop` call."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from frontpage.cli.calling import step


def up(
    readers: int = 15_000,
    days: int = 14,
    articles_per_day: int = 2_000,
    data: Annotated[str, typer.Option(help="A published data set instead of a simulated newsroom.")] = "",
    format_name: Annotated[str, typer.Option("--format", help="Its format, by the name that `import` knows.")] = "",
    sources: Annotated[
        str, typer.Option(help="Live sources instead: URIs, or a sources.yaml, separated as in FRONTPAGE_SOURCES.")
    ] = "",
    api_port: int = 8000,
    airflow_port: int = 8080,
    mlflow_port: int = 5000,
) -> None:
    """Start everything on this machine.

    Publishes first editions and stays up until interrupted; `make run` calls it.
    """
    from frontpage.stack.layout import Ports, World

    where = str(Path(data).absolute()) if data else ""
    world = World(readers, days, articles_per_day, where, format_name, sources.strip())
    ports = Ports(api=api_port, airflow=airflow_port, mlflow=mlflow_port)
    step("up", world, ports=ports, now=datetime.now(UTC))


def down() -> None:
    """Stop what `up` started; the data stays."""
    step("down")
