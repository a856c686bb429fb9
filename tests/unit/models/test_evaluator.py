"""What a list is worth, by hand; the ceiling, the oracle, and what chance scores."""

from datetime import datetime, timedelta
from itertools import permutations
from math import log2, sqrt

import numpy as np
import pytest

from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.features.interactions import InteractionDataset, interaction_dataset
from models.context import ScoringContext, scoring_context
from models.evaluation.baselines import at_random
from models.evaluation.evaluator import Evaluator, GroundTruth, ground_truth
from models.inputs import ScoringInputs, scoring_inputs
from models.retrieval import als
from models.topk import TopK

from .replay_world import world
from .worlds import NOW, article, history, hours_ago, read, reader

HOUR = timedelta(hours=1)
AS_OF = hours_ago(4)
SECOND = 1 / log2(3)


def judged(past: History, as_of: datetime = AS_OF) -> tuple[ScoringContext, GroundTruth, Evaluator]:
    """The moment, what was read in the hour after it, and the judge."""
    dataset = interaction_dataset(past)
    read_next = ground_truth(dataset, as_of, HOUR)
    at = scoring_context(dataset, as_of, Params(), readers=np.unique(read_next.reader))
    return at, read_next, Evaluator.of(at, read_next)


def picked(at: ScoringContext, names: str) -> TopK:
    """One list for the first reader, best first."""
    places = at.dataset.article_ids.get_indexer(list(names))
    rows = np.searchsorted(at.live, places)
    return TopK(np.zeros(len(rows), dtype=np.int64), np.arange(1, len(rows) + 1), rows)


def bare_view(at: ScoringContext) -> ScoringInputs:
    """A view without factors or texts."""
    nothing = als.Factors(np.zeros((len(at.readers), 2), np.float32), np.zeros((len(at.live), 2), np.float32))
    return scoring_inputs(at, Params(), nothing, np.zeros((len(at.dataset.article_ids), 2), np.float32))


def test_two_answers_by_hand() -> None:
    """Read next: b and d; listed: c and b. One hit at the second place of an ideal 1 + 1/log2(3)."""
    rows = [article(name, 9) for name in "abcd"]
    at, _, evaluator = judged(history(rows, [read(1, "b", 3.5), read(1, "d", 3.4)], []))
    measures = evaluator.measures(picked(at, "cb"))
    assert measures["ndcg_at_10"].tolist() == pytest.approx([SECOND / (1 + SECOND)])
    assert measures["hit_rate_at_10"].tolist() == [1.0]
    assert measures["recall_at_10"].tolist() == [0.5]


def test_reading_time_is_the_gain_where_it_is_known() -> None:
    """30 and 90 seconds: gains of 0.5 and 1.5 times the mean; without times it is plain nDCG and nothing is timed."""
    rows, reads = [article(name, 9) for name in "ab"], [read(1, "a", 3.5), read(1, "b", 3.4)]
    timed = [read(1, "a", 3.5, dwell_seconds=30), read(1, "b", 3.4, dwell_seconds=90)]
    at, _, evaluator = judged(history(rows, timed, []))
    made = evaluator.measures(picked(at, "a"))["dwell_ndcg_at_10"]
    assert made.tolist() == pytest.approx([0.5 / (1.5 + 0.5 * SECOND)])
    assert evaluator.n_timed.tolist() == [2]
    at, _, untimed = judged(history(rows, reads, []))
    assert untimed.n_timed.tolist() == [0]
    assert untimed.measures(picked(at, "a"))["dwell_ndcg_at_10"].tolist() == pytest.approx([1 / (1 + SECOND)])


def test_the_ceiling_counts_what_was_not_out_and_what_had_expired() -> None:
    """Of three answers one could be listed, two existed: the ceiling is one hit of an ideal of three."""
    rows = [article("a", 9), article("n", 3.9), article("o", 24 * 15)]
    at, _, evaluator = judged(history(rows, [read(1, name, 3.5) for name in "ano"], []))
    assert (evaluator.n_relevant[0], evaluator.n_existing[0], evaluator.n_listable[0]) == (3, 2, 1)
    assert evaluator.ceiling().tolist() == pytest.approx([1 / (1 + SECOND + 1 / 2)])
    assert at.dataset.article_ids[at.live].tolist() == ["a"]


def test_who_knows_the_future_reaches_the_ceiling() -> None:
    """The oracle's lists score exactly what the ceiling says, for every reader of a newsroom."""
    for hours in (30, 12, 6):
        _, _, evaluator = judged(world(), hours_ago(hours))
        assert evaluator.measures(evaluator.oracle())["ndcg_at_10"].tolist() == evaluator.ceiling().tolist()
        assert evaluator.ceiling().max() > 0


def test_chance_by_enumeration_of_few_articles() -> None:
    """Four unread live articles, two of them answers: the mean over all 24 orders."""
    rows = [article(name, 9) for name in "abcde"]
    reads = [read(1, "e", 5), read(1, "a", 3.5), read(1, "c", 3.4)]
    at, _, evaluator = judged(history(rows, reads, []))
    scores = [evaluator.measures(picked(at, "".join(order)))["ndcg_at_10"][0] for order in permutations("abcd")]
    assert evaluator.by_chance().tolist() == pytest.approx([np.mean(scores)])


def test_chance_by_enumeration_of_more_than_a_list() -> None:
    """Twelve live articles: over the twelve rotations each stands at each place once, and twice nowhere."""
    names = "abcdefghijkl"
    reads = [read(1, "b", 3.5), read(1, "k", 3.4), read(1, "l", 3.3)]
    at, _, evaluator = judged(history([article(name, 9) for name in names], reads, []))
    orders = [(names[turn:] + names[:turn])[:10] for turn in range(12)]
    scores = [evaluator.measures(picked(at, order))["ndcg_at_10"][0] for order in orders]
    assert evaluator.by_chance().tolist() == pytest.approx([np.mean(scores)])


def test_random_lists_score_what_chance_says() -> None:
    """Over 60 seeds, within 4 standard errors."""
    at, _, evaluator = judged(world(), hours_ago(12))
    now, everybody = bare_view(at), np.arange(len(at.readers))
    draws = [evaluator.measures(at_random(seed)(now, everybody))["ndcg_at_10"].mean() for seed in range(60)]
    error = np.std(draws, ddof=1) / sqrt(len(draws))
    assert abs(np.mean(draws) - evaluator.by_chance().mean()) < 4 * error


def test_a_late_row_answers_only_the_window_it_was_read_in() -> None:
    """Read before the cutoff but recorded after it: not an answer, and not known as read either.

    Read in the window and recorded long after it: an answer. Read again in the window, after a first read that nobody
    knew of at the cutoff: an answer, since who made the list could not know.
    """
    rows = [article(name, 9) for name in "abc"]
    late = {c.RECORDED_AT: hours_ago(1)}
    reads = [read(1, "a", 5, **late), read(1, "b", 3.5, **late), read(1, "c", 5, **late), read(1, "c", 3.5)]
    at, read_next, _ = judged(history(rows, reads, []))
    assert at.dataset.article_ids[read_next.article].tolist() == ["b", "c"]
    assert len(at.seen) == 0


def test_a_known_read_is_no_answer_when_it_is_repeated() -> None:
    """Known at the cutoff: the second read is not the first one."""
    past = history([article("a", 9), article("b", 9)], [read(1, "a", 5), read(1, "a", 3.5), read(1, "b", 3.4)], [])
    assert _names(interaction_dataset(past), ground_truth(interaction_dataset(past), AS_OF, HOUR)) == ["b"]


def test_the_window_is_open_at_the_tick_and_closed_at_its_end() -> None:
    """A read at the cutoff itself was known to the list; one at the next cutoff belongs to this list."""
    reads = [read(1, "a", 4), read(1, "b", 3), read(1, "c", 2.99)]
    past = history([article(name, 9) for name in "abc"], reads, [reader(1)])
    assert _names(interaction_dataset(past), ground_truth(interaction_dataset(past), AS_OF, HOUR)) == ["b"]


def test_nobody_read_nothing() -> None:
    """A judge of no readers measures nothing."""
    past = history([article("a", 9)], [], [reader(1)], NOW)
    read_next = ground_truth(interaction_dataset(past), AS_OF, HOUR)
    at = scoring_context(interaction_dataset(past), AS_OF, Params(), readers=np.zeros(0, dtype=np.int64))
    evaluator = Evaluator.of(at, read_next)
    assert (
        len(evaluator.ceiling())
        == len(evaluator.oracle().reader)
        == len(evaluator.measures(TopK.empty())["ndcg_at_10"])
        == 0
    )


def _names(dataset: InteractionDataset, read_next: GroundTruth) -> list[str]:
    return list(dataset.article_ids[read_next.article])
