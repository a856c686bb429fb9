"""Implicit-feedback ALS (Hu, Koren, Volinsky 2008): who reads what others like them read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from frontpage.core.progress import ProgressCallback, no_progress
from frontpage.core.sections.training import AlsParams
from frontpage.features.grouping import Ints
from frontpage.features.interactions import InteractionDataset
from models.files import save_arrays
from models.threads import one_blas_thread

Vectors = NDArray[np.float32]

#: Reads of one article by one reader count up to this weight.
_MAX_WEIGHT = 3.0


@dataclass(frozen=True, slots=True)
class Factors:
    """One row per reader and per article of a dataset, by position; zeros where nothing is known."""

    reader: Vectors
    article: Vectors

    @classmethod
    def nothing(cls, n_readers: int, n_articles: int, n_factors: int) -> Factors:
        """Where nothing was learned: zeros."""
        return cls(np.zeros((n_readers, n_factors), np.float32), np.zeros((n_articles, n_factors), np.float32))

    def of(self, readers: Ints, articles: Ints) -> Factors:
        """Those of some readers and articles."""
        return Factors(np.ascontiguousarray(self.reader[readers]), np.ascontiguousarray(self.article[articles]))


def interactions(dataset: InteractionDataset, known: Ints, alpha: float) -> csr_matrix:
    """Confidence 1 + alpha * weight of each (reader, article) among the known reads; all else is implicit 0."""
    known = known[dataset.read_article[known] >= 0]
    shape = (len(dataset.reader_keys), len(dataset.article_ids))
    matrix = csr_matrix(
        (dataset.read_weight[known], (dataset.read_reader[known], dataset.read_article[known])), shape=shape
    )
    matrix.sum_duplicates()
    matrix.data = (1.0 + alpha * np.minimum(matrix.data, _MAX_WEIGHT)).astype(np.float32)
    return matrix


def cold_start(dataset: InteractionDataset, params: AlsParams, seed: int) -> Factors:
    """Small random factors for everyone, the same for the same seed and dataset."""
    random = np.random.default_rng([seed, 1])
    reader = random.random((len(dataset.reader_keys), params.factors), dtype=np.float32) * np.float32(0.01)
    article = random.random((len(dataset.article_ids), params.factors), dtype=np.float32) * np.float32(0.01)
    return Factors(reader, article)


def warm_start(cold: Factors, previous: Factors) -> Factors:
    """The previous version's factors for the ids it knows, the cold ones for all others."""
    if cold.reader.shape[1] != previous.reader.shape[1]:
        return cold
    reader = np.where(previous.reader.any(axis=1, keepdims=True), previous.reader, cold.reader)
    article = np.where(previous.article.any(axis=1, keepdims=True), previous.article, cold.article)
    return Factors(reader, article)


def fit(confidence: csr_matrix, start: Factors, params: AlsParams, n_threads: int) -> tuple[Factors, float]:
    """Factors and training loss after one iteration from `start`, which is left as it is."""
    if confidence.nnz == 0:
        return Factors(np.zeros_like(start.reader), np.zeros_like(start.article)), 0.0
    losses: list[float] = []
    with one_blas_thread():
        model = _model(start, params, n_threads)
        model.fit(
            confidence, show_progress=False, callback=lambda _iteration, _seconds, loss: losses.append(float(loss))
        )
    loss = float(f"{losses[0]:.9g}")  # threads add it up in any order: its last digits are nobody's
    return Factors(model.user_factors, model.item_factors), loss


def fit_with_checkpoints(
    confidence: csr_matrix,
    start: Factors,
    params: AlsParams,
    n_threads: int,
    checkpoint: Path | None = None,
    *,
    progress: ProgressCallback = no_progress,
) -> tuple[Factors, list[float]]:
    """Factors and training loss after each of `params.iterations`; resumed bit for bit from `checkpoint`.

    The checkpoint is replaced atomically every `checkpoint_every` iterations; one of other inputs is ignored.
    """
    mark = _fingerprint(confidence, start, params)
    factors, losses = _resume(checkpoint, mark) or (start, [])
    progress("als", len(losses), params.iterations)
    while len(losses) < params.iterations:
        factors, loss = fit(confidence, factors, params, n_threads)
        losses.append(loss)
        progress("als", len(losses), params.iterations)
        if checkpoint is not None and len(losses) % params.checkpoint_every == 0:
            save_arrays(checkpoint, reader=factors.reader, article=factors.article, losses=np.array(losses), mark=mark)
    return factors, losses


def fold_in(
    confidence: csr_matrix, base: Factors, params: AlsParams, n_threads: int, readers: Ints | None = None
) -> Factors:
    """`base` brought up to date with newer reads: articles from their readers, then readers from their articles.

    One exact half-step each (Cholesky), so an article that came out after training has factors as soon as known
    readers read it. Rows without reads become zero. `readers`: only these, in this order; default all.
    """
    readers = np.arange(confidence.shape[0]) if readers is None else readers
    if confidence.nnz == 0:
        return Factors(np.zeros_like(base.reader[readers]), np.zeros_like(base.article))
    with one_blas_thread():
        by_readers = _model(base, params, n_threads)
        article = by_readers.recalculate_item(np.arange(confidence.shape[1]), confidence.T.tocsr())
        by_articles = _model(Factors(base.reader, article), params, n_threads)
        reader = by_articles.recalculate_user(readers, confidence[readers])
    return Factors(np.nan_to_num(reader), np.nan_to_num(article))


def _model(start: Factors, params: AlsParams, n_threads: int) -> Any:
    model = AlternatingLeastSquares(
        factors=params.factors,
        regularization=params.regularization,
        alpha=1.0,  # already in the confidence
        iterations=1,
        calculate_training_loss=True,
        num_threads=n_threads,
        random_state=0,  # never drawn from: factors are given
    )
    model.user_factors, model.item_factors = start.reader.copy(), start.article.copy()
    return model


def _fingerprint(confidence: csr_matrix, start: Factors, params: AlsParams) -> str:
    digest = hashlib.sha256(params.model_dump_json().encode())
    for array in (confidence.indptr, confidence.indices, confidence.data, start.reader, start.article):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _resume(checkpoint: Path | None, mark: str) -> tuple[Factors, list[float]] | None:
    if checkpoint is None or not checkpoint.exists():
        return None
    with np.load(checkpoint, allow_pickle=False) as saved:
        if str(saved["mark"]) != mark:
            return None
        return Factors(saved["reader"], saved["article"]), [float(loss) for loss in saved["losses"]]
