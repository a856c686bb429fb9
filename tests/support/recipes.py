"""The recipes of docs/developing.md, followed: their blocks are the edits and the commands.

A block ```` ```python PATH ```` is a new file. A block ```` ```diff PATH ```` changes a file that is there: its lines
with a space or `-` stand in the file once, beside each other, and those with a space or `+` take their place; `...`
alone on a line separates two places. A block ```` ```sh ```` is run in the copy, line by line.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "developing.md"
_SECTION = re.compile(r"^## (.+)$", re.M)
_BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)
_SKIPPED = "..."
#: Generated pages and tests are not counted: every change has them.
_NOT_COUNTED = ("docs/", "tests/")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, the path it is about, and its lines."""

    language: str
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """A section of the page."""

    title: str
    blocks: tuple[Block, ...]

    @property
    def files(self) -> list[str]:
        """The files that it touches, generated pages and tests apart."""
        return sorted({block.path for block in self.blocks if block.path and not block.path.startswith(_NOT_COUNTED)})

    def follow(self, scratch: Path) -> str:
        """What its commands print, in a copy of the repository with its edits; fails where one of them does."""
        _copy(scratch)
        for block in self.blocks:
            _apply(block, scratch)
        return "".join(_run(line, scratch) for block in self.blocks if block.language == "sh" for line in _lines(block))


def recipe(title: str) -> Recipe:
    """The section of that title."""
    return recipes()[title]


def recipes() -> dict[str, Recipe]:
    """Every section of the page that edits something, by its title."""
    return {made.title: made for made in _sections(PAGE.read_text()) if any(block.path for block in made.blocks)}


def edited(text: str, diff: str) -> str:
    """A text with the places of a diff changed. Raises ValueError where a place is not there, or not once."""
    for place in re.split(rf"^{re.escape(_SKIPPED)}\n", diff, flags=re.M):
        lines = [(line[:1] or " ", line[1:]) for line in place.splitlines()]
        before = "".join(f"{line}\n" for mark, line in lines if mark != "+")
        after = "".join(f"{line}\n" for mark, line in lines if mark != "-")
        if text.count(before) != 1:
            raise ValueError(f"stands there {text.count(before)} times, not once:\n{before}")
        text = text.replace(before, after)
    return text


def _sections(page: str) -> Iterator[Recipe]:
    parts = _SECTION.split(page)[1:]
    for title, body in zip(parts[::2], parts[1::2], strict=True):
        yield Recipe(title, tuple(Block(*(part or "" for part in found.groups())) for found in _BLOCK.finditer(body)))


def _copy(scratch: Path) -> None:
    """What git knows of or would add, as it is on the disk."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (scratch / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, scratch / name)


def _apply(block: Block, scratch: Path) -> None:
    path = scratch / block.path
    if block.language == "diff":
        path.write_text(edited(path.read_text(), block.text))
    elif block.path:
        if path.exists():
            raise ValueError(f"{block.path} is there already")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text)


def _lines(block: Block) -> list[str]:
    return block.text.replace("\\\n", " ").splitlines()


def _run(line: str, scratch: Path) -> str:
    """The output of a command that finds this environment's programs and the copy's modules."""
    paths = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {
        **os.environ,
        "PATH": paths,
        "PYTHONPATH": str(scratch),
        "FRONTPAGE_HOME": str(scratch / ".frontpage"),
    }
    done = subprocess.run(line, shell=True, cwd=scratch, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout
