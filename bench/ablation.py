"""`make proof-ablation`: what each candidate source and each group of features is worth, each taken away in turn.

A log is walked through as `frontpage replay` does, without the gate. One set of views serves all variants: without a
source its pairs are left out in learning and in listing, without a group its columns are zero and no tree uses them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from bench.ablation_worlds import World, worlds
from bench.record import write
from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.features.grouping import Floats, Ints
from frontpage.features.history import history_at
from frontpage.features.interactions import InteractionDataset, interaction_dataset
from frontpage.features.names import position
from frontpage.features.pairs import COLUMNS, GROUPS
from models.context import scoring_context
from models.evaluation.evaluator import MEASURES, Evaluator, GroundTruth, ground_truth
from models.inputs import ScoringInputs, scoring_inputs
from models.ranking.ranker import Matrix, predict, train_ranker
from models.replay.bootstrap import interval, ratio, resampled, sums_by_reader
from models.replay.walk import params_of
from models.reranking.rerank import Ranked, reranker
from models.retrieval.candidates import SOURCE_NAMES, Candidates, candidates, sources_of
from models.training.artefact import Model
from models.training.cutoffs import Cutoff, Past, als_chain, cutoff_at, plan, sample_negatives
from models.training.feature_lookup import Lookup, direct_lookup
from models.training.train import Inputs, learnable, train

WORLDS = ("deskdrop", "newsroom", "crowded", "uneven")
#: Worlds in which sources are taken away, no features.
_SOURCES_ONLY = ("crowded", "uneven")
WHOLE = "everything"
#: Rankers of each variant; a list counts what theirs are worth on average, since one training differs from the next.
N_TRAININGS = 3
_ROW = "row"
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Variant:
    """What is taken away: sources by name, and columns by name."""

    sources: frozenset[str] = frozenset()
    features: frozenset[str] = frozenset()

    def keeps(self, found: Mask) -> Mask:
        """Pairs that some other source found as well; `found` [pair, source]."""
        left = [place for place, name in enumerate(SOURCE_NAMES) if name not in self.sources]
        return np.asarray(found[:, left].any(axis=1))

    def blinded(self, matrix: Matrix) -> Matrix:
        """The matrix with zeros in the columns that are taken away."""
        if not self.features:
            return matrix
        seen = matrix.copy()
        seen[:, [place for place, name in enumerate(COLUMNS) if name in self.features]] = 0.0
        return seen


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs of a cutoff: what the ranker sees of them, and which sources found each [pair, source]."""

    cutoff: Cutoff
    matrix: Matrix
    found: Mask


def variants() -> dict[str, Variant]:
    """Every single source and group, and the two methods that have a source and features of their own."""
    made = {WHOLE: Variant()}
    made |= {f"source {name}": Variant(sources=frozenset({name})) for name in SOURCE_NAMES}
    for group in dict.fromkeys(GROUPS.values()):
        made[f"features {group}"] = Variant(features=frozenset(name for name in COLUMNS if GROUPS[name] == group))
    for method, source, start in (
        ("ALS", "similar_readers", "als_"), ("co-reading", "read_together", "together_"),
    ):  # fmt: skip
        columns = frozenset(name for name in COLUMNS if name.startswith(start))
        made[f"method {method}"] = Variant(frozenset({source}), columns)
    return made


def found_by(now: ScoringInputs, params: Params, pairs: Candidates) -> Mask:
    """Which sources propose each pair [pair, source]."""
    width, rows = max(len(now.context.live), 1), np.arange(len(now.context.readers))
    keys = pairs.reader * width + pairs.article
    columns = []
    for name, source in sources_of(params).items():
        theirs = candidates(now, {name: source}, rows)
        columns.append(np.isin(keys, theirs.reader * width + theirs.article))
    return np.stack(columns, axis=1)


def walked(
    world: World, asked: Mapping[str, Variant], n_trainings: int = N_TRAININGS
) -> tuple[Ints, dict[str, Floats]]:
    """Reader of each list, and nDCG@10 of each list by variant, the mean of several trainings."""
    history, cadence = world.history, world.cadence
    params, dataset = params_of(world.params, cadence), interaction_dataset(history)
    judged = evaluated_readers(dataset, world.region)
    rankers: dict[str, list[Any]] = {}
    model: Model | None = None
    readers, ndcg, retrain_at = [], {name: list[Floats]() for name in asked}, cadence.start
    for as_of in tqdm(cadence.cutoffs(), desc="ablation", unit="cutoff", disable=None):
        if as_of >= retrain_at:
            model, rankers = _retrained(history_at(history, as_of, params.data), params, asked, n_trainings)
            retrain_at = as_of + cadence.retrain
        assert model is not None
        read_next = ground_truth(dataset, as_of, cadence.refresh).of(judged)
        for reader, values in _tick(dataset, params, as_of, read_next, model, rankers, asked):
            readers.append(reader)
            for name in asked:
                ndcg[name].append(values[name])
    return np.concatenate(readers), {name: np.concatenate(parts) for name, parts in ndcg.items()}


def evaluated_readers(dataset: InteractionDataset, region: str | None) -> Ints:
    """InteractionDataset positions of the readers whose lists count: all, or those who signed up in a region."""
    if region is None:
        return np.arange(len(dataset.reader_keys))
    return np.flatnonzero(dataset.reader_region == position(dataset.names.audiences, f"{c.REGION}={region}"))


def _tick(
    dataset: InteractionDataset, params: Params, as_of: datetime,
    read_next: GroundTruth, model: Model, rankers: Mapping[str, list[Any]],
    asked: Mapping[str, Variant],
) -> Iterator[tuple[Ints, dict[str, Floats]]]:  # fmt: skip
    """Readers of one cutoff and nDCG@10 of their lists by variant; nothing where nobody read anything new."""
    at = scoring_context(dataset, as_of, params, readers=np.unique(read_next.reader))
    if not len(at.readers) or not len(at.live):
        return
    now = scoring_inputs(at, params, model.factors_at(at, params.threads), model.vectors_for(dataset))
    pairs = candidates(now, sources_of(params), np.arange(len(at.readers)))
    matrix, found = now.features(pairs.reader, pairs.article), found_by(now, params, pairs)
    evaluator, rerank = Evaluator.of(at, read_next), reranker(params)
    values = {}
    for name, variant in asked.items():
        kept = np.flatnonzero(variant.keeps(found))
        left, seen = pairs.at(kept), variant.blinded(matrix[kept])
        margins = [predict(ranker, seen, params.threads) for ranker in rankers[name]]
        lists = [rerank(now, Ranked(left, margin, left.article)).top_k for margin in margins]
        each = [evaluator.measures(top_k)[MEASURES[0]] for top_k in lists]
        values[name] = np.mean(each, axis=0)
    yield at.readers, values


def _retrained(
    known: History, params: Params, asked: Mapping[str, Variant], n_trainings: int
) -> tuple[Model, dict[str, list[Any]]]:
    """The version of a moment's history, and the rankers of each variant, learned from the same cutoffs."""
    model = train(Inputs(known, params, direct_lookup), f"{known.as_of:%Y%m%dT%H%M}").model
    cutoffs = list(_ticks(interaction_dataset(known), params, model))
    return model, {name: _rankers(cutoffs, variant, params, n_trainings) for name, variant in asked.items()}


def _ticks(dataset: InteractionDataset, params: Params, model: Model) -> Iterator[Pairs]:
    cutoffs = plan(dataset, params)
    past = Past(dataset, params, model.vectors_for(dataset), cutoffs.window)
    for as_of, factors in zip(cutoffs.all, als_chain(dataset, cutoffs.all, params), strict=True):
        cutoff = cutoff_at(past, as_of, factors, params.ranker.max_readers_per_cutoff)
        if len(cutoff.pairs):
            yield Pairs(cutoff, direct_lookup([cutoff]), found_by(cutoff.inputs, params, cutoff.pairs))


def _rankers(cutoffs: Sequence[Pairs], variant: Variant, params: Params, n_trainings: int) -> list[Any]:
    whole = {one.cutoff.as_of: one.matrix for one in cutoffs}

    def looked_up(thin: Iterable[Cutoff]) -> Matrix:
        parts = [whole[cutoff.as_of][cutoff.extra[_ROW].astype(np.int64)] for cutoff in thin]
        return variant.blinded(np.concatenate(parts))

    made = []
    for training in range(n_trainings):
        seed = params.seed + training * params.ranker.n_trees  # chunks count on from a seed
        thinned = (_sampled(one, variant, params, seed) for one in cutoffs)
        rows = learnable(thinned, Lookup(looked_up, from_states=False))
        made.append(train_ranker(rows, params.ranker, seed, params.threads))
    return made


def _sampled(one: Pairs, variant: Variant, params: Params, seed: int) -> Cutoff:
    """What a variant learns of one cutoff; each pair with its row among all of them."""
    kept = np.flatnonzero(variant.keeps(one.found))
    extra = {_ROW: kept.astype(np.float64)}
    left = replace(one.cutoff, pairs=one.cutoff.pairs.at(kept), grade=one.cutoff.grade[kept], extra=extra)
    return sample_negatives(left, params.ranker.list_candidates, seed)


def losses(reader: Ints, ndcg: Mapping[str, Floats], seed: int) -> dict[str, dict[str, float]]:
    """Of each variant: nDCG@10, and what is lost without it as a share, with a 95 % interval over readers."""
    row = np.unique(reader, return_inverse=True)[1]
    found = {WHOLE: {"ndcg_at_10": round(float(ndcg[WHOLE].mean()), 4)}}
    for name, values in ndcg.items():
        if name == WHOLE or np.array_equal(values, ndcg[WHOLE]):
            continue  # the log has nothing for it
        sums = sums_by_reader(row, [ndcg[WHOLE] - values, ndcg[WHOLE]])
        drawn = resampled({"loss": sums}, seed)["loss"]
        low, high = interval(ratio(drawn[0] + drawn[1], drawn[1]) - 1) or (np.nan, np.nan)
        share = float(sums[0].sum() / sums[1].sum())
        found[name] = {"ndcg_at_10": float(values.mean()), "loss": share, "loss_low": low, "loss_high": high}
    return {name: {key: round(value, 4) for key, value in row.items()} for name, row in found.items()}


def measured(world: World) -> dict[str, dict[str, float]]:
    """The losses in one world, each name with the world's before it; of crowded ones, those of sources only."""
    asked = {name: one for name, one in variants().items() if world.name not in _SOURCES_ONLY or not one.features}
    reader, ndcg = walked(world, asked)
    rows = losses(reader, ndcg, world.params.seed)
    return {f"{world.name}: {name}": row for name, row in rows.items()}


def main() -> None:
    """Measure every world and write docs/measurements/ablation.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", nargs="*", choices=WORLDS, default=WORLDS)
    figures: dict[str, dict[str, float]] = {}
    hashes: list[str] = []
    for world in worlds(parser.parse_args().worlds):
        figures |= measured(world)
        hashes.append(world.data_hash)
    path: Path = write("ablation", figures, " ".join(hashes), "make proof-ablation")
    print(path)  # noqa: T201 - a command


if __name__ == "__main__":
    main()
