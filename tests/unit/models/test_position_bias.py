"""Position bias: where reads were seen, how much each position is looked at, and what learning makes of it."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.history import SHOWN_COLUMNS, History
from frontpage.core.metrics import ndcg_of_groups
from frontpage.core.sections.training import RankerParams
from frontpage.features.grouping import Floats, Ints
from frontpage.features.interactions import interaction_dataset
from models.ranking.ranker import Rows, predict, ranker_text, train_ranker
from models.retrieval import als
from models.training.cutoffs import Cutoff, Past, cutoff_at, plan
from models.training.feature_lookup import direct_lookup
from models.training.position_bias import N_POSITIONS, Impressions, examination, learned_windows, sample_weights
from models.training.train import Inputs, train

from .newsroom_world import PARAMS, newsroom
from .worlds import NOW, article, history, hours_ago, read, reader

#: How often each position is looked at: the third half as often as the top, the tenth a sixth as often.
LOOKED_AT = 1 / np.arange(1, N_POSITIONS + 1) ** 0.75
HOUR = timedelta(hours=1)
PRODUCT = RankerParams()


def _lists(n_lists: int, seed: int = 1) -> tuple[Rows, Floats]:
    """Lists of 20 that stood in an old ranker's order, read as their positions were looked at; what readers want.

    Columns: what readers want, but noisily, and what the old ranker thought, of which readers want a part only.
    """
    random = np.random.default_rng(seed)
    wanted, old = random.normal(size=(2, n_lists, N_POSITIONS))
    old += 0.5 * wanted
    position = 1 + np.argsort(np.argsort(-old, axis=1), axis=1)
    chance = 0.03 * np.exp(wanted - 0.5) * LOOKED_AT[position - 1]
    grades = (random.random(wanted.shape) < chance).astype(np.int64)
    matrix = np.stack([wanted + random.normal(size=wanted.shape), old], axis=2).reshape(-1, 2).astype(np.float32)
    once, sizes = np.ones(wanted.size), np.full(n_lists, N_POSITIONS)
    rows = Rows(matrix, ("hint", "old"), grades.ravel(), sizes, once, position.ravel().astype(np.int64), 0)
    return rows, wanted.ravel()


def test_the_curve_is_found() -> None:
    """The tenth position within a third of the truth, nearer ones within a quarter, from 2,500 reads in lists."""
    found = examination(_lists(12_000)[0], PRODUCT, 1, 2)
    assert found[:5] == pytest.approx(LOOKED_AT[:5], rel=0.25)
    assert found[:10] == pytest.approx(LOOKED_AT[:10], rel=1 / 3)
    assert (np.diff(found) <= 0).all()


def test_without_a_bias_hardly_any_is_found() -> None:
    """Positions drawn by lot say nothing about reads: all within a fifth of the top."""
    rows, _ = _lists(12_000)
    by_lot = np.random.default_rng(2).permuted(np.tile(np.arange(1, N_POSITIONS + 1), (12_000, 1)), axis=1).ravel()
    assert examination(replace(rows, position=by_lot), PRODUCT, 1, 2) == pytest.approx(np.ones(N_POSITIONS), rel=0.2)


def test_few_reads_prove_nothing() -> None:
    """Thirty lists: every position counts the same."""
    assert examination(_lists(30)[0], PRODUCT, 1, 2).tolist() == [1.0] * N_POSITIONS


def test_what_was_read_low_in_a_list_counts_for_more() -> None:
    """Unread pairs and reads elsewhere count once, a read by how little its position is looked at, up to a limit."""
    rows, _ = _lists(1)
    rows = replace(rows, grades=np.ones(N_POSITIONS, np.int64), position=np.arange(N_POSITIONS))
    counts = sample_weights(rows, LOOKED_AT, 4.0)
    assert counts[:4] == pytest.approx([1.0, 1.0, 2**0.75, 3**0.75])
    assert counts[-1] == 4.0
    assert sample_weights(replace(rows, grades=np.zeros(N_POSITIONS, np.int64)), LOOKED_AT, 4.0).tolist() == [1.0] * 20


def test_the_ranker_comes_nearer_to_what_readers_want() -> None:
    """Lists by what readers want, which no read shows directly: a twelfth nearer than without."""
    rows, _ = _lists(12_000)
    unseen, wanted = _lists(2_000, seed=2)
    best = np.argsort(np.argsort(wanted.reshape(-1, N_POSITIONS), axis=1), axis=1).ravel() >= N_POSITIONS - 3

    def quality(counts: Floats | None) -> float:
        score = predict(train_ranker(rows, PRODUCT, 1, 2, sample_weights=counts), unseen.matrix, 2)
        return ndcg_of_groups(score, best.astype(np.int64), unseen.group_sizes)

    plain = quality(None)
    corrected = quality(sample_weights(rows, examination(rows, PRODUCT, 1, 2), PRODUCT.max_position_weight))
    assert corrected - plain > (1 - plain) / 12


def _shown(*rows: tuple[int, str, float, int]) -> pd.DataFrame:
    """Impressions: reader, article, how many hours ago, and the position."""
    frame = pd.DataFrame(rows, columns=list(SHOWN_COLUMNS))
    frame[c.OCCURRED_AT] = pd.to_datetime([hours_ago(age) for age in frame[c.OCCURRED_AT]], utc=True)
    return frame.sort_values([c.READER_KEY, c.OCCURRED_AT], ignore_index=True)


def _tick(past: History) -> Cutoff:
    """Two hours ago, with what was read in the hour after."""
    dataset = interaction_dataset(past)
    base = Past(dataset, PARAMS, np.zeros((len(dataset.article_ids), 4), np.float32), HOUR)
    return cutoff_at(base, hours_ago(2), als.cold_start(dataset, PARAMS.als, 1))


def test_a_pair_was_seen_where_it_stood_last_before_it_was_read() -> None:
    """Later showings of what was read, earlier and later than the window, and of strangers: none of them count."""
    articles = [article(name, 5) for name in ("a", "b", "c", "d")]
    past = history(articles, [read(1, "a", 1.5), read(2, "d", 1.2)], [reader(1), reader(2)])
    shown = _shown(
        (1, "a", 1.9, 7), (1, "a", 1.6, 2), (1, "a", 1.4, 1), (1, "b", 1.9, 3), (1, "b", 1.1, 9), (1, "c", 2.0, 4),
        (1, "c", 0.9, 5), (2, "c", 1.0, 6), (9, "a", 1.8, 8), (1, "unknown", 1.8, 8),
    )  # fmt: skip
    cutoff = _tick(past)
    seen = Impressions.of(interaction_dataset(replace(past, shown=shown)), HOUR).seen(cutoff)
    at = cutoff.inputs.context
    keys = at.dataset.reader_keys[at.readers[cutoff.pairs.reader]]
    names = at.dataset.article_ids[at.live[cutoff.pairs.article]]
    found = {(int(key), name): int(where) for key, name, where in zip(keys, names, seen, strict=True)}
    assert found == {
        (1, "a"): 2, (1, "b"): 9, (1, "c"): 0, (1, "d"): 0, (2, "a"): 0, (2, "b"): 0, (2, "c"): 6, (2, "d"): 0,
    }  # fmt: skip


def test_nothing_shown_is_nothing_seen() -> None:
    """Without impressions every pair was nowhere."""
    past = history([article("a", 5)], [read(1, "a", 1.5)], [reader(1)])
    assert Impressions.of(interaction_dataset(past), HOUR).seen(_tick(past)).tolist() == [0]


def test_what_is_asked_for_are_the_windows_of_those_who_are_learned_from() -> None:
    """One row for each cutoff and each reader with a new read in its window."""
    past = newsroom()
    windows, cutoffs = learned_windows(interaction_dataset(past), PARAMS), plan(interaction_dataset(past), PARAMS)
    assert sorted(set(windows[c.SINCE_US])) == [int(cutoff.timestamp() * 1e6) for cutoff in cutoffs.all]
    assert set(windows[c.UNTIL_US] - windows[c.SINCE_US]) == {cutoffs.window // timedelta(microseconds=1)}
    assert not windows.duplicated().any()
    first = pd.Timestamp(cutoffs.all[0])
    new = past.reads[(past.reads[c.OCCURRED_AT] > first) & (past.reads[c.OCCURRED_AT] <= first + cutoffs.window)]
    assert set(windows[windows[c.SINCE_US] == windows[c.SINCE_US].min()][c.READER_KEY]) <= set(new[c.READER_KEY])


def _newsroom_with_lists() -> History:
    """Each read was seen five minutes before, mostly high in a list; two articles beside it were not read."""
    past, random = newsroom(), np.random.default_rng(5)
    rows = []
    for key, name, moment in past.reads[[c.READER_KEY, c.ARTICLE_ID, c.OCCURRED_AT]].itertuples(index=False):
        places: Ints = random.choice(np.arange(1, 11), 3, replace=False)
        others = random.choice(past.articles[c.ARTICLE_ID].to_numpy(), 2)
        age = (NOW - moment.to_pydatetime()) / HOUR + 1 / 12
        named = zip([name, *others], [min(places), *places[places > min(places)]], strict=True)
        rows += [(key, article_id, age, int(place)) for article_id, place in named]
    return replace(past, shown=_shown(*rows))


def test_a_training_estimates_the_curve_and_uses_it() -> None:
    """The version keeps the curve, and the trees are other ones; with a limit of 1 positions do not matter."""
    past = _newsroom_with_lists()
    plain = train(Inputs(replace(past, shown=None), PARAMS, direct_lookup), "v").model
    model = train(Inputs(past, PARAMS, direct_lookup), "v").model
    off = PARAMS.model_copy(update={"ranker": PARAMS.ranker.model_copy(update={"max_position_weight": 1.0})})
    without = train(Inputs(past, off, direct_lookup), "v").model
    assert model.metrics["seen_reads"] > 50
    assert plain.metrics["seen_reads"] == 0
    assert plain.histories["examination"] == without.histories["examination"] == []
    assert model.histories["examination"][0] == 1.0 > model.histories["examination"][8]
    assert ranker_text(without.ranker) == ranker_text(plain.ranker) != ranker_text(model.ranker)
    assert ranker_text(model.validation_ranker) != ranker_text(plain.validation_ranker)
