"""`frontpage report service-levels`: the monthly statement for back ends, as a page and as CSV."""

from datetime import UTC, datetime

from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.monitoring.levels import levels
from frontpage.monitoring.prometheus import Prometheus
from frontpage.monitoring.reports.statement import as_csv, as_page, statement


def run(settings: Settings, _params: Params, month: str, now: datetime) -> Summary:
    """Write `home/reports/service-levels/MONTH.html` and `.csv`, from what Prometheus kept.

    Raises BadInputError for what is no month, or one that has not begun; UnavailableError where Prometheus is away.
    """
    try:
        begin = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    except ValueError as error:
        raise BadInputError(f"{month!r} is not a month; write it as 2026-03") from error
    if begin > now:
        raise BadInputError(f"{month} has not begun")
    made = statement(Prometheus(settings.prometheus_url), begin, now)
    folder = settings.path("reports", "service-levels")
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"{month}.html"
    page.write_text(as_page(made))
    page.with_suffix(".csv").write_text(as_csv(made))
    shares = {level.name: made.share(level) for level in levels()}
    details = {name: "-" if share is None else f"{share:.5f}" for name, share in shares.items()}
    return Summary("report service-levels", rows_out=len(made.days), artifact=str(page), details=details)
