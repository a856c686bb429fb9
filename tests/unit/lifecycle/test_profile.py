"""The page about a snapshot says what is in it, and nothing in the data can change the page."""

from datetime import UTC, datetime

import pandas as pd

from frontpage.core import columns as c
from frontpage.core.history import ARTICLE_COLUMNS, READ_COLUMNS, READER_COLUMNS, History
from frontpage.lifecycle.profile import profile_page, write_profile
from tests.unit.models.newsroom_world import newsroom

AS_OF = datetime(2026, 3, 4, 12, tzinfo=UTC)


def history(*titles: str) -> History:
    """One article a day with these titles, nothing else."""
    days = pd.date_range("2026-03-01", periods=len(titles), freq="2D", tz="UTC")
    rows = [{**dict.fromkeys(ARTICLE_COLUMNS), c.TITLE: title} for title in titles]
    articles = pd.DataFrame(rows, columns=list(ARTICLE_COLUMNS)).assign(**{c.FIRST_SEEN_AT: days})
    return History(
        AS_OF, articles, pd.DataFrame(columns=list(READ_COLUMNS)), pd.DataFrame(columns=list(READER_COLUMNS))
    )


def test_counts_and_days():
    """Rows, missing values, repeated values and rows per day are shown; a day without rows has a bar of no height."""
    page = profile_page(history("A", "A"), "abc")
    assert "Articles: 2 rows" in page
    assert "Reads: 0 rows" in page
    assert "A (2)" in page
    assert "<td>body</td><td class=n>100.0%</td>" in page
    assert "2026-03-01 to 2026-03-03, at most 1" in page
    assert "2026-03-02: 0" in page


def test_titles_are_text_not_markup():
    """A title that holds markup is shown as it is, not interpreted."""
    page = profile_page(history("<script>x</script>"), "<b>")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;" in page


def test_same_history_same_page():
    """DVC compares outputs by their bytes."""
    assert profile_page(history("A", "B"), "abc") == profile_page(history("A", "B"), "abc")


def test_a_version_keeps_the_page_and_it_names_no_reader(tmp_path):
    """Readers' keys and events' ids are counted; a page that is there already stays."""
    past = newsroom(4, 6)
    page = write_profile(past, "abc", tmp_path).read_text()
    assert "<td>reader_key</td><td class=n>0.0%</td><td class=n>4</td>\n<td></td><td></td><td></td>" in page
    event = past.reads[c.EVENT_ID].iloc[0]
    assert event not in page
    assert event in profile_page(past, "abc")
    assert write_profile(newsroom(8, 6), "def", tmp_path).read_text() == page
