"""The generated portal log: the published form, and the structure in time that it is there for."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

from bench import portal
from frontpage.newsroom.importers import importer_of
from frontpage.newsroom.importing.base import import_with

SIZE = portal.Size(n_readers=3_000, n_articles=2_000, n_clicks=30_000, n_days=4, seed=3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("portal")
    portal.write(SIZE, out)
    return out


@pytest.fixture(scope="module")
def clicks(folder: Path) -> dict[str, np.ndarray]:
    files = [path for path in sorted(folder.glob("*.csv")) if path.stat().st_size]
    table = pa.concat_tables([csv.read_csv(path) for path in files])
    return {name: table[name].to_numpy() for name in table.column_names}


def test_there_is_a_file_for_each_hour_and_one_has_no_bytes(folder: Path) -> None:
    """The header is the published one."""
    files = sorted(folder.glob("clicks_hour_*.csv"))
    assert len(files) == 24 * SIZE.n_days
    assert files[portal.SILENT_HOUR].stat().st_size == 0
    assert files[0].read_text().splitlines()[0].split(",") == list(portal.COLUMNS)


def test_it_is_about_as_large_as_asked(clicks: dict[str, np.ndarray]) -> None:
    """Clicks, readers and articles within a tenth."""
    assert len(clicks["user_id"]) == pytest.approx(SIZE.n_clicks, rel=0.1)
    assert len(np.unique(clicks["user_id"])) == pytest.approx(SIZE.n_readers, rel=0.1)
    assert len(np.unique(clicks["click_article_id"])) == pytest.approx(SIZE.n_articles, rel=0.1)


def test_the_last_two_clicks_of_a_session_are_30_s_apart(clicks: dict[str, np.ndarray]) -> None:
    """Every session has two clicks and more, on different articles, and says how many."""
    order = np.lexsort((clicks["click_timestamp"], clicks["session_id"]))
    session, at = clicks["session_id"][order], clicks["click_timestamp"][order]
    _, first, size = np.unique(session, return_index=True, return_counts=True)
    last = first + size - 1
    assert size.min() == 2
    assert (at[last] - at[last - 1] == 30_000).all()
    assert (clicks["session_size"][order][first] == size).all()
    pairs = np.stack([session, clicks["click_article_id"][order]], axis=1)
    assert len(np.unique(pairs, axis=0)) == len(pairs)


def test_the_same_size_gives_the_same_log(folder: Path, tmp_path: Path) -> None:
    """Another seed gives another one."""
    portal.write(SIZE, tmp_path)
    name = "clicks_hour_040.csv"
    assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    other = dict(portal.generate(portal.Size(300, 200, 3_000, 1, seed=1)))
    assert not other[12].equals(dict(portal.generate(portal.Size(300, 200, 3_000, 1, seed=2)))[12])


def test_fresh_lists_are_worth_more(folder: Path) -> None:
    """Clicks of the last minutes say more than those of hours, an hourly list far more than one of midnight."""
    figures = portal.report(portal.read_log(folder), (3,))
    six_minutes, hour, six_hours = (figures[f"day_3_ndcg_hourly_{length}h"] for length in (0.1, 1.0, 6.0))
    assert min(six_minutes, hour) > six_hours
    assert hour > 2 * figures["day_3_ndcg_midnight_1h"]


def test_the_importer_reads_every_click(folder: Path, tmp_path: Path) -> None:
    """Nothing is dropped; the silent hour is noted."""
    report = import_with(importer_of("globo"), folder, tmp_path)
    assert report.n_dropped == 0
    assert report.rows_in.total() == report.rows_out["reads"]
    assert report.notes["empty_files"] == 1
