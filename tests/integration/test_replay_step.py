"""`frontpage replay` over a folder of canonical files and over a database that holds the same."""

import json
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.errors import BadInputError
from frontpage.core.history import History
from frontpage.core.sections.lists import ListParams
from frontpage.core.settings import Settings
from frontpage.features.snapshot import read_snapshot
from frontpage.steps import extract, replay, snapshot
from frontpage.store.connect import connect
from tests.integration.test_models_steps import fill
from tests.unit.models.newsroom_world import PARAMS, newsroom
from tests.unit.models.worlds import NOW

pytestmark = pytest.mark.slow
PERIOD, EVERY = (NOW - timedelta(hours=4), NOW), (timedelta(hours=2), timedelta(hours=4))


def canonical(past: History, folder: Path) -> Path:
    """The history as canonical files."""
    readers = past.readers.rename(columns={c.READER_KEY: c.READER_ID}).drop(columns=[c.RECORDED_AT])
    reads = past.reads.rename(columns={c.READER_KEY: c.READER_ID})
    articles = past.articles[[c.ARTICLE_ID, c.URL, c.TITLE, c.SUMMARY, c.LANGUAGE, c.CATEGORY, c.PUBLISHER,
                              c.PUBLISHED_AT, c.FIRST_SEEN_AT]]  # fmt: skip
    for kind, frame in (("articles", articles), ("reads", reads), ("readers", readers)):
        lines = [_line(row) for row in frame.to_dict("records")]
        (folder / kind).mkdir(parents=True)
        (folder / kind / "all.jsonl").write_text("\n".join(lines) + "\n")
    return folder


def test_files_and_database_give_the_same_report(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder goes through the extract of every night; the served database sees nothing of it."""
    files = canonical(newsroom(40, 30), tmp_path / "canonical")
    ours = settings.model_copy(update={"home": tmp_path / "home"})
    by_files = replay.run(ours, PARAMS, period=PERIOD, every=EVERY, data=files, json_file=tmp_path / "files.json")
    printed = capsys.readouterr().out
    assert printed.startswith("policy")
    assert "to the best rule of the period" in printed
    assert (tmp_path / "files.html").stat().st_size > 5_000
    extract.run(ours, PARAMS, NOW, sources=[str(files)])
    by_database = replay.run(
        ours, PARAMS, period=PERIOD, every=EVERY, json_file=tmp_path / "db.json", html_file=tmp_path / "page.html"
    )
    assert (tmp_path / "page.html").exists()
    told = json.loads((tmp_path / "files.json").read_text())
    assert json.loads((tmp_path / "db.json").read_text()) == told
    assert by_files.rows_out == by_database.rows_out == told["lists"]["n_lists"]


def test_a_snapshot_of_files_holds_what_was_shown(settings: Settings, tmp_path: Path) -> None:
    """Impressions go through the extract like all else; files and a database that holds the same give one hash."""
    past = newsroom(40, 30)
    files = canonical(past, tmp_path / "canonical")
    seen = past.reads
    shown = pd.DataFrame(
        {
            "impression_id": seen[c.EVENT_ID],
            c.READER_ID: seen[c.READER_KEY],
            c.ARTICLE_ID: seen[c.ARTICLE_ID],
            c.POSITION: range(1, len(seen) + 1),
            c.CLICKED: True,
            c.OCCURRED_AT: seen[c.OCCURRED_AT],
        }
    )
    (files / "impressions").mkdir()
    lines = [_line(row) for row in shown.to_dict("records")]
    (files / "impressions" / "all.jsonl").write_text("\n".join(lines) + "\n")
    ours = settings.model_copy(update={"home": tmp_path / "home"})
    by_files = snapshot.run(ours, PARAMS, NOW, tmp_path / "a", source=files)
    extract.run(ours, PARAMS, NOW, sources=[str(files)])
    by_database = snapshot.run(ours, PARAMS, NOW, tmp_path / "b")
    assert by_files.details["hash"] == by_database.details["hash"]
    told = read_snapshot(tmp_path / "a").shown
    assert told is not None
    assert 20 < len(told) < len(seen)
    assert told[c.POSITION].is_unique


def test_variants_that_are_not_known(settings: Settings, tmp_path: Path) -> None:
    """Said before anything is loaded."""
    with pytest.raises(BadInputError, match="choose rules or kept"):
        replay.run(settings, PARAMS, period=PERIOD, every=EVERY, json_file=tmp_path / "r.json", variants="all")
    every_list = PARAMS.model_copy(update={"lists": ListParams(max_list_age_hours=0)})
    with pytest.raises(BadInputError, match="no list is kept"):
        replay.run(settings, every_list, period=PERIOD, every=EVERY, json_file=tmp_path / "r.json", variants="kept")


def test_what_keeping_lists_costs(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Printed beside the share of readers who were due."""
    with connect(settings.database_url) as connection:
        fill(connection, newsroom(40, 30))
    every = (timedelta(hours=1), timedelta(hours=4))
    replay.run(settings, PARAMS, period=PERIOD, every=every, json_file=tmp_path / "r.json", variants="kept")
    told = json.loads((tmp_path / "r.json").read_text())["costs"]["with max_list_age_hours 12"]
    assert 0 < told["share_due"] < 1
    assert f"{told['relative_cost']:.4f}" in capsys.readouterr().out


def _line(row: dict[str, object]) -> str:
    known = {key: value for key, value in row.items() if not _is_missing(value)}
    return json.dumps({key: str(value) if key == c.READER_ID else value for key, value in known.items()}, default=_iso)


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and pd.isna(value)) or value is pd.NaT


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, pd.Timestamp) else str(value)
