"""What a proof leaves behind: its figures, and what they were measured with."""

import hashlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
MEASUREMENTS = ROOT / "docs" / "measurements"
#: The command of this environment.
FRONTPAGE = str(Path(sys.executable).with_name("frontpage"))


def write(name: str, figures: dict[str, Any], data_hash: str, command: str) -> Path:
    """The file `docs/measurements/<name>.json`: figures, commit, data hash, machine and command."""
    MEASUREMENTS.mkdir(exist_ok=True)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    record = {"command": command, "commit": commit, "data_hash": data_hash, "machine": machine(), "figures": figures}
    path = MEASUREMENTS / f"{name}.json"
    path.write_text(json.dumps(record, indent=2) + "\n")
    return path


def command(proof: str, *, is_full: bool) -> str:
    """What was called: the proof's `make` target at its full size, else its module with the arguments given."""
    if is_full:
        return f"make proof-{proof}"
    return " ".join(["python -m", f"bench.{proof.replace('-', '_')}", *sys.argv[1:]])


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "cpu": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "python": platform.python_version(),
    }


def hash_of(folder: Path, pattern: str = "*/*.jsonl") -> str:
    """SHA-256 over the names and bytes of the files, in order of name."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob(pattern)):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
