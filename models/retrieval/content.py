"""Content vectors: TF-IDF of title, summary and body, then truncated SVD (latent semantic analysis)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from frontpage.core import columns as c
from frontpage.core.sections.training import ContentParams
from frontpage.features.grouping import Floats
from models.threads import one_blas_thread

Vectors = NDArray[np.float32]

_WORD = re.compile(r"[^\W\d_]{3,}")
#: Characters of an article that are looked at: news says what it is about at the top.
_MAX_CHARACTERS = 3_000
#: Articles that vocabulary and axes are learned from: the newest ones.
MAX_FIT_ARTICLES = 12_000


@dataclass(frozen=True, slots=True)
class ContentModel:
    """Vocabulary (ascending), inverse document frequencies, and the SVD's axes [dimension, term]."""

    terms: NDArray[np.str_]
    idf: Floats
    axes: Vectors

    def vectors(self, articles: pd.DataFrame) -> Vectors:
        """A vector of length 1 for each article, in order; zeros where it has no known word."""
        if not len(self.terms) or articles.empty:
            return np.zeros((len(articles), len(self.axes)), dtype=np.float32)
        vectorizer = _vectorizer(vocabulary={term: at for at, term in enumerate(self.terms.tolist())})
        vectorizer.idf_ = self.idf
        with one_blas_thread():
            return _unit(np.asarray(vectorizer.transform(_texts(articles)) @ self.axes.T))


def fit_content(articles: pd.DataFrame, params: ContentParams, seed: int) -> ContentModel:
    """Terms and axes learned from the newest articles; an empty model where there are too few words.

    Terms in more than half of the articles, or in only one, say nothing and are left out.
    """
    newest = articles.sort_values([c.FIRST_SEEN_AT, c.ARTICLE_ID], kind="stable").tail(MAX_FIT_ARTICLES)
    texts = [text for text in _texts(newest) if text.strip()]
    vectorizer = _vectorizer(max_features=params.max_terms, min_df=2, max_df=0.5)
    try:
        tf_idf: csr_matrix = vectorizer.fit_transform(texts)
    except ValueError:  # scikit-learn's answer to an empty vocabulary
        return empty_content(params)
    n_dimensions = min(params.n_dimensions, min(tf_idf.shape) - 1)
    if n_dimensions < 1:
        return empty_content(params)
    with one_blas_thread():
        svd = TruncatedSVD(n_dimensions, n_iter=4, random_state=seed % (1 << 32)).fit(tf_idf)
    axes = np.zeros((params.n_dimensions, tf_idf.shape[1]), dtype=np.float32)
    axes[:n_dimensions] = svd.components_
    return ContentModel(np.array(vectorizer.get_feature_names_out(), dtype=np.str_), vectorizer.idf_, axes)


def empty_content(params: ContentParams) -> ContentModel:
    """A model that knows no word: every vector is zero."""
    return ContentModel(np.zeros(0, dtype=np.str_), np.zeros(0), np.zeros((params.n_dimensions, 0), dtype=np.float32))


def _vectorizer(**options: Any) -> TfidfVectorizer:
    return TfidfVectorizer(sublinear_tf=True, dtype=np.float32, analyzer=_words, **options)


def _words(text: str) -> list[str]:
    """Words of at least three letters of any script, in lower case."""
    return _WORD.findall(text.lower())


def _texts(articles: pd.DataFrame) -> list[str]:
    parts = [articles[name].fillna("").astype(str) for name in (c.TITLE, c.SUMMARY, c.BODY)]
    joined = (parts[0] + " " + parts[1] + " " + parts[2]).str.slice(0, _MAX_CHARACTERS)
    return [str(text) for text in joined]


def _unit(vectors: NDArray[Any]) -> Vectors:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 1e-9), dtype=np.float32)
