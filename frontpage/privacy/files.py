"""Files that hold a reader: those that can be mended are; the others are named with the day on which they go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from frontpage.privacy.needles import Needles

#: Made by a program from text, and read by people: names are blotted out.
_TEXT = {".json", ".jsonl", ".html", ".txt", ".log", ".csv", ".md", ".yaml", ".ndjson"}
#: Whole files about one person.
_PERSONAL = {".eml"}
#: Of the server itself: its tables are not touched through files.
_NOT_OURS = {"postgres", "server.json", "airflow"}


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of a file: `mended`, `deleted`, or `expires` at a day."""

    path: str
    outcome: str
    expires_at: datetime | None = None


def forget_in_files(home: Path, needles: Needles, now: datetime, days: float) -> list[FileOutcome]:
    """Go through an installation's files. days: after how many a file that cannot be rewritten is deleted.

    A model, a snapshot and its copy in a DVC remote are what others were made from or can be checked by: they are left
    as they are until then.
    """
    found = []
    for file in sorted(home.rglob("*")):
        if not file.is_file() or file.relative_to(home).parts[0] in _NOT_OURS or not needles.in_file(file):
            continue
        name = str(file.relative_to(home))
        if file.suffix in _PERSONAL:
            file.unlink()
            found.append(FileOutcome(name, "deleted"))
        elif file.suffix in _TEXT and not _is_hashed(file):
            file.write_bytes(needles.pattern().sub(b"erased", file.read_bytes()))
            found.append(FileOutcome(name, "mended"))
        else:
            found.append(FileOutcome(name, "expires", now + timedelta(days=days)))
    return found


def _is_hashed(file: Path) -> bool:
    """Whether a manifest says what is in it: it could not be read any more."""
    return any((parent / "manifest.json").exists() for parent in (file.parent, file.parent.parent))


def expire(home: Path, report: dict[str, Any], now: datetime, in_use: set[Path]) -> list[str]:
    """Delete the files whose day has come, but for those in use; names of what was deleted."""
    gone = []
    for one in report["files"]:
        file = home / one["path"]
        is_due = one["outcome"] == "expires" and datetime.fromisoformat(one["expires_at"]) <= now
        if is_due and file.exists() and not any(parent in in_use for parent in file.parents):
            file.unlink()
            gone.append(one["path"])
    return gone
