"""What text and history say of each pair of a list and a candidate. No clicks, no counts, no place in the list."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from bench.nemig_log import Log
from frontpage.core import columns as c
from frontpage.core.sections.training import ContentParams
from frontpage.features.grouping import Floats, Ints
from models.retrieval.content import Vectors, fit_content
from models.retrieval.nearest import inner_products

_WORDS = r"[^\W\d_]{3,}"
#: Ridge of each kind of column, chosen on the first two folds.
RIDGE_OF_WORDS, RIDGE_OF_PUBLISHERS, RIDGE_OF_HISTORY = 5.0, 10.0, 10.0


def article_vectors(log: Log, n_dimensions: int) -> Vectors:
    """The product's content vectors of all articles."""
    params = ContentParams(n_dimensions=n_dimensions)
    return fit_content(log.articles, params, seed=1).vectors(log.articles)


def tf_idf(log: Log) -> csr_matrix:
    """TF-IDF of title and summary, rows of length 1."""
    texts = log.articles[c.TITLE] + " " + log.articles[c.SUMMARY]
    return TfidfVectorizer(sublinear_tf=True, token_pattern=_WORDS, min_df=2, max_df=0.5).fit_transform(texts)


def text_columns(log: Log) -> tuple[csr_matrix, Floats]:
    """Words and word pairs of the title, words of the summary, the publisher [article, column]; ridge [column]."""
    titles = TfidfVectorizer(sublinear_tf=True, token_pattern=_WORDS, ngram_range=(1, 2))
    summaries = TfidfVectorizer(sublinear_tf=True, token_pattern=_WORDS, min_df=2, max_df=0.5)
    words = hstack([titles.fit_transform(log.articles[c.TITLE]), summaries.fit_transform(log.articles[c.SUMMARY])])
    publishers = publisher_columns(log)
    ridge = np.repeat([RIDGE_OF_WORDS, RIDGE_OF_PUBLISHERS], [words.shape[1], publishers.shape[1]])
    return hstack([words, publishers]).tocsr(), ridge


def publisher_columns(log: Log) -> csr_matrix:
    """1 for the publisher of each article [article, publisher]."""
    names, codes = np.unique(log.articles[c.PUBLISHER], return_inverse=True)
    rows = np.arange(len(codes))
    return csr_matrix((np.ones(len(codes)), (rows, codes)), shape=(len(codes), len(names)))


def history_features(log: Log, vectors: Vectors) -> Mapping[str, Floats]:
    """How a candidate compares with the reader's history; zeros without one [pair].

    Means are cosines with the mean of the history; best and top3 are those with its nearest articles.
    """
    words, publishers = tf_idf(log), publisher_columns(log)
    titles = TfidfVectorizer(binary=True, norm=None, use_idf=False, token_pattern=_WORDS).fit_transform(
        log.articles[c.TITLE]
    )
    pair, read = _pairs_with_history(log)
    shown = log.article[pair]
    word_cosines = _row_products(words, shown, read)
    vector_cosines = inner_products(vectors, vectors, shown, read).astype(np.float64)
    days_apart = np.abs(log.day[shown] - log.day[read])
    n_read = np.bincount(pair, minlength=len(log.article)).astype(np.float64)
    share = np.bincount(pair, _row_products(publishers, shown, read), minlength=len(n_read))
    return {
        "content_score": mean_cosines(log, csr_matrix(vectors)),
        "content_best": _mean_of_best(pair, vector_cosines, 1, len(n_read)),
        "content_top3": _mean_of_best(pair, vector_cosines, 3, len(n_read)),
        "words_best": _mean_of_best(pair, word_cosines, 1, len(n_read)),
        "words_top3": _mean_of_best(pair, word_cosines, 3, len(n_read)),
        "title_words_shared": _mean_of_best(pair, _row_products(titles, shown, read), 1, len(n_read)),
        "publisher_share": share / np.maximum(n_read, 1.0),
        "days_to_nearest": np.log1p(-_mean_of_best(pair, -days_apart.astype(np.float64), 1, len(n_read))),
        "history_length": n_read,
    }


def mean_cosines(log: Log, rows: csr_matrix) -> Floats:
    """Cosine of each candidate with the mean of the reader's history; 0 without one. `rows` have length 1 or 0."""
    profiles = normalize(log.history @ rows)
    result = np.empty(len(log.article))
    for start in range(0, len(result), 1 << 14):
        part = slice(start, start + (1 << 14))
        product = profiles[log.list_of[part]].multiply(rows[log.article[part]])
        result[part] = np.asarray(product.sum(axis=1)).ravel()
    return result


def _pairs_with_history(log: Log) -> tuple[Ints, Ints]:
    """Each pair beside each article of its reader's history: pair, article read."""
    lengths = np.diff(log.history.indptr)[log.list_of]
    pair = np.repeat(np.arange(len(log.article)), lengths)
    offset = np.arange(len(pair)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return pair, log.history.indices[log.history.indptr[log.list_of[pair]] + offset].astype(np.int64)


def _row_products(rows: csr_matrix, left: Ints, right: Ints) -> Floats:
    result = np.empty(len(left))
    for start in range(0, len(left), 1 << 16):
        part = slice(start, start + (1 << 16))
        result[part] = np.asarray(rows[left[part]].multiply(rows[right[part]]).sum(axis=1)).ravel()
    return result


def _mean_of_best(pair: Ints, values: Floats, n: int, n_pairs: int) -> Floats:
    """Mean of the `n` largest values of each pair, of fewer where there are fewer; 0 where there are none."""
    order = np.lexsort((-values, pair))
    pair, values = pair[order], values[order]
    first = np.searchsorted(pair, pair)
    best = np.arange(len(pair)) - first < n
    total = np.bincount(pair[best], values[best], minlength=n_pairs)
    return np.asarray(total / np.maximum(np.bincount(pair[best], minlength=n_pairs), 1), dtype=np.float64)
