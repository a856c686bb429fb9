"""params.yaml, which DVC and people read, and the defaults in frontpage/core/params.py are the same parameters."""

from pathlib import Path

import yaml

from frontpage.core.params import Params

FILE = Path(__file__).resolve().parents[3] / "params.yaml"


def test_the_file_spells_out_every_default() -> None:
    """Every key is in the file, with the default's value: what one sees is what is used."""
    assert yaml.safe_load(FILE.read_text()) == Params().model_dump(mode="json")
