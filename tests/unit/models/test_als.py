"""ALS: what it learns, that it can be killed, and that nothing is invented from nothing."""

import itertools
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse import random as random_matrix

from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.sections.training import AlsParams
from frontpage.features.interactions import interaction_dataset
from models.context import scoring_context
from models.retrieval import als

from .worlds import NOW, article, history, read, reader

#: The first row of factors is nobody's in particular: the dataset's one fallback.
NOBODY = 1
PARAMS = AlsParams(factors=4, iterations=6, checkpoint_every=2)


def _two_tastes(n_readers: int = 20) -> History:
    """Even readers read the s articles, odd ones the p articles, each leaving out one."""
    rows = [article(f"{kind}{number}") for kind in "sp" for number in range(5)]
    reads = [
        read(key, f"{'sp'[key % 2]}{number}", 1 + number / 10)
        for key in range(n_readers)
        for number in range(5)
        if number != key % 5
    ]
    return history(rows, reads, [])


def _confidence(past: History) -> csr_matrix:
    dataset = interaction_dataset(past)
    return als.interactions(dataset, scoring_context(dataset, NOW, Params()).known, 20.0)


def test_the_loss_is_the_same_to_the_last_bit() -> None:
    """Whatever the number of threads and however they take turns, since it is part of a version's bytes."""
    random = np.random.default_rng(1)
    confidence = random_matrix(20_000, 800, density=0.01, format="csr", dtype=np.float32, random_state=random)
    confidence.data = 1 + 20 * confidence.data
    start = als.Factors(*(random.random((n, 32), dtype=np.float32) for n in confidence.shape))
    params = AlsParams(factors=32)
    assert len({als.fit(confidence, start, params, n_threads)[1] for n_threads in (1, 2, 3, 4) * 4}) == 1


def test_the_loss_falls_with_every_iteration() -> None:
    """ALS solves each side exactly or nearly so: the training loss never rises."""
    past = _two_tastes()
    _, losses = als.fit_with_checkpoints(
        _confidence(past), als.cold_start(interaction_dataset(past), PARAMS, 1), PARAMS, 2
    )
    assert len(losses) == 6
    assert losses[-1] < losses[0]
    assert all(later <= earlier + 1e-4 for earlier, later in itertools.pairwise(losses))


def test_it_finds_the_article_a_reader_left_out() -> None:
    """An even reader's unread s article scores above every p article."""
    past = _two_tastes()
    factors, _ = als.fit_with_checkpoints(
        _confidence(past), als.cold_start(interaction_dataset(past), PARAMS, 1), PARAMS, 2
    )
    scores = factors.reader[NOBODY:] @ factors.article.T
    sport, politics = scores[:, 5:], scores[:, :5]
    assert (sport[0::2].min(axis=1) > politics[0::2].max(axis=1)).all()


def test_a_killed_training_goes_on_bit_for_bit(tmp_path: Path) -> None:
    """Stopped after the checkpoint of iteration 4 and started again: the same bytes as undisturbed."""
    past = _two_tastes()
    confidence, start = _confidence(past), als.cold_start(interaction_dataset(past), PARAMS, 1)
    whole, losses = als.fit_with_checkpoints(confidence, start, PARAMS, 2)
    checkpoint = tmp_path / "als.npz"
    _stop_after(5, confidence, start, checkpoint)
    with np.load(checkpoint) as saved:
        assert len(saved["losses"]) == 4
    resumed, resumed_losses = als.fit_with_checkpoints(confidence, start, PARAMS, 2, checkpoint)
    assert resumed.reader.tobytes() == whole.reader.tobytes()
    assert resumed.article.tobytes() == whole.article.tobytes()
    assert resumed_losses == losses


def test_a_checkpoint_of_other_data_is_not_used(tmp_path: Path) -> None:
    """One more read is another training: the old checkpoint is ignored."""
    past, more = _two_tastes(), _two_tastes(22)
    checkpoint = tmp_path / "als.npz"
    als.fit_with_checkpoints(
        _confidence(past), als.cold_start(interaction_dataset(past), PARAMS, 1), PARAMS, 2, checkpoint
    )
    confidence, start = _confidence(more), als.cold_start(interaction_dataset(more), PARAMS, 1)
    fresh, _ = als.fit_with_checkpoints(confidence, start, PARAMS, 2)
    beside, _ = als.fit_with_checkpoints(confidence, start, PARAMS, 2, checkpoint)
    assert beside.reader.tobytes() == fresh.reader.tobytes()


def test_the_number_of_threads_changes_nothing() -> None:
    """Rows do not depend on each other and BLAS has one thread: 1 and 2 threads give the same bytes."""
    past = _two_tastes()
    confidence, start = _confidence(past), als.cold_start(interaction_dataset(past), PARAMS, 1)
    one, _ = als.fit_with_checkpoints(confidence, start, PARAMS, 1)
    two, _ = als.fit_with_checkpoints(confidence, start, PARAMS, 2)
    assert one.article.tobytes() == two.article.tobytes()


def test_no_reads_give_zeros() -> None:
    """Without any read all factors are zero, and none is NaN."""
    past = history([article("a")], [], [reader(1)])
    factors, losses = als.fit_with_checkpoints(
        _confidence(past), als.cold_start(interaction_dataset(past), PARAMS, 1), PARAMS, 1
    )
    assert not factors.reader.any()
    assert not factors.article.any()
    assert losses == [0.0] * 6


def test_one_reader_and_one_article() -> None:
    """The smallest world: one read, finite factors, and unread rows stay zero."""
    past = history([article("a"), article("b")], [read(1, "a")], [reader(2)])
    factors, _ = als.fit_with_checkpoints(
        _confidence(past), als.cold_start(interaction_dataset(past), PARAMS, 1), PARAMS, 1
    )
    assert np.isfinite(factors.reader).all()
    assert factors.reader[NOBODY] @ factors.article[0] > 0.5
    assert not factors.reader[NOBODY + 1].any()
    assert not factors.article[1].any()


def test_a_new_article_has_factors_as_soon_as_it_is_read() -> None:
    """Known sport readers read an article that came after training: other sport readers score it above politics."""
    past = _two_tastes()
    factors, _ = als.fit_with_checkpoints(
        _confidence(past), als.cold_start(interaction_dataset(past), PARAMS, 1), PARAMS, 2
    )
    rows = past.articles.to_dict("records")
    reads = [*past.reads.to_dict("records"), *(read(key, "z_new", 0.1) for key in (0, 2, 4, 6))]
    later = history([*rows, article("z_new", 0.2)], reads, [])
    grown = als.Factors(factors.reader, np.vstack([factors.article, np.zeros((1, 4), np.float32)]))
    fresh = als.fold_in(_confidence(later), grown, PARAMS, 2)
    scores = fresh.reader[NOBODY:] @ fresh.article.T
    assert (scores[8::2, 10] > scores[8::2, :5].max(axis=1)).all()


def test_a_warm_start_keeps_what_is_known() -> None:
    """Known ids take the previous factors, unknown ones the cold ones; another width cannot be used."""
    cold = als.Factors(np.full((2, 3), 9, np.float32), np.full((1, 3), 9, np.float32))
    previous = als.Factors(np.array([[1, 2, 3], [0, 0, 0]], np.float32), np.zeros((1, 3), np.float32))
    warm = als.warm_start(cold, previous)
    assert warm.reader.tolist() == [[1, 2, 3], [9, 9, 9]]
    assert warm.article.tolist() == [[9, 9, 9]]
    assert als.warm_start(cold, als.Factors(np.zeros((2, 5), np.float32), np.zeros((1, 5), np.float32))) is cold


class _Stop(Exception):
    pass


def _stop_after(n_iterations: int, confidence: csr_matrix, start: als.Factors, checkpoint: Path) -> None:
    """Train until the given iteration, then be interrupted as by a signal."""
    calls: list[float] = []
    original = als.fit

    def stopping(*arguments: object) -> tuple[als.Factors, float]:
        if len(calls) == n_iterations:
            raise _Stop
        calls.append(0.0)
        return original(*arguments)  # type: ignore[arg-type]

    als.fit = stopping  # type: ignore[assignment]
    try:
        als.fit_with_checkpoints(confidence, start, PARAMS, 2, checkpoint)
    except _Stop:
        pass
    finally:
        als.fit = original
