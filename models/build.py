"""One version on disk: trained, saved with its pictures, or found there already."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from models.artefact import PLOTS, Model, artefact_hash, load, save
from models.explain import explain, explainer
from models.plots import curve, shap_summary
from models.threads import environment
from models.training import Inputs, Trained, train


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


def build(inputs: Inputs, version: str, folder: Path, *, resume: bool = True) -> Built:
    """The version in `folder`; a training that was killed goes on from its checkpoints beside it.

    With `resume=False` checkpoints and a finished folder are thrown away first.
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
    made = train(replace(inputs, folder=work / version), version)
    digest = save(made.model, folder, environment(inputs.params.threads), draw(made, work / PLOTS))
    shutil.rmtree(work)
    return Built(made.model, folder, digest, is_new=True)


def draw(made: Trained, folder: Path) -> Path:
    """Pictures of a training below `folder`: losses, metric over trees, SHAP summary of what it learned from."""
    histories, model = made.model.histories, made.model
    curve(histories["als_loss"], "ALS training loss", "iteration", "loss", folder / "als_loss.png")
    curve(histories["ranker_ndcg"], "ranker on training lists", "step of trees", "nDCG@10", folder / "ranker_ndcg.png")
    explained = explain(explainer(model.ranker), made.sample, model.feature_names)
    shap_summary(explained, made.sample, folder / "shap_training.png")
    return folder
