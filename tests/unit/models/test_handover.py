"""What makes the lists reaches its workers: at hand in the same process, as a checked file in any other."""

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from apache_beam.utils.shared import Shared

from core.errors import BadInputError
from features.grouping import Ints
from models.handover import Handover, handed_over


def lister(rows: Ints) -> pd.DataFrame:
    """A list of one for each row."""
    return pd.DataFrame({"row": rows})


class Drawn:
    """A list from an array so large that pickle hands it on as a view."""

    def __init__(self) -> None:
        self.numbers = np.arange(100_000)

    def lists(self, rows: Ints) -> pd.DataFrame:
        """The numbers of the rows."""
        return pd.DataFrame({"row": self.numbers[rows]})


def elsewhere(handover: Handover) -> Handover:
    """As another process would get it: nothing is at hand there."""
    return Handover(Shared(), handover.url, handover.sha256)


def test_threads_of_this_process_get_the_very_same_object():
    """Also from a copy that went through a pickle, as Beam's do; no file is written."""
    with handed_over(lister, None) as handover:
        assert pickle.loads(pickle.dumps(handover)).take().lister is lister
        assert handover.url == ""


def test_other_processes_load_the_file_once(tmp_path: Path):
    """The file is there while the pipeline runs and gone afterwards."""
    with handed_over(lister, str(tmp_path / "lists.pickle")) as handover:
        there = elsewhere(handover)
        first = there.take()
        assert first.lister(np.arange(3))["row"].tolist() == [0, 1, 2]
        assert there.take() is first
    assert list(tmp_path.iterdir()) == []


def test_large_arrays_arrive(tmp_path: Path):
    """What a model is made of comes whole through the file and its hash."""
    with handed_over(Drawn().lists, str(tmp_path / "lists.pickle")) as handover:
        assert elsewhere(handover).take().lister(np.array([7, 99_999]))["row"].tolist() == [7, 99_999]


def test_a_file_that_is_not_ours_is_never_loaded(tmp_path: Path):
    """Another content, or no file at all for a worker elsewhere, is named with the remedy."""
    with handed_over(lister, str(tmp_path / "lists.pickle")) as handover:
        (tmp_path / "lists.pickle").write_bytes(pickle.dumps(print))
        with pytest.raises(BadInputError, match="was changed"):
            elsewhere(handover).take()
    with handed_over(lister, None) as handover, pytest.raises(BadInputError, match="shared folder"):
        elsewhere(handover).take()
