"""The nearest articles: all that have a vector are compared."""

import numpy as np

from models.retrieval.vector_index import vector_index


def test_a_zero_vector_is_not_in_the_index() -> None:
    """By hand: of four unit vectors the two nearest to (1, 0); the blank one never."""
    vectors = np.array([[0.0, 1.0], [0.0, 0.0], [1.0, 0.0], [0.6, 0.8]], dtype=np.float32)
    index = vector_index(vectors)
    rows, products = index.nearest(np.array([[1.0, 0.0]], dtype=np.float32), 2)
    assert rows.tolist() == [[2, 3]]
    assert np.allclose(products, [[1.0, 0.6]])
    assert 1 not in index.nearest(np.array([[1.0, 0.0]], dtype=np.float32), 9)[0]


def test_what_is_found_hangs_on_nothing_but_the_query() -> None:
    """The same articles alone and among others: kept lists need that. Products may differ in a last bit."""
    rng = np.random.default_rng(1)
    index = vector_index(rng.standard_normal((5_000, 32)).astype(np.float32))
    queries = rng.standard_normal((100, 32)).astype(np.float32)
    rows, products = index.nearest(queries, 20)
    alone = [index.nearest(queries[row : row + 1], 20) for row in range(len(queries))]
    assert np.array_equal(np.concatenate([found for found, _ in alone]), rows)
    assert np.allclose(np.concatenate([products for _, products in alone]), products)
