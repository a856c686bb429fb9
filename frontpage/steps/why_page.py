"""What `frontpage why` says, as one page without a script or a picture."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from frontpage.core import columns as c
from frontpage.core.wording import reason_of, said
from frontpage.steps import funnel_text, why_text

_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222;background:#fff}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.3em .6em;"
    "border-bottom:1px solid #ddd}pre{white-space:pre-wrap}"
)


def page(
    reader_id: str, rows: Sequence[Mapping[str, Any]], reader: Mapping[str, Any] | None, found: Mapping[str, Any]
) -> str:
    """The list as a table, then everything that the text says."""
    title = f"Why reader {reader_id} was shown this"
    return "\n".join([
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>',
        f"<h1>{escape(title)}</h1><table><tr><th>place<th>article<th>score<th>from<th>reasons and their shares</tr>",
        *_rows(rows),
        "</table>",
        f"<h2>The way there</h2><pre>{escape(chr(10).join(funnel_text.lines(found)))}</pre>" if found else "",
        f"<h2>In full</h2><pre>{escape(chr(10).join(why_text.lines(reader_id, rows, reader)))}</pre></html>",
    ])  # fmt: skip


def _rows(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for row in rows:
        reasons = [reason_of(stored) for stored in row[c.REASONS]]
        total = sum(abs(reason.contribution) for reason in reasons) or 1.0
        told = "<br>".join(f"{abs(one.contribution) / total:.0%} {escape(said(one))}" for one in reasons)
        cells = (row[c.RANK], escape(str(row["title"] or row[c.ARTICLE_ID])), f"{row[c.SCORE]:.4f}")
        yield f"<tr><td>{cells[0]}<td>{cells[1]}<td>{cells[2]}<td>{escape(row[c.CANDIDATE_SOURCE])}<td>{told}</tr>"
