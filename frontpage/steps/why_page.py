"""What `frontpage why` says, as one page without a script or a picture."""

from collections.abc import Mapping, Sequence
from typing import Any

from frontpage.core import columns as c
from frontpage.core.pages.templating import filled
from frontpage.core.wording import reason_of, said
from frontpage.steps import funnel_text, why_text


def page(
    reader_id: str, rows: Sequence[Mapping[str, Any]], reader: Mapping[str, Any] | None, found: Mapping[str, Any]
) -> str:
    """The list as a table, then everything that the text says."""
    return filled(
        "frontpage.steps", "why.html", reader_id=reader_id, rows=[{**row, "shares": _shares(row)} for row in rows],
        funnel=list(funnel_text.lines(found)) if found else [], text=list(why_text.lines(reader_id, rows, reader)),
    )  # fmt: skip


def _shares(row: Mapping[str, Any]) -> list[tuple[float, str]]:
    """Each reason's share of all that moved the score, and the reason in words."""
    reasons = [reason_of(stored) for stored in row[c.REASONS]]
    total = sum(abs(reason.contribution) for reason in reasons) or 1.0
    return [(abs(one.contribution) / total, said(one)) for one in reasons]
