"""What a version was made by: the code that makes lists, and the parameters that they hang on.

Two versions of one recipe differ in their data alone. The code is hashed as it lies on disk, so that it is the same in
a work tree, an installed package and a container, and a change of a page or a test changes no recipe.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import frontpage.features
import models
from frontpage.core.params import Params, earlier_params
from frontpage.lifecycle.registry import BESIDE_LISTS
from frontpage.store.connect import Connection, fetch_one
from frontpage.store.queries import query
from frontpage.store.versions import ModelVersion
from models.variants import CHAMPION, POPULARITY, complete

#: Key of `model_version.lineage`.
RECIPE = "recipe"
_SERVED = (CHAMPION, POPULARITY)
#: Sections that a training alone asks for; a first training keeps within other ones than it was given.
_LEARNING = {"ranker", "evaluation"}


def recipe_of(params: Params) -> str:
    """A hash that is another where lists would be made by other code or other parameters."""
    written = complete(params).model_dump(mode="json", exclude=BESIDE_LISTS)
    written["variants"] = {name: written["variants"][name] for name in _SERVED}
    return hashlib.sha256((code_hash() + json.dumps(written, sort_keys=True)).encode()).hexdigest()


@cache
def code_hash() -> str:
    """SHA-256 over the modules of features and models, in order of their names."""
    digest = hashlib.sha256()
    for package in (frontpage.features, models):
        folder = Path(package.__path__[0])
        for path in sorted(folder.rglob("*.py")):
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


def written_recipe(version: ModelVersion | None) -> str | None:
    """The recipe of a version; None of one that was made before recipes were written down."""
    return None if version is None else (version.lineage or {}).get(RECIPE)


def params_of(connection: Connection, version: ModelVersion | None, params: Params) -> Params:
    """The parameters that a version's lists are made with: what they hang on is as the version was trained with.

    So a changed parameter reaches readers with the version that was judged with it, step by step, and not before. The
    parameters as they are, without a version or a recipe of its own.
    """
    recipe = written_recipe(version)
    if version is None or recipe is None or recipe == recipe_of(params):
        return params
    row = fetch_one(connection, query("rollout/training_params"), {"training_id": version.training_id})
    if row is None:
        return params
    trained = earlier_params(row["params"])
    kept = {name: getattr(trained, name) for name in Params.model_fields if name not in BESIDE_LISTS | _LEARNING}
    others = {name: value for name, value in params.variants.items() if name not in _SERVED}
    return complete(params.model_copy(update={**kept, "variants": {**trained.variants, **others}}))
