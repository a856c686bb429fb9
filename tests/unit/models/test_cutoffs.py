"""Past refreshes: when they are, what counts as an answer, and that nothing later leaks into them."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.sections.training import EvaluationParams, RankerParams
from frontpage.features.interactions import interaction_dataset
from models.evaluation.evaluator import ground_truth
from models.retrieval.content import fit_content
from models.training.cutoffs import Cutoff, Past, als_chain, cutoff_at, plan, sample_negatives
from models.training.feature_lookup import direct_lookup

from .newsroom_world import PARAMS, newsroom
from .worlds import NOW, article, history, hours_ago, read, reader

HOUR = timedelta(hours=1)


def test_training_ends_before_evaluation_begins() -> None:
    """Every training window is over at the first evaluation cutoff, every evaluation window at as_of."""
    made = plan(interaction_dataset(newsroom(20, 120)), PARAMS)
    assert made.training[-1] + made.window <= made.evaluation[0]
    assert made.evaluation[-1] + made.window <= NOW
    assert list(made.training) == sorted(made.training)


def test_windows_widen_until_there_are_readers() -> None:
    """Two readers never are enough: the window grows to a day; cutoffs stay 13 hours apart, so that windows overlap."""
    rows = [article(f"a{number}", number) for number in range(24 * 10)]
    reads = [read(number % 2, f"a{number}", number - 0.5) for number in range(1, 24 * 10)]
    params = Params(ranker=RankerParams(n_cutoffs=3, max_cutoffs=3), evaluation=EvaluationParams(n_cutoffs=1))
    made = plan(interaction_dataset(history(rows, reads, [])), params)
    assert made.window == 24 * HOUR
    assert made.training[1] - made.training[0] == 13 * HOUR


def test_a_short_history_has_ticks_close_together() -> None:
    """A day and a half of a small newsroom still gives four training cutoffs or more and both evaluation cutoffs."""
    made = plan(interaction_dataset(newsroom(60, 36)), PARAMS)
    assert len(made.training) >= 4
    assert len(made.evaluation) == 2
    assert made.training[-1] + made.window <= made.evaluation[0]


def test_ticks_before_the_first_read_are_left_out() -> None:
    """An hour of history has no past to learn from."""
    made = plan(interaction_dataset(history([article("a")], [read(1, "a", 0.5)], [])), PARAMS)
    assert made.training == ()


def test_answers_are_first_reads_within_the_window() -> None:
    """Not what was read before the cutoff, not what came later, each article once, whoever read it."""
    rows = [
        article("known", 9),
        article("next", 9),
        article("later", 9),
        article("not_out", 1.8),
        article("old", 24 * 8),
    ]
    reads = [
        read(1, "known", 5), read(1, "known", 1.5), read(1, "next", 1.9), read(1, "next", 1.2), read(1, "later", 0.5),
        read(1, "not_out", 1.4), read(1, "old", 1.3), read(2, "next", 1.5),
    ]  # fmt: skip
    dataset = interaction_dataset(history(rows, reads, [reader(1)]))
    everybody = ground_truth(dataset, hours_ago(2), HOUR)
    found = everybody.of(np.flatnonzero(dataset.reader_keys == 1))
    assert [dataset.article_ids[at] for at in found.article] == ["next", "not_out", "old"]
    assert set(dataset.reader_keys[everybody.reader]) == {1, 2}


def test_long_reads_grade_higher() -> None:
    """Grade 2 from the median dwell known at the cutoff (30 s) on, 1 below it and where dwell was not measured."""
    rows = [article(name, 9) for name in "abcdef"]
    known = [read(2, name, 5, dwell_seconds=seconds) for name, seconds in zip("abc", (10, 30, 50), strict=True)]
    after = [read(1, "d", 1.5, dwell_seconds=30), read(1, "e", 1.5, dwell_seconds=29), read(1, "f", 1.5)]
    dataset = interaction_dataset(history(rows, [*known, *after], [reader(1)]))
    found = ground_truth(dataset, hours_ago(2), HOUR)
    assert found.grade.tolist() == [2, 1, 1]
    assert np.isnan(found.dwell_seconds).tolist() == [False, False, True]


def _ticks(past: History, when: list[float]) -> list[Cutoff]:
    dataset = interaction_dataset(past)
    vectors = fit_content(past.articles, PARAMS.content, 1).vectors(past.articles)
    base = Past(dataset, PARAMS, vectors, 2 * HOUR)
    moments = [hours_ago(hours) for hours in when]
    return [
        cutoff_at(base, at, factors) for at, factors in zip(moments, als_chain(dataset, moments, PARAMS), strict=True)
    ]


def test_later_reads_change_nothing_at_an_earlier_tick() -> None:
    """Without every read after the cutoff's own window: the same candidates, popularity, ALS and content scores."""
    past = newsroom(60, 30)
    cut = hours_ago(8 - 2)
    early = past.reads[past.reads[c.OCCURRED_AT] <= cut]
    known_then = history(past.articles.to_dict("records"), early.to_dict("records"), past.readers.to_dict("records"))
    whole, cut_off = _ticks(past, [12, 8])[-1], _ticks(known_then, [12, 8])[-1]
    assert whole.frame().equals(cut_off.frame())
    assert whole.grade.tolist() == cut_off.grade.tolist()
    for name, values in whole.extra.items():
        assert np.array_equal(values, cut_off.extra[name]), name


def test_cutoffs_without_totals_have_the_same_pairs_and_no_features() -> None:
    """Totals change no candidate, grade or score of a cutoff; features without them would be wrong, so are none."""
    past = newsroom(60, 30)
    dataset = interaction_dataset(past)
    base = Past(dataset, PARAMS, fit_content(past.articles, PARAMS.content, 1).vectors(past.articles), 2 * HOUR)
    factors = next(als_chain(dataset, [hours_ago(8)], PARAMS))
    whole, without = (
        cutoff_at(replace(base, with_totals=with_totals), hours_ago(8), factors) for with_totals in (True, False)
    )
    assert without.frame().equals(whole.frame())
    assert without.grade.tolist() == whole.grade.tolist()
    for name, values in whole.extra.items():
        assert np.array_equal(values, without.extra[name]), name
    assert len(direct_lookup([whole])) == len(whole.pairs)
    with pytest.raises(ValueError, match="totals"):
        direct_lookup([without])


def test_sampled_lists_keep_what_was_read() -> None:
    """At most n pairs a list, all reads among them, and no list without a read; the same in every run."""
    cutoff = _ticks(newsroom(60, 30), [8])[0]
    thin = sample_negatives(cutoff, 12, 5)
    assert np.unique(thin.pairs.reader, return_counts=True)[1].max() <= 12
    assert (thin.grade > 0).sum() == (cutoff.grade > 0).sum()
    assert set(thin.pairs.reader) == set(cutoff.pairs.reader[cutoff.grade > 0])
    assert sample_negatives(cutoff, 12, 5).frame().equals(thin.frame())
    assert len(thin.frame()) < len(cutoff.frame())
    assert thin.weight[thin.grade > 0].tolist() == [1.0] * int((cutoff.grade > 0).sum())
    assert thin.weight[thin.grade == 0].sum() == pytest.approx((cutoff.grade == 0).sum())


def test_readers_are_drawn_by_seed() -> None:
    """No more readers than asked for, the same ones every time."""
    past = newsroom(60, 30)
    dataset = interaction_dataset(past)
    base = Past(dataset, PARAMS, np.zeros((len(dataset.article_ids), 4), np.float32), 2 * HOUR)
    factors = next(als_chain(dataset, [hours_ago(8)], PARAMS))
    one, two = (cutoff_at(base, hours_ago(8), factors, 5) for _ in range(2))
    assert len(one.inputs.context.readers) == 5
    assert one.frame().equals(two.frame())
