"""Verbs that look at the installation from outside."""

import typer

from frontpage.cli.calling import MAINTENANCE, step

app = typer.Typer()


@app.command(rich_help_panel=MAINTENANCE)
def exporter(host: str = "127.0.0.1", port: int = 9400) -> None:
    """Serve metrics of the installation for Prometheus.

    Of steps, data, lists, models, digest, database, Airflow and processes; docs/reference/metrics.md lists them. They
    name no reader, but who can reach the port can read them: keep it on loopback or a private network.
    """
    step("exporter", host=host, port=port)
