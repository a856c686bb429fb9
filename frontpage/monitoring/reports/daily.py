"""The daily report: yesterday in ten lines and two pictures, as a mail. Pure but for drawing."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

#: Figures of the report: words, column, how it is written.
_FIGURES = (
    ("articles", "n_articles", ",.0f"),
    ("reads", "n_reads", ",.0f"),
    ("readers who read", "n_readers", ",.0f"),
    ("reading minutes", "minutes", ",.0f"),
    ("editions published", "n_published", ",.0f"),
    ("mails sent", "n_mails", ",.0f"),
    ("rows in quarantine", "n_quarantined", ",.0f"),
    ("cost", "cost", ",.2f"),
)
_PICTURES = (("reads", "Reads in an hour, last week", "n_reads"),
             ("refresh", "Seconds of an hour's refresh, last week", "refresh_seconds"))  # fmt: skip


def ten_lines(day: Mapping[str, Any], before: Mapping[str, Any], firing: Sequence[str] | None) -> list[str]:
    """Eight figures, each beside the day before, what failed, and what fires now. firing: None where nobody knows."""
    lines = [f"{words}: {day[name]:{how}} (the day before {before[name]:{how}})" for words, name, how in _FIGURES]
    lines.append(
        f"failed: {day['n_failed']} of {day['n_executions']} steps, {day['n_refused']} lists refused by the gate, "
        f"{day['n_bounces']} mails came back; champion {day['champion'] or 'none yet'}"
    )
    alerts = "Prometheus was not asked" if firing is None else ", ".join(firing) or "nothing"
    return [*lines, f"fires now: {alerts}"]


def pictures(hours: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    """Two PNG files by name, of the last week by hour."""
    return {name: _drawn(title, hours, column) for name, title, column in _PICTURES}


def message(sender: str, recipients: Sequence[str], day: str, lines: Sequence[str], drawn: Mapping[str, bytes],
            sent_at: datetime) -> EmailMessage:  # fmt: skip
    """The mail, with the pictures attached; the same arguments give the same words."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, ", ".join(recipients)
    mail["Message-ID"] = f"<daily.{day}@{sender.rpartition('@')[2].rstrip('>')}>"
    mail["Subject"], mail["Date"] = f"Frontpage, {day}", format_datetime(sent_at)
    mail.set_content("\n".join(lines) + "\n")
    for name, png in drawn.items():
        mail.add_attachment(png, "image", "png", filename=f"{name}.png")
    return mail


def _drawn(title: str, hours: Sequence[Mapping[str, Any]], column: str) -> bytes:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 2.6), layout="constrained")
    axes = figure.subplots()
    axes.plot([row["hour"] for row in hours], [row[column] for row in hours], color="#1f5fa8", linewidth=1.2)
    axes.set_title(title, fontsize=10)
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", alpha=0.3)
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=110)
    return out.getvalue()
