"""The daily report arrives by mail, with yesterday's figures and two pictures."""

import email
import email.policy
from datetime import UTC, datetime, timedelta
from pathlib import Path

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.digest.sink.server import start_sink
from frontpage.stack.processes import free_port
from frontpage.steps import daily_report
from frontpage.store.connect import connect, execute

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)


def test_yesterday_arrives_in_ten_lines_and_two_pictures(settings: Settings, tmp_path: Path):
    """Three articles of yesterday and one of today: three are in the report, beside none of the day before."""
    with connect(settings.database_url) as connection:
        for n, hours in enumerate((10, 12, 20, 2)):
            execute(
                connection,
                "insert into article_version (article_id, recorded_at, url, canonical_url, title, first_seen_at, "
                "content_hash, source, extract_id) values (%s, %s, '', '', '', now(), '', 's', 1)",
                (str(n), NOW - timedelta(hours=hours)),
            )
    port, mails = free_port(0), tmp_path / "mails"
    mails.mkdir()
    sink = start_sink(mails, "127.0.0.1", port)
    try:
        told = {"smtp_url": f"smtp://127.0.0.1:{port}", "report_to": "desk@example.org",
                "prometheus_url": "http://127.0.0.1:1"}  # fmt: skip
        summary = daily_report.run(settings.model_copy(update=told), Params(), NOW)
    finally:
        sink.stop()
    assert summary.details == {"mailed": 1}
    (file,) = mails.glob("*.eml")
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    lines = mail.get_body().get_content().strip().splitlines()
    assert mail["Subject"] == "Frontpage, 2026-03-01"
    assert len(lines) == 10
    assert lines[0] == "articles: 3 (the day before 0)"
    assert lines[-1] == "fires now: Prometheus was not asked"
    assert [part.get_content()[:4] for part in mail.iter_attachments()] == [b"\x89PNG"] * 2
