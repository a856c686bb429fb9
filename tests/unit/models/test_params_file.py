"""params.yaml, which DVC and people read, and the defaults of the code are the same parameters."""

from pathlib import Path

import pytest
import yaml

from frontpage.core.params import Params
from models.variants import complete

FILE = Path(__file__).resolve().parents[3] / "params.yaml"


@pytest.mark.ml_test("model-1")
def test_the_file_spells_out_every_default() -> None:
    """Every key is in the file, with the default's value: what one sees is what is used."""
    assert yaml.safe_load(FILE.read_text()) == complete(Params()).model_dump(mode="json")
