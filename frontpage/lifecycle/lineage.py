"""What a version was made of and by: code, lock file, image, data, checks, features, parameters, seed."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.features.feature_store.definitions import RANKING
from frontpage.lifecycle.tracking import git_commit
from frontpage.store.connect import Connection
from frontpage.store.validations import validation_ids
from models.training.artefact import model_params

ROOT = Path(__file__).parents[2]
LOCK_FILE = ROOT / "requirements.lock"


def lineage(connection: Connection, settings: Settings, params: Params, as_of: datetime) -> dict[str, Any]:
    """Facts by name; what is not known (an image outside containers, a snapshot that no remote holds) is left out."""
    facts = {
        "code_commit": code_commit(settings),
        "lock_sha256": _sha256(LOCK_FILE.read_bytes()) if LOCK_FILE.is_file() else None,
        "image_digest": settings.image_digest or None,
        "dvc_hash": dvc_hash(settings.path("snapshots", f"{as_of:%Y%m%dT%H%M%S}.dvc")),
        "feature_service": RANKING,
        "params_sha256": _sha256(model_params(params).encode()),
        "seed": params.seed,
        "checks": validation_ids(connection, as_of),
        "trained_by": settings.actor,
    }
    return {name: value for name, value in facts.items() if value is not None}


def code_commit(settings: Settings) -> str | None:
    """The commit that the code is: as baked into an image, else as it is checked out; None where nobody knows."""
    return settings.code_commit or git_commit(ROOT)


def dvc_hash(pointer: Path) -> str | None:
    """DVC's hash of the snapshot that a pointer file stands for; None without one."""
    if not pointer.is_file():
        return None
    (out,) = yaml.safe_load(pointer.read_text())["outs"]
    return str(out["md5"])


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
