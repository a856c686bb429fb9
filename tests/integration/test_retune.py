"""Where trainings do not help: parameters tried on some readers, and a candidate trained with the best."""

import json
from pathlib import Path

import pytest

from frontpage.core.sections.watching import DriftParams
from frontpage.steps import features, retune
from frontpage.store import versions
from frontpage.store.connect import connect
from tests.unit.models.newsroom_world import PARAMS
from tests.unit.models.worlds import NOW

from .test_models_steps import installation, world  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow


def test_the_best_recipe_enters_as_a_candidate(installation):  # noqa: F811
    """Two trials on 30 of 60 readers; the version is of all, and the file says which parameters it has."""
    params = PARAMS.model_copy(update={"drift": DriftParams(search_trials=2, search_readers=30)})
    features.run(installation, params, NOW)
    summary = retune.run(installation, params, NOW)
    found = json.loads(Path(summary.artifact).read_text())
    assert len(found["trials"]) == 2
    assert found["n_readers"] <= 30
    assert json.loads(summary.details["recipe"]) == found["params"]
    with connect(installation.database_url) as connection:
        made = versions.get(connection, summary.details["version"])
    assert (made.stage, made.as_of) == ("candidate", NOW)
