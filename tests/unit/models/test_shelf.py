"""The nearest articles: a scan of few, clusters of many, which find articles about as near and always the same ones."""

import pickle

import numpy as np
import pytest

from models.retrieval.nearest import unit
from models.retrieval.shelf import Clusters, Scan, Shelf, Vectors, clustered_shelf_of, shelf_of

_N_ARTICLES, _WIDTH, _N_TOPICS, _N_NEAREST = 60_000, 16, 200, 20


def _vectors(n: int, seed: int) -> Vectors:
    """Unit vectors scattered about topics."""
    topics = np.random.default_rng(1).standard_normal((_N_TOPICS, _WIDTH))
    rng = np.random.default_rng(seed)
    return unit((topics[rng.integers(0, _N_TOPICS, n)] + rng.standard_normal((n, _WIDTH))).astype(np.float32))


def _articles() -> Vectors:
    """So many that they are clustered; each tenth has no vector."""
    vectors = _vectors(_N_ARTICLES, 2)
    vectors[::10] = 0.0
    return vectors


@pytest.fixture(scope="module")
def many() -> Shelf:
    """Their shelf."""
    return clustered_shelf_of(_articles())


def test_few_are_scanned_and_a_zero_vector_is_on_no_shelf() -> None:
    """By hand: of four unit vectors the two nearest to (1, 0); the blank one never."""
    vectors = np.array([[0.0, 1.0], [0.0, 0.0], [1.0, 0.0], [0.6, 0.8]], dtype=np.float32)
    shelf = clustered_shelf_of(vectors)
    assert isinstance(shelf.index, Scan)
    rows, products = shelf.nearest(np.array([[1.0, 0.0]], dtype=np.float32), 2)
    assert rows.tolist() == [[2, 3]]
    assert np.allclose(products, [[1.0, 0.6]])
    assert 1 not in shelf.nearest(np.array([[1.0, 0.0]], dtype=np.float32), 9)[0]


def test_clusters_find_articles_that_are_as_near(many: Shelf) -> None:
    """At least 70 % of the nearest are found, and those found are within one hundredth as near."""
    assert isinstance(many.index, Clusters)
    vectors, queries = _articles(), _vectors(300, 3)
    rows, products = many.nearest(queries, _N_NEAREST)
    exact_rows, exact_products = shelf_of(vectors).nearest(queries, _N_NEAREST)
    assert not (rows % 10 == 0).any()
    assert np.allclose(products, np.einsum("qpw,qw->qp", vectors[rows], queries), atol=1e-5)
    found = [len(np.intersect1d(*pair)) / _N_NEAREST for pair in zip(rows, exact_rows, strict=True)]
    assert np.mean(found) >= 0.7
    assert products.mean() >= 0.99 * exact_products.mean()


def test_what_is_found_hangs_on_nothing_but_the_query(many: Shelf) -> None:
    """Bit for bit the same alone and among others, from a pickled copy, and from clusters made again."""
    queries = _vectors(100, 4)
    together = many.nearest(queries, _N_NEAREST)
    alone = [many.nearest(queries[row : row + 1], _N_NEAREST) for row in range(len(queries))]
    others = [
        tuple(np.concatenate(parts) for parts in zip(*alone, strict=True)),
        pickle.loads(pickle.dumps(many)).nearest(queries, _N_NEAREST),
        clustered_shelf_of(_articles()).nearest(queries, _N_NEAREST),
    ]
    for other in others:
        assert np.array_equal(other[0], together[0])
        assert np.array_equal(other[1], together[1])


def test_empty_places_have_a_negative_product() -> None:
    """More asked for than the clusters looked at hold: no article is made up."""
    vectors = np.zeros((_N_ARTICLES, 2), dtype=np.float32)
    vectors[:, 0] = 1.0
    vectors[:3] = [[0.0, 1.0]]
    _, products = clustered_shelf_of(vectors).nearest(np.array([[0.0, 1.0]], dtype=np.float32), 5)
    assert np.allclose(products[0, :3], 1.0)
    assert (products[0, 3:] <= 0).all()
