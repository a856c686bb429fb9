"""Nothing of a library's stands in front of a user: a verb's stderr has its own lines of progress, no more."""

import json
import subprocess
from pathlib import Path

import pytest

from frontpage.core.clock import iso
from tests.support.installation import FRONTPAGE, UNTIL, Installation

AS_OF = ("--as-of", iso(UNTIL))
#: In the order of a first day; a refresh is features, score, gate and publish. {home}, {world}: folders.
VERBS = (
    ("db", "migrate"),
    ("simulate", "--readers", "20", "--days", "1", "--articles-per-day", "20", "--out", "{home}/simulated"),
    ("extract", *AS_OF),
    ("validate", *AS_OF),
    ("features", *AS_OF),
    ("train", *AS_OF),
    ("evaluate", *AS_OF),
    ("accept", *AS_OF),
    ("release", *AS_OF),
    ("explain", *AS_OF),
    ("refresh", *AS_OF),
    ("why", "reader_heavy"),
    ("snapshot", *AS_OF, "--out", "{home}/snapshots/one"),
    ("digest", *AS_OF, "--dry-run"),
    ("purge", *AS_OF),
    ("key", "create", "--name", "app", "--scope", "read"),
    ("key", "list"),
    ("replay", "--data", "{world}", "--from", "2026-03-04T06:00:00Z", "--to", "2026-03-04T12:00:00Z", "--refresh", "3h",
     "--json", "{home}/replay.json"),
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_no_library_says_a_word_on_stderr(database: str, tmp_path: Path, small_world: Path, small_params: Path) -> None:
    """Each as a process of its own, as people and Airflow start it; what is said is shown with its verb."""
    installation = Installation(database, tmp_path / "home", small_world, small_params)
    said = {" ".join(verb[:2]): _stderr(installation, verb, tmp_path / "home") for verb in VERBS}
    assert {verb: text for verb, text in said.items() if text} == {}


def _stderr(installation: Installation, verb: tuple[str, ...], home: Path) -> str:
    words = [word.format(home=home, world=installation.world) for word in verb]
    done = subprocess.run([FRONTPAGE, *words], env=installation.environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr[-2000:]}"
    return "".join(line for line in done.stderr.splitlines(keepends=True) if not _is_progress(line))


def _is_progress(line: str) -> bool:
    return line.startswith("{") and "frontpage.progress.what" in json.loads(line)
