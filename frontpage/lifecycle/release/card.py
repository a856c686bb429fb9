"""The card of a version: one HTML page without scripts that says what it is, what it passed, and who let it."""

import base64
import json
from pathlib import Path
from typing import Any

from frontpage.core.pages.templating import filled
from frontpage.core.settings import Settings
from frontpage.lifecycle.artefacts import folder_of
from frontpage.lifecycle.profile import profile_file
from frontpage.store import versions
from frontpage.store.connect import Connection
from frontpage.store.versions import ModelVersion, VersionEvent
from models.files import write_bytes
from models.training.artefact import ENVIRONMENT

#: Pictures of a version's folder with what they show, in order.
PICTURES = {
    "evaluation/ndcg.png": "nDCG@10 at each held-out cutoff, beside every other way to make lists",
    "acceptance/slices.png": "What is gained or lost in each slice, with the middle 95 %",
    "explanation/shap_summary.png": "What moves the scores of the lists it makes",
    "plots/shap_training.png": "What moved the scores of what it learned from",
}


def card_file(folder: Path) -> Path:
    """Where the card of a version's folder is."""
    return folder / "card.html"


def write_card(connection: Connection, settings: Settings, version: ModelVersion) -> Path:
    """The card as of now, beside the version's files."""
    folder = folder_of(version, settings)
    target = card_file(folder)
    write_bytes(target, card_page(version, versions.events(connection, version.version), folder).encode())
    return target


def card_page(version: ModelVersion, trail: list[VersionEvent], folder: Path) -> str:
    """HTML; the same facts give the same page."""
    return filled(
        "frontpage.lifecycle",
        "card.html",
        version=version,
        trail=trail,
        environment=_json(folder / ENVIRONMENT),
        params=_json(folder / "params.json").get("params", {}),
        pictures=pictures_of(folder),
        profile=profile_file(folder).name if profile_file(folder).is_file() else None,
        policies=_policies(version.metrics),
    )


def pictures_of(folder: Path) -> dict[str, str]:
    """What each picture of a version shows -> the picture, as a data URL; those that are not there are left out."""
    return {words: _picture(folder / name) for name, words in PICTURES.items() if (folder / name).is_file()}


def _policies(metrics: Any) -> dict[str, dict[str, float]]:
    """Ranker or rule -> its figures on held-out cutoffs, the best nDCG@10 first."""
    names = [name.removesuffix("_ndcg_at_10") for name in metrics if name.endswith("_ndcg_at_10")]
    wanted = ("ndcg_at_10", "hit_rate_at_10", "recall_at_10", "dwell_ndcg_at_10", "coverage", "n_readers")
    found = {
        name: {metric: metrics[f"{name}_{metric}"] for metric in wanted if f"{name}_{metric}" in metrics}
        for name in names
        if name != "train"
    }
    return dict(sorted(found.items(), key=lambda item: -item[1]["ndcg_at_10"]))


def _json(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text())) if file.is_file() else {}


def _picture(file: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}"
