"""What a first training may use, worked out by hand."""

import pytest

from frontpage.core.params import Params, load_params
from frontpage.core.sections.training import FirstTrainingParams, RankerParams

LIMITS = FirstTrainingParams(n_cutoffs=8, max_readers_per_cutoff=500, n_trees=30)


def test_a_first_training_is_within_its_limits() -> None:
    """What is above a limit comes down to it; `max_cutoffs` to the number of cutoffs; everything else stays."""
    ranker = RankerParams(n_cutoffs=30, max_cutoffs=160, max_readers_per_cutoff=1_500, n_trees=60)
    params = Params(ranker=ranker, first_training=LIMITS)
    first = params.for_first_training()
    small = first.ranker
    assert (small.n_cutoffs, small.max_cutoffs, small.max_readers_per_cutoff, small.n_trees) == (8, 8, 500, 30)
    restored = first.ranker.model_copy(
        update={"n_cutoffs": 30, "max_cutoffs": 160, "max_readers_per_cutoff": 1_500, "n_trees": 60}
    )
    assert first.model_copy(update={"ranker": restored}) == params


@pytest.mark.parametrize(
    ("ranker", "limits"),
    [
        (RankerParams(), None),
        (RankerParams(n_cutoffs=4, max_cutoffs=4, max_readers_per_cutoff=90, n_trees=12), LIMITS),
    ],
)
def test_a_first_training_may_be_like_every_other(ranker: RankerParams, limits: FirstTrainingParams | None) -> None:
    """Without limits, and where nothing is beyond them, the parameters are the same ones."""
    params = Params(ranker=ranker, first_training=limits)
    assert params.for_first_training() == params


def test_null_in_the_file_switches_it_off(tmp_path) -> None:
    """`first_training: null` in params.yaml: no limits; without the key there are the usual ones."""
    file = tmp_path / "params.yaml"
    file.write_text("first_training: null\n")
    assert load_params(file).first_training is None
    file.write_text("seed: 7\n")
    assert load_params(file).first_training == FirstTrainingParams()
