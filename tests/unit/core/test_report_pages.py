"""Reports say values as text and want each name that their template has."""

from pathlib import Path

import pytest
from jinja2 import UndefinedError

from frontpage.core.pages.plots import Series
from frontpage.core.pages.templating import filled

TEMPLATE = """{% extends "report.html" %}
{% from "parts.html" import legend, table %}
{% block title %}{{ name }}{% endblock %}
{% block body %}
{{ legend(series) }}{{ lines(labels, series) }}
{{ table(("a", "b"), rows, {"x": "much"}) }}
{% endblock %}"""
VALUES = {
    "name": "R&D",
    "labels": ["<i>"],
    "series": [Series("<b>", "#123456", [1.0])],
    "rows": [("x", "<s>"), ("y", 1)],
}


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package with that template."""
    (tmp_path / "some_room" / "templates").mkdir(parents=True)
    (tmp_path / "some_room" / "__init__.py").touch()
    (tmp_path / "some_room" / "templates" / "one.html").write_text(TEMPLATE)
    monkeypatch.syspath_prepend(tmp_path)
    return "some_room"


def test_values_are_text(room: str) -> None:
    """In tables, legends and plots alike; a row has the class of its first cell."""
    page = filled(room, "one.html", **VALUES)
    assert "<title>R&amp;D</title>" in page
    assert "<h1>R&amp;D</h1>" in page
    assert "<tr class=much><td>x</td><td>&lt;s&gt;</td></tr>\n<tr><td>y</td><td>1</td></tr>" in page
    assert "<title>&lt;i&gt;: &lt;b&gt; 1.0000</title>" in page
    assert '<i style="background:#123456"></i>&lt;b&gt;' in page


def test_a_name_that_nobody_gave_is_an_error(room: str) -> None:
    """No page has a hole in place of a figure."""
    with pytest.raises(UndefinedError, match="rows"):
        filled(room, "one.html", **{name: value for name, value in VALUES.items() if name != "rows"})
