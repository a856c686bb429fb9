"""What is said of lists, by hand: coverage, age, spread, likeness, overlap."""

import numpy as np
import pytest

from frontpage.core import columns as c
from models.inputs import ScoringInputs
from models.replay.lists import LastListed
from models.topk import TopK

from .test_rerank import seen
from .worlds import article


def top_k(now: ScoringInputs, *lists: str) -> TopK:
    """One list for each reader, from the first on."""
    names = [name for one in lists for name in one]
    rows = np.searchsorted(now.context.live, now.context.dataset.article_ids.get_indexer(names))
    ranks = np.concatenate([np.arange(1, len(one) + 1) for one in lists])
    return TopK(np.repeat(np.arange(len(lists)), [len(one) for one in lists]), ranks, rows)


def test_two_lists_by_hand() -> None:
    """Three of four articles, of 2, 2, 4 and 6 hours; one list has one text twice, one has two texts."""
    ages = {"a": 2, "b": 4, "c": 6, "d": 8}
    rows = [article(name, age, **{c.PUBLISHER: "p" if name == "a" else "q"}) for name, age in ages.items()]
    now = seen(rows, {"a": [1.0, 0.0], "b": [1.0, 0.0], "c": [0.0, 1.0]}, readers=2)
    said = LastListed(len(now.context.dataset.reader_keys)).said(now, "ours", top_k(now, "ab", "ac"))
    assert (said.n_lists, said.coverage, said.mean_age_hours, said.publishers) == (2, 0.75, 3.5, 2.0)
    assert said.similarity == pytest.approx((1.0 + 0.0) / 2)
    assert np.isnan(said.categories)
    assert np.isnan(said.overlap)


def test_overlap_is_with_the_last_list_of_the_same_policy() -> None:
    """Half of the first list stood in the one before; without lists before, or now, there is no overlap."""
    now = seen([article(name, 30) for name in "abcd"], readers=2)
    listed = LastListed(len(now.context.dataset.reader_keys))
    listed.said(now, "ours", top_k(now, "ab", "cd"))
    assert listed.said(now, "ours", top_k(now, "bc", "cd")).overlap == pytest.approx((0.5 + 1.0) / 2)
    assert np.isnan(listed.said(now, "other", top_k(now, "bc")).overlap)
    nothing = listed.said(now, "ours", TopK.empty())
    assert np.isnan([nothing.overlap, nothing.mean_age_hours, nothing.similarity, nothing.publishers]).all()
