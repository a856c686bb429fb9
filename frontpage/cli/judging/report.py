"""`frontpage report` served, off-policy, business, data, service-levels, daily, resources: what came of it all."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from frontpage.cli import pilot
from frontpage.cli.calling import AsOf, past, step

#: The group of all reports; that on a pilot stands beside its verb.
app = pilot.report

Csv = Annotated[Path | None, typer.Option("--csv", help="Also as a CSV file.")]
Html = Annotated[Path | None, typer.Option("--html", help="Also as a page.")]


@app.command()
def served(
    as_of: AsOf,
    days: Annotated[float, typer.Option(help="Days before it.")] = 28.0,
    csv_file: Csv = None,
    html_file: Html = None,
) -> None:
    """Show read rate, reading time and nDCG@10 of served lists.

    By variant, surface, region, activity of the reader, model version and day; and how figures on held-out reads agree
    with them over versions.
    """
    step("report served", past(as_of), days, module="served", csv_file=csv_file, html_file=html_file)


@app.command("off-policy")
def off_policy(
    as_of: AsOf, json_file: Annotated[Path | None, typer.Option("--json", help="Also as a file.")] = None
) -> None:
    """Show what popularity, recency and the version before would be worth in the places given by lot.

    By SNIPS and doubly robust, from logged propensities; no verdict below `off_policy.min_effective_slots`.
    """
    step("report off-policy", past(as_of), module="off_policy", json_file=json_file)


@app.command()
def business(as_of: AsOf) -> None:
    """Write reading time, returning readers, what was recommended, and costs."""
    step("report business", past(as_of), module="report_business")


@app.command()
def data(
    as_of: AsOf, json_file: Annotated[Path | None, typer.Option("--json", help="Also as a file there.")] = None
) -> None:
    """Write what rules on data are worth, and where the model errs.

    Trained and judged with and without cleaning, duplicates, suspicious reads and reading time, on a sample of readers.
    """
    step("report data", past(as_of), module="report_data", json_file=json_file)


@app.command("service-levels")
def service_levels(month: Annotated[str, typer.Option(help="As 2026-03.")]) -> None:
    """Write the month's statement of service levels.

    For back ends, as a page and as CSV. Availability, latency, freshness, and time to recommendable, counted from what
    Prometheus kept.
    """
    step("report service-levels", month, datetime.now(UTC), module="service_levels")


@app.command()
def daily(as_of: AsOf) -> None:
    """Mail the day before as_of in ten lines.

    And two pictures, to FRONTPAGE_REPORT_TO; the mail is also kept below home/reports/daily.
    """
    step("report daily", past(as_of), module="daily_report")


@app.command()
def resources(as_of: AsOf) -> None:
    """Show what each step takes, against its own past.

    Seconds, processor, memory, bytes, rows per second; and what limit of memory it would need.
    """
    step("report resources", past(as_of))
