"""`frontpage report daily`: yesterday in ten lines and two pictures, written down and mailed."""

from datetime import datetime, timedelta

from frontpage.core.clock import DAY, floor_to
from frontpage.core.errors import FrontpageError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.digest.send import Mailer
from frontpage.monitoring.prometheus import Prometheus
from frontpage.monitoring.reports import daily
from frontpage.store.connect import connect
from frontpage.store.server import database_url
from frontpage.store.watching import monitoring


def run(settings: Settings, _params: Params, as_of: datetime) -> Summary:
    """Of the last whole day (UTC) before as_of: `home/reports/daily/DAY.eml`, and a mail to each of `report_to`.

    Without Prometheus it is made all the same, and says so. Raises UnavailableError where the mail server is away.
    """
    end = floor_to(as_of, DAY)
    day = f"{end - timedelta(days=1):%Y-%m-%d}"
    with connect(database_url(settings), application="frontpage report") as connection:
        yesterday, before = monitoring.ask(connection, "yesterday", end)
        hours = monitoring.ask(connection, "hours", end)
    lines = daily.ten_lines(yesterday, before, _firing(settings))
    recipients = [name.strip() for name in settings.report_to.split(",") if name.strip()]
    mail = daily.message(settings.mail_from, recipients, day, lines, daily.pictures(hours), as_of)
    path = settings.path("reports", "daily", f"{day}.eml")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(mail.as_bytes())
    if recipients:
        with Mailer(settings.smtp_url, settings.mail_from) as mailer:
            for recipient in recipients:
                mailer.send(recipient, mail.as_bytes())
    print("\n".join(lines))  # noqa: T201 - this verb's result is what it prints
    return Summary("report daily", len(hours), len(lines), artifact=str(path), details={"mailed": len(recipients)})


def _firing(settings: Settings) -> list[str] | None:
    """Names of alerts that fire, without the dead-man's switch."""
    query = 'count by (alertname) (ALERTS{alertstate="firing",alertname!="Watchdog"})'
    try:
        return sorted(line.labels["alertname"] for line in Prometheus(settings.prometheus_url).now(query))
    except FrontpageError:
        return None
