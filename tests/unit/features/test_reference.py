"""The reference page names what is there, and nothing else has its form."""

import re
from pathlib import Path

import pytest

from frontpage.features.feature_store.views import VIEWS
from frontpage.features.pairs import GROUPS

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "features.md").read_text()


@pytest.mark.ml_test("data-7")
def test_every_feature_stands_in_the_table_with_its_group() -> None:
    """A feature that is added, renamed or regrouped fails here until the page says so."""
    table = PAGE.split("## What the ranker sees")[1].split("## Moments")[0]
    rows = re.findall(r"^\| (`[^|]*) \| (\w+) \|", table, re.MULTILINE)
    found = {name: group for names, group in rows for name in re.findall(r"`(\w+)`", names)}
    assert found == dict(GROUPS)


def test_every_view_stands_in_the_table() -> None:
    """The page's views are those that there are."""
    table = PAGE.split("## States")[1].split("An *audience*")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [view.name for view in VIEWS]
