"""Vectors kept from refresh to refresh: the same bits as without them, and no text asked for twice."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.features.interactions import interaction_dataset
from frontpage.store.history import TEXTS
from models.retrieval.late_vectors import LateVectors
from models.training.artefact import Model
from models.training.feature_lookup import direct_lookup
from models.training.train import Inputs, train

from .newsroom_world import PARAMS, newsroom


@pytest.fixture(scope="module")
def past() -> History:
    """Two days of a newsroom."""
    return newsroom()


@pytest.fixture(scope="module")
def model(past: History) -> Model:
    """A model that does not know every third article."""
    trained = train(Inputs(past, PARAMS, direct_lookup), "v1").model
    known = np.arange(len(trained.article_ids)) % 3 > 0
    return replace(trained, article_ids=trained.article_ids[known], vectors=trained.vectors[known])


def _without_texts(articles: pd.DataFrame, wanted: "np.ndarray | None" = None) -> pd.DataFrame:
    bare = articles.copy()
    bare.loc[np.ones(len(bare), dtype=bool) if wanted is None else ~wanted, list(TEXTS)] = None
    return bare


def test_what_one_refresh_made_the_next_one_has(model: Model, past: History, tmp_path: Path) -> None:
    """The second needs no text, and both have the bits of a model that reads all texts."""
    expected, articles = model.vectors_for(interaction_dataset(past)), past.articles
    first = LateVectors.of(model, tmp_path)
    assert first.lacks(articles).sum() == (len(articles) + 2) // 3
    np.testing.assert_array_equal(first.of_articles(_without_texts(articles, first.lacks(articles))), expected)
    second = LateVectors.of(model, tmp_path)
    assert not second.lacks(articles).any()
    np.testing.assert_array_equal(second.of_articles(_without_texts(articles)), expected)


def test_an_article_that_was_corrected_is_read_again(model: Model, past: History, tmp_path: Path) -> None:
    """Its vector is that of its new text; the others stay."""
    LateVectors.of(model, tmp_path).of_articles(past.articles)
    corrected = past.articles.copy()
    corrected.loc[3, c.TITLE] = corrected.loc[4, c.TITLE]
    corrected.loc[3, c.RECORDED_AT] += pd.Timedelta(minutes=5)
    late = LateVectors.of(model, tmp_path)
    assert np.flatnonzero(late.lacks(corrected)).tolist() == [3]
    expected = model.vectors_for(interaction_dataset(replace(past, articles=corrected)))
    np.testing.assert_array_equal(late.of_articles(_without_texts(corrected, late.lacks(corrected))), expected)


def test_files_of_models_that_are_not_served_any_more_go(model: Model, past: History, tmp_path: Path) -> None:
    """Each model has a file of its own; the last few stay."""
    for number in range(6):
        LateVectors.of(replace(model, version=f"v{number}"), tmp_path).of_articles(past.articles)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"v{number}.npz" for number in (2, 3, 4, 5)]
