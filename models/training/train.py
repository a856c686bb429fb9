"""Training: content vectors, ALS, and a ranker over the candidates of past cutoffs, resumed where it was killed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from frontpage.core.errors import NothingToLearnError
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.progress import ProgressCallback, no_progress
from frontpage.features.grouping import Floats, Ints
from frontpage.features.interactions import InteractionDataset, interaction_dataset
from frontpage.features.pairs import COLUMNS
from models.files import save_arrays
from models.ranking.calibration import calibrated
from models.ranking.ranker import Matrix, Rows, ndcg_by_tree, predict, train_ranker
from models.retrieval import als
from models.retrieval.content import fit_content
from models.training.artefact import Model, Parent, model_params
from models.training.cutoffs import Cutoff, CutoffPlan, Past, als_chain, cutoff_at, plan, sample_negatives
from models.training.feature_lookup import Lookup
from models.training.position_bias import Impressions, Seen, examination, nowhere, sample_weights

_SAMPLE_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a training is a function of. `parent`: an earlier version whose factors ALS starts from.

    folder: where checkpoints are kept; None keeps none. progress: hears how far it has come.
    is_first: the parameters are those of a first training, which the version's metrics say.
    """

    history: History
    params: Params
    lookup: Lookup
    parent: Parent | None = None
    folder: Path | None = None
    progress: ProgressCallback = no_progress
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, and some of the rows that its ranker learned from, for pictures."""

    model: Model
    sample: Matrix


def train(inputs: Inputs, version: str) -> Trained:
    """The trained model, the same for the same inputs.

    Raises NothingToLearnError where no past cutoff has a read to learn from.
    """
    params, dataset = inputs.params, interaction_dataset(inputs.history)
    content = fit_content(inputs.history.articles, params.content, params.seed)
    vectors = content.vectors(inputs.history.articles)
    cutoffs = plan(dataset, params)
    rows = _rows(inputs, dataset, cutoffs, vectors)
    examined = _examined(inputs, rows.older())
    validation_ranker = _ranker(inputs, rows.older(), "older trees", examined)
    booster = _ranker(inputs, rows, "trees", examined)
    curve = ndcg_by_tree(booster, rows, params.threads)
    held_out = rows.held_out()
    factors, losses = _final_factors(inputs, dataset)
    model = Model(
        version=version,
        params=params,
        reader_keys=dataset.reader_keys,
        article_ids=np.array(dataset.article_ids, dtype=np.str_),
        factors=factors,
        content=content,
        vectors=vectors,
        ranker=booster,
        validation_ranker=validation_ranker,
        feature_names=rows.names,
        calibration=calibrated(predict(validation_ranker, held_out.matrix, params.threads), held_out),
        metrics=_metrics(rows, cutoffs, curve, losses) | ({"first_training": 1.0} if inputs.is_first else {}),
        histories={"als_loss": losses, "ranker_ndcg": curve, "examination": [] if examined is None else [*examined]},
    )
    return Trained(model, rows.matrix[:: max(1, len(rows.matrix) // _SAMPLE_ROWS)])


def prepare(inputs: Inputs) -> int:
    """Number of rows that the ranker learns from; they and the ALS factors are in `inputs.folder`, for `train`.

    Raises NothingToLearnError where no past cutoff has a read to learn from.
    """
    params, dataset = inputs.params, interaction_dataset(inputs.history)
    vectors = fit_content(inputs.history.articles, params.content, params.seed).vectors(inputs.history.articles)
    rows = _rows(inputs, dataset, plan(dataset, params), vectors)
    _final_factors(inputs, dataset)
    return len(rows.grades)


def version_name(inputs: Inputs, snapshot_hash: str, as_of: datetime | None = None) -> str:
    """`<as_of>-<8 hex digits>` of the data, of the parameters that matter to a model, and of the parent.

    as_of: of the training; that of the history where nothing was held back from it.
    """
    parent = inputs.parent.version if inputs.parent else ""
    digest = hashlib.sha256(f"{snapshot_hash} {model_params(inputs.params)} {parent}".encode()).hexdigest()
    return f"{as_of or inputs.history.as_of:%Y%m%dT%H%M}-{digest[:8]}"


def learnable(
    cutoffs: Iterable[Cutoff], lookup: Lookup, held_out_from: datetime | None = None, seen: Seen = nowhere
) -> Rows:
    """Rows of the ranker from cutoffs: one lookup for all of them, lists in order of cutoff and reader.

    Each cutoff is taken once and not kept: it knows a whole moment. Those from `held_out_from` on are held out.
    """
    lists: list[_Lists] = []
    matrix = lookup(_noted(cutoffs, lists, seen))
    held_out = [one for one in lists if held_out_from is not None and one.as_of >= held_out_from]
    return Rows(
        matrix=matrix,
        names=COLUMNS,
        grades=_joined(np.int64, [one.grades for one in lists]),
        group_sizes=_joined(np.int64, [one.sizes for one in lists]),
        weights=_joined(np.float64, [one.weights for one in lists]),
        position=_joined(np.int64, [one.position for one in lists]),
        n_held_out=sum(len(one.sizes) for one in held_out),
    )


@dataclass(frozen=True, slots=True)
class _Lists:
    """Of one cutoff: `grades`, `weights` and `position` of its pairs, and how many each list has."""

    as_of: datetime
    grades: Ints
    sizes: Ints
    weights: Floats
    position: Ints


def _noted(cutoffs: Iterable[Cutoff], lists: list[_Lists], seen: Seen) -> Iterator[Cutoff]:
    """The cutoffs with pairs, as they come; what is not a feature of them goes into `lists`."""
    for cutoff in cutoffs:
        if len(cutoff.pairs):
            sizes = np.unique(cutoff.pairs.reader, return_counts=True)[1]
            lists.append(_Lists(cutoff.as_of, cutoff.grade, sizes, cutoff.weight, seen(cutoff)))
            yield cutoff


def _joined(kind: Any, parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype=kind), *parts])


def _rows(inputs: Inputs, dataset: InteractionDataset, cutoffs: CutoffPlan, vectors: NDArray[np.float32]) -> Rows:
    saved = None if inputs.folder is None else inputs.folder / "rows.npz"
    if saved is not None and saved.exists():
        with np.load(saved, allow_pickle=False) as arrays:
            names = tuple(str(name) for name in arrays["names"])
            parts = {name: arrays[name] for name in ("matrix", "grades", "group_sizes", "weights", "position")}
            return Rows(names=names, n_held_out=int(arrays["n_held_out"]), **parts)
    made = _training_cutoffs(inputs, dataset, cutoffs, vectors)
    seen = Impressions.of(dataset, cutoffs.window).seen
    rows = learnable(made, inputs.lookup, cutoffs.evaluation[0] if cutoffs.evaluation else None, seen)
    if not len(rows.grades):
        raise NothingToLearnError(
            f"there is nothing to learn from: no reads after any earlier refresh of the {len(cutoffs.all)} looked "
            "at; extract more days, or lower ranker.cutoff_hours and evaluation.cutoff_hours in params.yaml"
        )
    if saved is not None:
        save_arrays(saved, **{name: np.asarray(getattr(rows, name)) for name in Rows.__slots__})
    return rows


def _training_cutoffs(
    inputs: Inputs, dataset: InteractionDataset, cutoffs: CutoffPlan, vectors: NDArray[np.float32]
) -> Iterator[Cutoff]:
    params, moments = inputs.params, cutoffs.all
    n_cutoffs = len(moments)
    past = Past(dataset, params, vectors, cutoffs.window, inputs.lookup.from_states)
    chain = als_chain(dataset, moments, params)
    for done, (as_of, factors) in enumerate(zip(moments, chain, strict=True), start=1):
        yield _sampled_cutoff(past, as_of, factors)
        inputs.progress("cut-offs", done, n_cutoffs)  # not before the first: it waits for a whole fit of ALS


def _sampled_cutoff(past: Past, as_of: Any, factors: als.Factors) -> Cutoff:
    params = past.params.ranker
    cutoff = cutoff_at(past, as_of, factors, params.max_readers_per_cutoff)
    return sample_negatives(cutoff, params.list_candidates, past.params.seed)


def _examined(inputs: Inputs, rows: Rows) -> Floats | None:
    """How often each position is looked at; None where no list was seen, or none is asked for."""
    params = inputs.params
    if not rows.position.any() or params.ranker.max_position_weight == 1:
        return None
    return examination(rows, params.ranker, params.seed, params.threads)


def _ranker(inputs: Inputs, rows: Rows, stage: str, examined: Floats | None) -> lgb.Booster:
    params = inputs.params
    return train_ranker(
        rows, params.ranker, params.seed, params.threads, inputs.folder,
        sample_weights=None if examined is None else sample_weights(rows, examined, params.ranker.max_position_weight),
        progress=lambda _, done, of: inputs.progress(stage, done, of),
    )  # fmt: skip


def _final_factors(inputs: Inputs, dataset: InteractionDataset) -> tuple[als.Factors, list[float]]:
    params = inputs.params
    start = als.cold_start(dataset, params.als, params.seed)
    if inputs.parent is not None:
        start = als.warm_start(start, inputs.parent.factors_for(dataset))
    confidence = als.interactions(dataset, np.arange(len(dataset.read_time)), params.als.alpha)
    checkpoint = None if inputs.folder is None else inputs.folder / "als.npz"
    return als.fit_with_checkpoints(confidence, start, params.als, params.threads, checkpoint, progress=inputs.progress)


def _metrics(rows: Rows, cutoffs: CutoffPlan, curve: list[float], losses: list[float]) -> dict[str, float]:
    return {
        "train_rows": float(len(rows.grades)),
        "train_lists": float(len(rows.group_sizes)),
        "train_ticks": float(len(cutoffs.all)),
        "window_hours": cutoffs.window.total_seconds() / 3600,
        "seen_reads": float(((rows.position > 0) & (rows.grades > 0)).sum()),
        "train_ndcg_at_10": curve[-1] if curve else 0.0,
        "als_loss": losses[-1] if losses else 0.0,
    }
