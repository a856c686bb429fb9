"""The real data sets as canonical files: every row is there or counted."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from bench import portal
from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.steps import import_
from tests.integration.extract_world import check_account, pull, rows


def _import(name: str, source: Path, out: Path) -> Summary:
    return import_.run(Settings(), Params(), name, source, out)


def test_deskdrop_comes_in_whole(shared_data: Path, tmp_path: Path) -> None:
    """64,054 events of 1,792 readers; 213 articles have titles, the others fallbacks."""
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


def test_a_portals_clicks_are_extracted_whole(settings: Settings, tmp_path: Path) -> None:
    """Parquet from the importer: each click a read without dwell, nothing in quarantine, no article a copy."""
    portal.write(portal.Size(n_readers=500, n_articles=300, n_clicks=5_000, n_days=2), tmp_path / "log")
    summary = _import("globo", tmp_path / "log", tmp_path / "files")
    pulled = pull(settings, datetime(2017, 11, 1, tzinfo=UTC), tmp_path / "files")
    assert (pulled.rows_in, pulled.rejected) == (summary.rows_out, 0)
    check_account(settings)
    (found,) = rows(settings, "select count(*), count(dwell_seconds), count(region), count(device) from read_event")
    assert found == (summary.details["reads"], 0, summary.details["reads"], summary.details["reads"])
    assert rows(settings, "select count(*) from article_version where duplicate_of is not null") == [(0,)]
