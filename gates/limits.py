"""What is committed in gates/limits.yaml: the ratios that quality and cost are held to."""

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "gates" / "sample"
#: Exit code of a gate that says no; that of frontpage/core/errors.py.
RED = 4


def limits(of: str) -> dict[str, Any]:
    """One section of the file."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "gates" / "limits.yaml").read_text())[of]
    return read
