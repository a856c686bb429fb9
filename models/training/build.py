"""One version on disk: trained, saved with its pictures, or found there already."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from frontpage.core.errors import BadInputError
from models.explaining.explain import explain, explainer
from models.files import save_json
from models.threads import environment
from models.training.artefact import PLOTS, Model, artefact_hash, load, model_params, save
from models.training.plots import curve, shap_summary
from models.training.train import Inputs, Trained, prepare, train

INPUTS = "inputs.json"
#: Parameters of the ranker that only its trees depend on.
TREES = (
    "n_trees", "n_leaves", "learning_rate", "min_child_samples", "feature_fraction", "truncation_level", "chunk_trees",
    "max_position_weight",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Built:
    """A version's folder. is_new: False where it was there already, whole."""

    model: Model
    folder: Path
    artefact_hash: str
    is_new: bool

    @property
    def plots(self) -> list[Path]:
        """Pictures of the version, by name."""
        return sorted((self.folder / PLOTS).glob("*.png"))


def build(inputs: Inputs, version: str, folder: Path, *, resume: bool = True, prepared: Path | None = None) -> Built:
    """The version in `folder`; a training that was killed goes on from its checkpoints beside it.

    With `resume=False` checkpoints and a finished folder are thrown away first. `prepared` holds what `build_inputs`
    made of these inputs.
    """
    work = folder.with_name(f".{folder.name}.work")
    if not resume:
        shutil.rmtree(work, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        model = load(folder)
        if model.version == version:
            shutil.rmtree(work, ignore_errors=True)
            return Built(model, folder, artefact_hash(folder), is_new=False)
        shutil.rmtree(folder)  # a folder that always holds the newest version, as work on files has
    if prepared is not None:
        shutil.copytree(prepared, work / version, dirs_exist_ok=True)
    made = train(replace(inputs, folder=work / version), version)
    needs = {**environment(inputs.params.threads), "budget": inputs.params.fitness.model_dump(mode="json")}
    digest = save(made.model, folder, needs, draw(made, work / PLOTS), made.sample)
    shutil.rmtree(work)
    return Built(made.model, folder, digest, is_new=True)


def build_inputs(inputs: Inputs, snapshot_hash: str, folder: Path) -> int:
    """Number of rows that the ranker learns from; `folder` holds all that does not depend on the shape of its trees."""
    work = folder.with_name(f".{folder.name}.work")
    shutil.rmtree(work, ignore_errors=True)
    n_rows = prepare(replace(inputs, folder=work))
    save_json(work / INPUTS, _made_of(inputs, snapshot_hash))
    shutil.rmtree(folder, ignore_errors=True)
    work.replace(folder)
    return n_rows


def require_inputs(inputs: Inputs, snapshot_hash: str, folder: Path) -> None:
    """Raise BadInputError where `folder` does not hold what `build_inputs` makes of these inputs."""
    made_of = folder / INPUTS
    if not made_of.is_file() or json.loads(made_of.read_text()) != _made_of(inputs, snapshot_hash):
        raise BadInputError(
            f"{folder} was not made of this data with these parameters; run `train --part inputs` first"
        )


def _made_of(inputs: Inputs, snapshot_hash: str) -> dict[str, Any]:
    params = json.loads(model_params(inputs.params))
    params["ranker"] = {name: value for name, value in params["ranker"].items() if name not in TREES}
    params["evaluation"].pop("max_readers_per_cutoff")
    return {"snapshot": snapshot_hash, "params": params}


def draw(made: Trained, folder: Path) -> Path:
    """Pictures of a training below `folder`: losses, metric over trees, SHAP summary of what it learned from."""
    histories, model = made.model.histories, made.model
    curve(histories["als_loss"], "ALS training loss", "iteration", "loss", folder / "als_loss.png")
    curve(histories["ranker_ndcg"], "ranker on training lists", "step of trees", "nDCG@10", folder / "ranker_ndcg.png")
    explained = explain(explainer(model.ranker), made.sample, model.feature_names)
    shap_summary(explained, made.sample, folder / "shap_training.png")
    return folder
