"""The real data sets as canonical files: every row is there or counted."""

from pathlib import Path

import orjson
import pytest

from core.errors import BadInputError
from core.params import Params
from core.settings import Settings
from core.summary import Summary
from steps import import_


def _import(name: str, source: Path, out: Path) -> Summary:
    return import_.run(Settings(), Params(), name, source, out)


def test_deskdrop_comes_in_whole(shared_data: Path, tmp_path: Path) -> None:
    """64,054 events of 1,792 readers; 213 articles have titles, the others stand-ins."""
    summary = _import("deskdrop", shared_data / "deskdrop", tmp_path)
    assert summary.details["reads"] == 64_054
    assert summary.details["readers"] == 1_792
    assert (summary.rows_in, summary.rejected) == (64_054 + 213, 0)
    articles = [orjson.loads(line) for line in (tmp_path / "articles" / "deskdrop.jsonl").read_bytes().splitlines()]
    assert sum(not article["title"].startswith("Article ") for article in articles) == 213
    reads = [orjson.loads(line) for line in (tmp_path / "reads" / "deskdrop.jsonl").read_bytes().splitlines()]
    assert len({read["event_id"] for read in reads}) == 64_054
    assert {read["article_id"] for read in reads} <= {article["article_id"] for article in articles}


def test_nemig_comes_in_whole(shared_data: Path, tmp_path: Path) -> None:
    """10,814 articles and each candidate of 15,000 impressions; no reads are made up."""
    summary = _import("nemig", shared_data / "nemig_en", tmp_path)
    report = orjson.loads((tmp_path / "import_report.json").read_bytes())
    assert summary.details["articles"] == 10_814
    assert report["rows_in"]["behaviors.tsv"] == 15_000
    assert summary.details["impressions"] == report["rows_in"]["behaviors.tsv candidates"]
    assert "reads" not in summary.details


def test_importing_twice_gives_the_same_files(shared_data: Path, tmp_path: Path) -> None:
    """Ids are functions of the rows."""
    for out in ("one", "two"):
        _import("deskdrop", shared_data / "deskdrop", tmp_path / out)
    for path in (tmp_path / "one").rglob("*.json*"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    """One sentence names what can be read."""
    with pytest.raises(BadInputError, match=r"'gazette' is not known; choose one of: adressa, deskdrop, .*, nemig"):
        _import("gazette", tmp_path, tmp_path / "out")
    assert not (tmp_path / "out").exists()
