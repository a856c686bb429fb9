"""A model version on disk: a folder with a manifest of hashes, written beside its place and renamed into it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.errors import BadInputError
from frontpage.core.params import Params, earlier_params
from frontpage.core.sections.acceptance import VERDICT_ONLY
from frontpage.features.grouping import Ints
from frontpage.features.interactions import InteractionDataset
from frontpage.features.pairs import COLUMNS, Matrix
from models.context import ScoringContext
from models.files import save_arrays, save_json, sha256, write_bytes
from models.ranking.calibration import Calibration
from models.ranking.ranker import load_ranker, predict, ranker_text
from models.retrieval import als
from models.retrieval.als import Factors
from models.retrieval.content import ContentModel

MANIFEST = "manifest.json"
#: Beside the manifest's files: what a model's last bits depend on besides its inputs, and what is found out later.
ENVIRONMENT, EVALUATION, PLOTS = "environment.json", "evaluation.json", "plots"
#: Rows that the ranker is asked about before a version serves, with what it answered after its training.
EXAMPLE = "example.npz"
_EXAMPLE_ROWS = 200
#: A version of before there were two has the first only.
RANKER, JUDGED = "ranker.txt", "ranker-judged.txt"


#: Parameters that change how, when or whether a model is used, but not the model.
_NOT_OF_A_MODEL = {
    "threads", "schedule", "variants", "first_training", "gate", "fitness", "explain", "quality", "digest", "retention",
    "drift", "arrivals", "business", "data_report", "editorial",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model. Factors and vectors are rows of `reader_keys` (ascending) and `article_ids` (ascending).

    judged: the ranker before it learned from the newest cutoffs; these are what it is judged by.
    """

    version: str
    params: Params
    reader_keys: Ints
    article_ids: NDArray[np.str_]
    factors: Factors
    content: ContentModel
    vectors: NDArray[np.float32]
    ranker: lgb.Booster
    validation_ranker: lgb.Booster
    feature_names: tuple[str, ...]
    calibration: Calibration
    metrics: Mapping[str, float]
    histories: Mapping[str, list[float]]

    def factors_for(self, dataset: InteractionDataset) -> Factors:
        """The factors by the positions of a dataset; zeros for ids that training did not know."""
        readers = pd.Index(self.reader_keys).get_indexer(pd.Index(dataset.reader_keys))
        return Factors(
            _picked(self.factors.reader, readers), _picked(self.factors.article, self._articles(dataset.article_ids))
        )

    def factors_at(self, at: ScoringContext, n_threads: int) -> Factors:
        """The factors of a moment's readers and live articles, brought up to date with the reads known then."""
        confidence = als.interactions(at.dataset, at.known, self.params.als.alpha)
        folded = als.fold_in(confidence, self.factors_for(at.dataset), self.params.als, n_threads, at.readers)
        return Factors(folded.reader, np.ascontiguousarray(folded.article[at.live]))

    def vectors_for(self, dataset: InteractionDataset) -> NDArray[np.float32]:
        """Content vectors of a dataset's articles; those that training did not know are computed from their text."""
        vectors, is_new = self.trained_vectors(dataset.article_ids), self.is_new(dataset.article_ids)
        vectors[is_new] = self.content.vectors(dataset.history.articles[is_new])
        return vectors

    def trained_vectors(self, article_ids: pd.Index[Any]) -> NDArray[np.float32]:
        """Content vectors of articles as training made them; zeros for those that it did not know."""
        return _picked(self.vectors, self._articles(article_ids))

    def is_new(self, article_ids: pd.Index[Any]) -> NDArray[np.bool_]:
        """Whether each article is one that training did not know."""
        return self._articles(article_ids) < 0

    def seen(self, matrix: Matrix) -> Matrix:
        """The columns that the ranker learned from, in its order; a feature that is not made any more is 0."""
        if self.feature_names == COLUMNS:
            return matrix
        places = pd.Index(COLUMNS).get_indexer(pd.Index(self.feature_names))
        padded = np.hstack([matrix, np.zeros((len(matrix), 1), dtype=np.float32)])
        return np.ascontiguousarray(padded[:, places])

    def for_lists(self) -> Model:
        """What ranking needs once the model was brought to a moment: the ranker and what its scores mean."""
        return replace(
            self,
            reader_keys=self.reader_keys[:0].copy(),
            article_ids=self.article_ids[:0].copy(),
            factors=Factors(self.factors.reader[:0].copy(), self.factors.article[:0].copy()),
            vectors=self.vectors[:0].copy(),
            validation_ranker=self.ranker,
        )

    def _articles(self, article_ids: pd.Index[Any]) -> Ints:
        return pd.Index(self.article_ids.astype(object)).get_indexer(article_ids).astype(np.int64)


def model_params(params: Params) -> str:
    """The parameters that a model depends on, as JSON text."""
    exclude: Any = dict.fromkeys(_NOT_OF_A_MODEL, True) | {"acceptance": VERDICT_ONLY}
    return json.dumps(params.model_dump(mode="json", exclude=exclude), sort_keys=True)


#: An earlier version that a training starts from.
Parent = Model


def save(
    model: Model,
    folder: Path,
    environment: Mapping[str, Any],
    plots: Path | None = None,
    example: Matrix | None = None,
) -> str:
    """Write the version's folder in one step and return the hash of its manifest.

    `plots` is a folder of pictures that moves in beside the manifest's files. example: rows that the ranker knows, some
    of which are kept with their margins.
    Raises BadInputError where the folder is there already.
    """
    if folder.exists():
        raise BadInputError(f"{folder} holds a model already; move it away and train again")
    partial = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    for name, write in _writers(model).items():
        write(partial / name)
    if example is not None:
        rows = example[:_EXAMPLE_ROWS]
        save_arrays(partial / EXAMPLE, matrix=rows, margin=predict(model.ranker, rows, 1))
    names = sorted(path.name for path in partial.iterdir())
    save_json(partial / MANIFEST, {name: sha256(partial / name) for name in names})
    save_json(partial / ENVIRONMENT, environment)
    if plots is not None:
        shutil.move(plots, partial / PLOTS)
    partial.replace(folder)
    return artefact_hash(folder)


def artefact_hash(folder: Path) -> str:
    """SHA-256 of the manifest. Raises BadInputError where there is none."""
    if not (folder / MANIFEST).is_file():
        raise BadInputError(f"{folder} holds no model ({MANIFEST} is missing); train again, or name another version")
    return sha256(folder / MANIFEST)


def load(folder: Path) -> Model:
    """The model in a folder, after checking every file against the manifest.

    Raises BadInputError naming the file that is missing or was changed.
    """
    artefact_hash(folder)
    for name, expected in json.loads((folder / MANIFEST).read_text()).items():
        if not (folder / name).is_file() or sha256(folder / name) != expected:
            raise BadInputError(f"{folder / name} is not what the manifest says; restore it, or train again")
    about = json.loads((folder / "params.json").read_text())
    with np.load(folder / "als.npz", allow_pickle=False) as als, np.load(folder / "content.npz") as content:
        return Model(
            version=about["version"],
            params=earlier_params(about["params"]),
            reader_keys=als["reader_keys"],
            article_ids=als["article_ids"],
            factors=Factors(als["reader"], als["article"]),
            content=ContentModel(content["terms"], content["idf"], content["axes"]),
            vectors=content["vectors"],
            ranker=load_ranker((folder / RANKER).read_text()),
            validation_ranker=load_ranker((folder / (JUDGED if (folder / JUDGED).is_file() else RANKER)).read_text()),
            feature_names=tuple(about["feature_names"]),
            calibration=Calibration(**about["calibration"]),
            **json.loads((folder / "metrics.json").read_text()),
        )


def _writers(model: Model) -> dict[str, Any]:
    content, factors = model.content, model.factors
    about = {
        "version": model.version,
        "feature_names": list(model.feature_names),
        "calibration": asdict(model.calibration),
        "params": json.loads(model_params(model.params)),
        "columns": {c.READER_KEY: len(model.reader_keys), c.ARTICLE_ID: len(model.article_ids)},
    }
    return {
        "als.npz": lambda path: save_arrays(
            path, reader_keys=model.reader_keys, article_ids=model.article_ids, **_factor_arrays(factors)
        ),
        "content.npz": lambda path: save_arrays(
            path, terms=content.terms, idf=content.idf, axes=content.axes, vectors=model.vectors
        ),
        RANKER: lambda path: write_bytes(path, ranker_text(model.ranker).encode()),
        JUDGED: lambda path: write_bytes(path, ranker_text(model.validation_ranker).encode()),
        "params.json": lambda path: save_json(path, about),
        "metrics.json": lambda path: save_json(
            path, {"metrics": dict(model.metrics), "histories": dict(model.histories)}
        ),
    }


def _factor_arrays(factors: Factors) -> dict[str, Any]:
    return {"reader": factors.reader, "article": factors.article}


def _picked(matrix: NDArray[np.float32], rows: Any) -> NDArray[np.float32]:
    """Rows of a matrix; zeros for -1."""
    padded = np.vstack([matrix, np.zeros((1, matrix.shape[1]), dtype=np.float32)])
    return padded[rows]
