"""What evaluation and explanation leave on disk: numbers, tables and pictures, the same for the same inputs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.core.progress import track
from frontpage.features.pairs import GROUPS
from models.evaluation.acceptance import Acceptance
from models.evaluation.evaluate import Evaluation
from models.evaluation.gate import Gate
from models.explaining.explain import Explained, explain
from models.explaining.reasons import ShapReasons
from models.files import save_json, write_bytes
from models.inputs import ScoringInputs
from models.pipeline import BLOCK_READERS, ListPipeline, ScoredTopK
from models.ranking.ranker import Matrix
from models.training.plots import cutoffs_plot, intervals_plot, shap_summary

#: Served rows that the summary plot shows.
_PLOTTED_ROWS = 2_000


def write_evaluation(evaluation: Evaluation, decided: Gate, folder: Path) -> dict[str, float]:
    """metrics.json, gate.json, cutoffs.csv and ndcg.png in `folder`; the metrics as `<ranker>_<metric>`."""
    means = evaluation.means()
    metrics = {
        f"{ranker}_{name}": round(value, 6) for ranker, values in means.items() for name, value in values.items()
    }
    save_json(folder / "metrics.json", metrics)
    save_json(folder / "gate.json", decided.as_json())
    write_bytes(folder / "ticks.csv", evaluation.table.to_csv(index=False, float_format="%.6f").encode())
    if len(evaluation.table):
        wide = evaluation.table.pivot_table(index="as_of", columns="ranker", values="ndcg_at_10")
        lines = {str(name): wide[name].tolist() for name in wide}
        cutoffs_plot(lines, [f"{moment:%d %b %H:%M}" for moment in wide.index], folder / "ndcg.png")
    return metrics


def read_evaluation(folder: Path) -> tuple[dict[str, float], list[Path]]:
    """The metrics that `write_evaluation` left in `folder`, and its files by name; nothing where it left none."""
    metrics = folder / "metrics.json"
    return (json.loads(metrics.read_text()), sorted(folder.iterdir())) if metrics.exists() else ({}, [])


def read_gate(folder: Path) -> dict[str, Any]:
    """What `write_evaluation` left of the gate's decision. Raises BadInputError where it left none."""
    if not (folder / "gate.json").is_file():
        raise BadInputError(f"{folder} holds no evaluation; run `frontpage evaluate` first")
    found: dict[str, Any] = json.loads((folder / "gate.json").read_text())
    return found


def write_acceptance(found: Acceptance, folder: Path) -> None:
    """acceptance.json, slices.csv and slices.png in `folder`."""
    save_json(folder / "acceptance.json", found.as_json())
    table = pd.DataFrame(found.as_json()["slices"])
    write_bytes(folder / "slices.csv", table.to_csv(index=False).encode())
    judged = [one for one in found.slices if one.lost_interval is not None and one.lost is not None]
    intervals_plot(
        [f"{one.name} ({one.n_readers})" for one in judged],
        [-one.lost for one in judged if one.lost is not None],
        [(-one.lost_interval[1], -one.lost_interval[0]) for one in judged if one.lost_interval is not None],
        f"nDCG@10 against {found.reference}: share gained or lost",
        folder / "slices.png",
    )


def read_acceptance(folder: Path) -> tuple[dict[str, float], list[Path]]:
    """Metrics `<slice>_<metric>` of what `write_acceptance` left in `folder`, and its files by name; or nothing."""
    if not (folder / "acceptance.json").is_file():
        return {}, []
    slices = json.loads((folder / "acceptance.json").read_text())["slices"]
    metrics = {
        f"{re.sub(r'[^a-z0-9]+', '_', one['name'].lower())}_{name}": float(one[name])
        for one in slices
        for name in ("n_readers", "candidate", "reference", "lost")
        if one[name] is not None
    }
    return metrics, sorted(folder.iterdir())


@dataclass(frozen=True, slots=True)
class _Block:
    """Lists of some readers with what the ranker saw and what each feature did."""

    chosen: ScoredTopK
    explained: Explained
    lists: pd.DataFrame

    def rows(self, n: int) -> tuple[Explained, Matrix]:
        """The first `n` rows, explained."""
        some = Explained(self.explained.contributions[:n], self.explained.base, self.explained.names)
        assert self.chosen.matrix is not None
        return some, self.chosen.matrix[:n]


def write_explanation(pipeline: ListPipeline, now: ScoringInputs, params: Params, folder: Path) -> dict[str, int]:
    """How a ranker's pipeline makes the lists of a moment; counts of what was written.

    lists.parquet: every list with reasons. contributions.parquet: of the first readers' rows, the contribution of each
    group of features. features.csv: mean absolute contribution of each feature over all lists. shap_summary.png.
    """
    folder.mkdir(parents=True, exist_ok=True)
    assert isinstance(pipeline.explain, ShapReasons)
    names = pipeline.explain.feature_names
    lists, strengths, n_rows = [], np.zeros(len(names)), 0
    first: _Block | None = None
    for block in _blocks(pipeline, pipeline.explain, now):
        first = first or block
        lists.append(block.lists)
        strengths += np.abs(block.explained.contributions).sum(axis=0)
        n_rows += len(block.lists)
    table = pd.concat(lists, ignore_index=True) if lists else pd.DataFrame(columns=[c.READER_KEY, c.RANK])
    table.to_parquet(folder / "lists.parquet", index=False)
    _write_features(names, strengths / max(n_rows, 1), folder)
    if first is not None and n_rows:
        shap_summary(*first.rows(_PLOTTED_ROWS), folder / "shap_summary.png")
        _write_contributions(first, params, folder)
    return {"lists": int(table[c.READER_KEY].nunique()), "rows": n_rows}


def _blocks(pipeline: ListPipeline, explained_by: ShapReasons, now: ScoringInputs) -> Iterator[_Block]:
    n_readers = len(now.context.readers)
    for start in track(range(0, n_readers, BLOCK_READERS), "blocks of readers"):
        chosen = pipeline.scored_top_k(now, np.arange(start, min(start + BLOCK_READERS, n_readers), dtype=np.int64))
        assert chosen.matrix is not None
        explained = explain(explained_by.trees, chosen.matrix, explained_by.feature_names)
        reasons = explained_by.said(now, chosen, explained)
        yield _Block(chosen, explained, pipeline.table(now, chosen, reasons).to_pandas())


def _write_features(names: tuple[str, ...], strengths: np.ndarray, folder: Path) -> None:
    table = pd.DataFrame(
        {"feature": names, "group": [GROUPS.get(name, name) for name in names], "mean_abs_contribution": strengths}
    ).sort_values(["mean_abs_contribution", "feature"], ascending=[False, True])
    write_bytes(folder / "features.csv", table.to_csv(index=False, float_format="%.6f").encode())


def _write_contributions(block: _Block, params: Params, folder: Path) -> None:
    """Contributions by group of the rows of the first readers; with the base value they add up to the score."""
    groups = tuple(dict.fromkeys(GROUPS.get(name, name) for name in block.explained.names))
    table = pd.DataFrame(block.explained.of_groups(groups).round(5), columns=list(groups))
    keys = block.lists[[c.READER_KEY, c.RANK, c.ARTICLE_ID, c.SCORE]].reset_index(drop=True)
    table = pd.concat([keys, table.assign(base=round(block.explained.base, 5))], axis=1)
    readers = table[c.READER_KEY].drop_duplicates().head(params.explain.max_readers)
    table[table[c.READER_KEY].isin(readers)].to_parquet(folder / "contributions.parquet", index=False)
