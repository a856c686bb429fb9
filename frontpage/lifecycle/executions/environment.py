"""Which code runs: commit, lock file, installed packages, image. Cheap: a look at two folders and one process."""

import hashlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LOCK_FILE = ROOT / "requirements.lock"
_GIT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class CodeEnvironment:
    """commit and lock_hash are None where there is no work tree, or no lock file; packages: name -> version."""

    commit: str | None
    lock_hash: str | None
    packages: Mapping[str, str]
    image: str = ""

    @property
    def packages_hash(self) -> str:
        """The same for the same packages in the same versions."""
        return hash_of("\n".join(f"{name} {version}" for name, version in sorted(self.packages.items())))


def hash_of(text: str) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def this_environment(image: str = "", commit: str = "") -> CodeEnvironment:
    """That of this process. commit: what an image says it was built of; empty: that of the work tree."""
    lock_hash = hash_of(LOCK_FILE.read_text()) if LOCK_FILE.is_file() else None
    return CodeEnvironment(commit or checked_out(ROOT), lock_hash, installed(sys.path), image)


def installed(search_path: Sequence[str]) -> dict[str, str]:
    """Name -> version of what is found there, the first of each, by names of folders: no file is opened."""
    places = (Path(place) for place in reversed(search_path) if place)
    folders = (path.name.removesuffix(".dist-info") for place in places for path in place.glob("*.dist-info"))
    return {name.lower().replace("_", "-"): version for name, _, version in (each.partition("-") for each in folders)}


def checked_out(root: Path) -> str | None:
    """The commit of the work tree, None where there is none or no git."""
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=_GIT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None
