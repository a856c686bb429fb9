"""A version as MLflow loads it: `mlflow.pyfunc.load_model` gives what scores rows of features.

Rows are what the ranker sees of a reader and an article; the answer is the chance that the reader reads it next.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.ranking.ranker import predict
from models.training.artefact import EXAMPLE, Model, load

#: MLflow's own file beside the version's.
MLMODEL = "MLmodel"


@dataclass(frozen=True, slots=True)
class RankerScorer:
    """The ranker of a version with its calibration."""

    model: Model

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> np.ndarray:  # noqa: ARG002 - MLflow's
        """Chance of each row; a frame's columns are taken by their names, an array's as they stand."""
        names = list(self.model.feature_names)
        rows = model_input[names].to_numpy() if isinstance(model_input, pd.DataFrame) else np.asarray(model_input)
        return self.model.calibration.chance(predict(self.model.ranker, rows.astype(np.float32), 1))


def _load_pyfunc(path: str) -> RankerScorer:
    """Called by MLflow with the folder of a version."""
    return RankerScorer(load(Path(path)))


def example_of(folder: Path) -> pd.DataFrame:
    """The rows kept with a version, by the names of their features. They are few."""
    names = load(folder).feature_names
    with np.load(folder / EXAMPLE, allow_pickle=False) as kept:
        return pd.DataFrame(kept["matrix"].astype(np.float64), columns=list(names))


def describe(folder: Path) -> None:
    """Write MLflow's description of a version beside its files, with an input example; again it changes nothing.

    A version of an earlier release, which keeps no example, stays without.
    """
    if (folder / MLMODEL).exists() or not (folder / EXAMPLE).is_file():
        return
    from mlflow import pyfunc
    from mlflow.models import Model as Description
    from mlflow.models import infer_signature
    from mlflow.models.utils import _save_example

    rows = example_of(folder).head(5)
    description = Description(signature=infer_signature(rows, np.zeros(len(rows))))
    pyfunc.add_to_model(description, loader_module=__name__, data=".")
    _save_example(description, rows, str(folder))
    description.save(str(folder / MLMODEL))
