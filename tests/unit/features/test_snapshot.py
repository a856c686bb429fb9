"""Snapshots: the same history, the same bytes; a damaged one is refused in one sentence."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.clock import iso
from frontpage.core.errors import BadInputError
from frontpage.core.history import History
from frontpage.features.snapshot import MANIFEST, read_manifest, read_snapshot, write_snapshot
from frontpage.lifecycle.registry import snapshot_hash
from tests.feature_worlds import article, history, random_history, read, reader


def _world() -> History:
    world = random_history(11)
    older = random_history(12, n_articles=3).articles
    reads = world.reads.head(5).sort_values([c.READER_KEY, c.OCCURRED_AT], ignore_index=True)
    shown = reads[[c.READER_KEY, c.ARTICLE_ID, c.OCCURRED_AT]].assign(position=np.arange(1, 6, dtype=np.int16))
    return History(world.as_of, world.articles, world.reads, world.readers, older, world.readers.head(0), shown)


def test_the_same_history_gives_the_same_bytes(tmp_path: Path) -> None:
    """Written twice, into a used and into a new folder: one hash, and equal files."""
    first = write_snapshot(_world(), tmp_path / "a")
    assert write_snapshot(_world(), tmp_path / "b") == first == write_snapshot(_world(), tmp_path / "a")
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Every frame comes back as it was: order, types, missing values and lists."""
    world = _world()
    write_snapshot(world, tmp_path)
    back = read_snapshot(tmp_path)
    assert back.as_of == world.as_of
    for name in ("articles", "reads", "readers", "older_articles", "older_readers", "shown"):
        pd.testing.assert_frame_equal(getattr(back, name), getattr(world, name))


def test_a_snapshot_from_before_lists_were_in_it_is_read(tmp_path: Path) -> None:
    """Without the file of impressions, and without its line in the manifest: what was shown is not known."""
    write_snapshot(_world(), tmp_path)
    content = read_manifest(tmp_path)
    del content["files"]["shown.parquet"], content["hash"]
    (tmp_path / "shown.parquet").unlink()
    mark = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    (tmp_path / MANIFEST).write_text(json.dumps({**content, "hash": mark}))
    assert read_snapshot(tmp_path).shown is None


def test_a_snapshot_of_another_moment_is_refused(tmp_path: Path) -> None:
    """Whoever asks for a moment gets that one, or an error that names the one there is."""
    world = _world()
    write_snapshot(world, tmp_path)
    assert read_snapshot(tmp_path, world.as_of).as_of == world.as_of
    with pytest.raises(BadInputError, match=f"was taken at {iso(world.as_of)}"):
        read_snapshot(tmp_path, world.as_of + timedelta(hours=1))


def test_the_hash_of_a_history_is_of_its_own_snapshot(tmp_path: Path) -> None:
    """A snapshot of the same moment with other rows is replaced; an equal one stays, whatever its folder is called."""
    few, more = (history(9, [article("a")], [read(1, "a", 1), read(2, "a", 2)][:n], [reader(1)]) for n in (1, 2))
    by_hand = write_snapshot(few, tmp_path / "by hand")
    assert snapshot_hash(few, tmp_path) == by_hand
    assert [path.name for path in tmp_path.iterdir()] == ["by hand"]
    assert snapshot_hash(more, tmp_path) != by_hand
    place = tmp_path / f"{more.as_of:%Y%m%dT%H%M%S}"
    assert snapshot_hash(more, tmp_path) == read_manifest(place)["hash"]
    pd.testing.assert_frame_equal(read_snapshot(place).reads, more.reads)


def test_one_row_more_gives_another_hash(tmp_path: Path) -> None:
    """The hash stands for the content."""
    rows = [read(1, "a", 1), read(2, "a", 2)]
    hashes = {write_snapshot(history(9, [article("a")], rows[:n], [reader(1)]), tmp_path) for n in (1, 2)}
    assert len(hashes) == 2


@pytest.mark.parametrize("file", ["reads.parquet", "manifest.json"])
def test_a_damaged_or_missing_file_is_named(tmp_path: Path, file: str) -> None:
    """A flipped byte, a missing file, a killed run (no manifest yet): one sentence with the file and the remedy."""
    write_snapshot(_world(), tmp_path)
    content = bytearray((tmp_path / file).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / file).write_bytes(content)
    with pytest.raises(BadInputError, match=file):
        read_snapshot(tmp_path)
    (tmp_path / file).unlink()
    with pytest.raises(BadInputError, match=f"{file} is missing"):
        read_snapshot(tmp_path)
