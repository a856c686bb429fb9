"""Verbs that look at the installation from outside."""

from typing import Annotated

import typer

from frontpage.cli.calling import MAINTENANCE, step

app = typer.Typer()
monitoring = typer.Typer(no_args_is_help=True, help="Prometheus, Alertmanager, exporters, pages and log lines.")
app.add_typer(monitoring, name="monitoring", rich_help_panel=MAINTENANCE)


@app.command(rich_help_panel=MAINTENANCE)
def exporter(host: str = "127.0.0.1", port: int = 9400) -> None:
    """Serve metrics of the installation for Prometheus.

    Of steps, data, lists, models, digest, database, Airflow and processes; docs/reference/metrics.md lists them. They
    name no reader, but who can reach the port can read them: keep it on loopback or a private network.
    """
    step("exporter", host=host, port=port)


@monitoring.command()
def up(
    api_port: Annotated[int, typer.Option(help="Where the API answers.")] = 8000,
    port: Annotated[int, typer.Option(help="Of our own page; the others are 9090, 9093, 9100, 9187 and 9400.")] = 9401,
) -> None:
    """Start Prometheus, Alertmanager and exporters.

    And our own page, beside a running `make run`; `make monitoring` calls it.
    """
    step("monitoring up", module="monitoring", function="up", api_port=api_port, port=port)


@monitoring.command()
def down() -> None:
    """Stop what `monitoring up` started; figures stay."""
    step("monitoring down", module="monitoring", function="down")


@monitoring.command()
def page(host: str = "127.0.0.1", port: int = 9401) -> None:
    """Serve panels, alerts, and log lines by id."""
    step("monitoring page", module="monitoring", function="page", host=host, port=port)


@monitoring.command()
def logs(name: Annotated[str, typer.Argument(help="Of a request, a run, an execution or a trace.")]) -> None:
    """Print the log lines that hold an id.

    And those that these lead to: its run, the steps that made it, the task they ran in.
    """
    step("monitoring logs", name, module="monitoring", function="logs")
