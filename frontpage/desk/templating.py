"""Pages from templates: how moments, numbers and ids are written everywhere on the desk."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from frontpage.core.clock import to_utc
from frontpage.core.wording import reason_of, said

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def filled(template: str, values: Mapping[str, Any]) -> str:
    """The page. A name that the template wants and nobody gave is an error."""
    return _pages().get_template(template).render(values)


@cache
def _pages() -> Environment:
    pages = Environment(
        loader=PackageLoader("frontpage.desk"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    pages.filters |= {
        "moment": moment, "number": number, "percent": percent, "ago": ago, "data": data, "segment": segment,
        "reason": lambda stored: said(reason_of(stored)), "worth": lambda stored: reason_of(stored).contribution,
        "bytes": megabytes, "epoch": lambda value: value.timestamp(), "plain": lambda value: value and float(value),
    }  # fmt: skip
    return pages


def moment(value: datetime | None) -> str:
    """`2026-03-01 10:00`, UTC; a dash for none."""
    return f"{to_utc(value):%Y-%m-%d %H:%M}" if value else "–"


def number(value: float | None, digits: int = 0) -> str:
    """With thousands apart; a dash for none."""
    return "–" if value is None else f"{value:,.{digits}f}"


def percent(value: float | None, digits: int = 0) -> str:
    """A share as per cent; a dash for none."""
    return "–" if value is None else f"{value:.{digits}%}"


def megabytes(value: float | None) -> str:
    """Bytes as megabytes."""
    return "–" if value is None else f"{value / 1e6:,.0f} MB"


def ago(value: datetime | None, now: datetime) -> str:
    """How long ago, in the largest unit of which there is one.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> ago(noon - timedelta(minutes=90), noon), ago(noon - timedelta(seconds=5), noon), ago(None, noon)
    ('1 h ago', 'just now', 'never')
    """
    if value is None:
        return "never"
    seconds = (now - value) / timedelta(seconds=1)
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min ago"
    return f"{seconds // _HOUR:.0f} h ago" if seconds < 2 * _DAY else f"{seconds // _DAY:.0f} days ago"


def data(value: Any) -> Markup:
    """JSON for a script element; what could end the element is written otherwise."""
    text = json.dumps(value, default=str).replace("<", "\\u003c").replace("&", "\\u0026")
    return Markup(text)  # noqa: S704 - JSON without `<`


def segment(value: Any) -> str:
    """An id as one segment of a path."""
    return quote(str(value), safe="")
