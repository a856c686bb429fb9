"""What makes the lists reaches its workers: at hand in the same process, as a checked file in any other."""

import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from apache_beam.utils.shared import Shared

from frontpage.core.errors import BadInputError
from frontpage.features.grouping import Ints
from frontpage.scoring.broadcast import Broadcast, broadcasting


def recommender(rows: Ints) -> pd.DataFrame:
    """A list of one for each row."""
    return pd.DataFrame({"row": rows})


class Drawn:
    """A list from an array so large that pickle hands it on as a view."""

    def __init__(self) -> None:
        self.numbers = np.arange(100_000)

    def lists(self, rows: Ints) -> pd.DataFrame:
        """The numbers of the rows."""
        return pd.DataFrame({"row": self.numbers[rows]})


def elsewhere(broadcast: Broadcast) -> Broadcast:
    """As another process would get it: nothing is at hand there."""
    return Broadcast(Shared(), broadcast.url, broadcast.sha256)


def test_threads_of_this_process_get_the_very_same_object():
    """Also from a copy that went through a pickle, as Beam's do; no file is written."""
    with broadcasting(recommender, None) as broadcast:
        assert pickle.loads(pickle.dumps(broadcast)).take().recommender is recommender
        assert broadcast.url == ""


def test_other_processes_load_the_file_once(tmp_path: Path):
    """The file is there while the pipeline runs and gone afterwards."""
    with broadcasting(recommender, str(tmp_path / "lists.pickle")) as broadcast:
        there = elsewhere(broadcast)
        first = there.take()
        assert first.recommender(np.arange(3))["row"].tolist() == [0, 1, 2]
        assert there.take() is first
    assert list(tmp_path.iterdir()) == []


def test_large_arrays_arrive(tmp_path: Path):
    """What a model is made of comes whole through the file and its hash."""
    with broadcasting(Drawn().lists, str(tmp_path / "lists.pickle")) as broadcast:
        assert elsewhere(broadcast).take().recommender(np.array([7, 99_999]))["row"].tolist() == [7, 99_999]


def test_a_file_that_is_not_ours_is_never_loaded(tmp_path: Path):
    """Another content, or no file at all for a worker elsewhere, is named with the remedy."""
    with broadcasting(recommender, str(tmp_path / "lists.pickle")) as broadcast:
        (tmp_path / "lists.pickle").write_bytes(pickle.dumps(print))
        with pytest.raises(BadInputError, match="was changed"):
            elsewhere(broadcast).take()
    with broadcasting(recommender, None) as broadcast, pytest.raises(BadInputError, match="shared folder"):
        elsewhere(broadcast).take()
