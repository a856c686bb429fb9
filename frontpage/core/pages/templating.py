"""Reports from templates: each room has its own in `templates/`, all extend `report.html` here."""

import math
from datetime import datetime
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from frontpage.core.clock import iso
from frontpage.core.pages.plots import bars, lines


def filled(room: str, template: str, **values: Any) -> str:
    """The page; what values say is text, never markup. room: the package that the template lies in.

    A name that the template wants and nobody gave is an error. The same values give the same page.
    """
    return f"{_pages(room).get_template(template).render(values)}\n"


@cache
def _pages(room: str) -> Environment:
    loader = ChoiceLoader([PackageLoader(room), PackageLoader("frontpage.core.pages")])
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    pages.globals |= {"bars": bars, "lines": lines}
    pages.filters |= {"moment": _moment, "number": _number, "percent": _percent}
    return pages


def _moment(value: datetime | None) -> str:
    return iso(value) if value else "–"


def _number(value: float | None, form: str = ".4f") -> str:
    return "–" if value is None or math.isnan(value) else format(value, form)


def _percent(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{value:.{digits}%}"
