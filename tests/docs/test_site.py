"""The docs site: built without a warning, complete, searchable, and nothing of it comes from elsewhere."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GENERATOR = ("sphinx", "myst_parser", "furo")
MISSING = [name for name in GENERATOR if importlib.util.find_spec(name) is None]
#: What a browser fetches by itself, unlike a link that somebody follows.
FETCHED = re.compile(r"<(?:script|img|iframe|link)\b[^>]*?\b(?:src|href)=\"((?:https?:)?//[^\"]+)\"")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)} (make lock setup)"),
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as `make site` builds it."""
    out = tmp_path_factory.mktemp("site")
    options = ["--fail-on-warning", "--keep-going", "--nitpicky", "-q"]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, "docs", str(out)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_each_page_is_on_the_site(site: Path) -> None:
    """By its path, with its heading in the index of the search."""
    pages = [page.relative_to(ROOT / "docs") for page in (ROOT / "docs").rglob("*.md")]
    assert [str(page) for page in pages if not (site / page.with_suffix(".html")).exists()] == []
    index = (site / "searchindex.js").read_text()
    assert [str(page) for page in pages if f'"{page.with_suffix("")}"' not in index] == []


def test_navigation_has_four_parts(site: Path) -> None:
    """On every page, in this order."""
    captions = re.findall(r'<span class="caption-text">(.*?)</span>', (site / "runbook.html").read_text())
    assert captions[:4] == ["Tutorial", "How-to", "Reference", "Explanation"]


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    """No font, style, script or picture of another host: it works from a folder, without a network."""
    fetched = {found for page in site.rglob("*.html") for found in FETCHED.findall(page.read_text())}
    styles = [sheet.name for sheet in site.rglob("*.css") if re.search(r"url\([\"']?(https?:)?//", sheet.read_text())]
    assert (fetched, styles) == (set(), [])
