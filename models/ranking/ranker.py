"""The ranker: LambdaMART (LightGBM) in fixed chunks of trees, each with a seed of its own.

LightGBM's random state is not part of a saved model, so a training resumed in the middle of one `train` call differs
from an undisturbed one. Chunks make every boundary a clean start: text of the trees so far, and the next seed.
Features are binned once for all chunks, with a seed of their own, so that a resumed training has the same bins.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from frontpage.core.metrics import ndcg_of_groups
from frontpage.core.progress import ProgressCallback, no_progress
from frontpage.core.sections.training import RankerParams
from frontpage.features.grouping import Floats, Ints
from models.files import write_bytes

Matrix = NDArray[np.float32]

#: Below this, threads wait for each other longer than they work; the trees are the same either way.
_PARALLEL_ROWS = 50_000
_THREADS = re.compile(r"\[num_threads: \d+\]")


@dataclass(frozen=True, slots=True)
class Rows:
    """What the ranker learns from: features [pair, feature], grades [pair], and the pairs of each list, in order.

    weights [pair]: pairs that each one stands for, since only some of the unread ones are kept. position [pair]: where
    each was seen in a list, from 1, or 0. n_held_out: lists at the end, of the newest cutoffs, that the ranker is
    judged by before it learns from them too.
    """

    matrix: Matrix
    names: tuple[str, ...]
    grades: Ints
    group_sizes: Ints
    weights: Floats
    position: Ints
    n_held_out: int

    def older(self) -> Rows:
        """The lists that are not held out; all of them where every one is."""
        n_older = len(self.group_sizes) - self.n_held_out
        return self._lists(slice(0, n_older)) if n_older else self

    def held_out(self) -> Rows:
        """The lists of the newest cutoffs; all of them where none are held out."""
        n_older = len(self.group_sizes) - self.n_held_out
        return self._lists(slice(n_older, None)) if self.n_held_out else self

    def _lists(self, lists: slice) -> Rows:
        starts = np.cumsum(self.group_sizes) - self.group_sizes
        rerank = self.group_sizes[lists]
        first = int(starts[lists][0]) if len(rerank) else 0
        rows = slice(first, first + int(rerank.sum()))
        return Rows(
            self.matrix[rows], self.names, self.grades[rows], rerank, self.weights[rows], self.position[rows], 0
        )


def train_ranker(
    rows: Rows,
    params: RankerParams,
    seed: int,
    n_threads: int,
    folder: Path | None = None,
    *,
    sample_weights: Floats | None = None,
    progress: ProgressCallback = no_progress,
) -> lgb.Booster:
    """The ranker that learned from `rows`. sample_weights [pair]: what each counts; 1 where None.

    Chunks that `folder` holds for these very inputs are not trained again; each new one is written there, whole.
    """
    mark = _fingerprint(rows, params, seed, sample_weights)
    data = _binned(rows, sample_weights, seed, n_threads)
    text, chunks = "", _chunks(params)
    for chunk, n_trees in enumerate(chunks):
        path = None if folder is None else folder / f"ranker-{mark[:16]}-{chunk:03d}.txt"
        if path is not None and path.exists():
            text = path.read_text()
            continue
        progress("trees", chunk, len(chunks))
        text = _train_chunk(data, _options(params, seed + chunk, _threads(rows.matrix, n_threads)), text, n_trees)
        if path is not None:
            write_bytes(path, text.encode())
    progress("trees", len(chunks), len(chunks))
    return load_ranker(text)


def load_ranker(text: str) -> lgb.Booster:
    """The ranker of a saved text."""
    return lgb.Booster(model_str=text)


def ranker_text(booster: lgb.Booster) -> str:
    """Text of the trees; the same for the same trees, on however many threads they were trained."""
    return _THREADS.sub("[num_threads: 0]", str(booster.model_to_string()))


def predict(booster: lgb.Booster, matrix: Matrix, n_threads: int) -> NDArray[np.float64]:
    """Score of each row; no rows give no scores."""
    if not len(matrix):
        return np.zeros(0)
    return np.asarray(booster.predict(matrix, num_threads=_threads(matrix, n_threads)), dtype=np.float64)


def ndcg_by_tree(booster: lgb.Booster, rows: Rows, n_threads: int) -> list[float]:
    """nDCG@10 over the lists with more and more of the trees, at about a dozen points; the last has all of them."""
    n_trees, n_threads = booster.num_trees(), _threads(rows.matrix, n_threads)
    step = max(1, n_trees // 12)
    score, curve = np.zeros(len(rows.grades)), []
    for first in range(0, n_trees, step):
        n_more = min(step, n_trees - first)
        score += booster.predict(rows.matrix, start_iteration=first, num_iteration=n_more, num_threads=n_threads)
        curve.append(ndcg_of_groups(score, rows.grades, rows.group_sizes))
    return curve


def _threads(matrix: Matrix, n_threads: int) -> int:
    return n_threads if len(matrix) >= _PARALLEL_ROWS else 1


def _chunks(params: RankerParams) -> list[int]:
    full, rest = divmod(params.n_trees, params.chunk_trees)
    return [params.chunk_trees] * full + ([rest] if rest else [])


def _binned(rows: Rows, sample_weights: Floats | None, seed: int, n_threads: int) -> lgb.Dataset:
    """The rows as LightGBM learns from them, binned when the first chunk asks for it.

    The rows themselves stay: each chunk starts from the scores that the trees before it give them.
    """
    return lgb.Dataset(
        rows.matrix,
        rows.grades,
        group=rows.group_sizes,
        weight=sample_weights,
        feature_name=list(rows.names),
        params={"verbosity": -1, "num_threads": _threads(rows.matrix, n_threads), "data_random_seed": seed % (1 << 31)},
        free_raw_data=False,
    )


def _train_chunk(data: lgb.Dataset, options: dict[str, Any], text: str, n_trees: int) -> str:
    start = load_ranker(text) if text else None
    return ranker_text(lgb.train(options, data, num_boost_round=n_trees, init_model=start))


def _options(params: RankerParams, seed: int, n_threads: int) -> dict[str, Any]:
    return {
        "objective": "lambdarank",
        "lambdarank_truncation_level": params.truncation_level,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "feature_fraction": params.feature_fraction,
        **tree_options(params, seed, n_threads),
    }


def tree_options(params: RankerParams, seed: int, n_threads: int) -> dict[str, Any]:
    """LightGBM's options for the shape of trees, and for the same trees in every run."""
    return {
        "num_leaves": params.n_leaves,
        "learning_rate": params.learning_rate,
        "min_child_samples": params.min_child_samples,
        "seed": seed % (1 << 31),
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": n_threads,
        "verbosity": -1,
    }


def _fingerprint(rows: Rows, params: RankerParams, seed: int, sample_weights: Floats | None) -> str:
    digest = hashlib.sha256(f"{params.model_dump_json()} {seed} {rows.names}".encode())
    for array in (rows.matrix, rows.grades, rows.group_sizes, *([] if sample_weights is None else [sample_weights])):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
