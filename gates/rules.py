"""`python -m gates.rules --base REF`: what a change of rule files does to the lists that are served, as Markdown.

For a comment on a pull request: `frontpage rules check`, and `frontpage rules diff` against what is served by the
installation that FRONTPAGE_HOME and FRONTPAGE_DATABASE_URL name. Says nothing where no rule file has changed since REF.
With `--simulate` that is a small newsroom of its own, made and dropped, in which the rules of REF are in force.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

FRONTPAGE = str(Path(sys.executable).parent / "frontpage")
FOLDER = "rules"
AS_OF = "2026-03-15T12:00:00Z"
#: Publishers and categories that are named; the others changed less.
_NAMED = 10


def main(arguments: list[str]) -> int:
    """Print the comment; the exit code is the one of the verb that refused the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", required=True, help="commit that the change is compared with")
    parser.add_argument("--simulate", action="store_true", help="make a newsroom to try the rules on")
    parser.add_argument("--readers", type=int, default=2000, help="of that newsroom")
    given = parser.parse_args(arguments)
    changed = _git("diff", "--name-only", f"{given.base}...HEAD", "--", FOLDER).split()
    if not changed:
        return 0
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        figures = Path(folder) / "figures.json"
        try:
            if given.simulate:
                stack.enter_context(_newsroom(given.base, Path(folder), given.readers))
            _frontpage("rules", "check", FOLDER)
            _frontpage("rules", "diff", FOLDER, "--json", str(figures))
        except subprocess.CalledProcessError as refused:
            print("\n".join([*_head(changed), "**Refused.**", "", f"> {refused.stderr.strip().splitlines()[-1]}"]))  # noqa: T201 - a command's result
            return refused.returncode
        print("\n".join([*_head(changed), *_told(json.loads(figures.read_text()))]))  # noqa: T201 - a command's result
    return 0


def _head(changed: list[str]) -> list[str]:
    return ["### Editorial rules", "", "Changed: " + ", ".join(f"`{name}`" for name in changed), ""]


def _told(found: Mapping[str, Any]) -> Iterator[str]:
    """What `rules diff --json` found."""
    yield from ("```diff", *found["rules"], "```", "")
    yield "| | before | after |\n|---|--:|--:|"
    yield f"| readers with fewer than ten articles | {found['below_ten_before']:,} | {found['below_ten_after']:,} |"
    for kind, places in found["exposure"].items():
        moved = sorted(places.items(), key=lambda one: -abs(one[1][1] - one[1][0]))[:_NAMED]
        for label, (before, after) in moved:
            if before != after:
                yield f"| places of {kind} {_cell(label or '(none)')} | {before:,} | {after:,} |"
    yield ""
    yield (
        f"{found['n_places_changed']:,} of {found['n_places']:,} places change, in the lists of "
        f"{found['n_readers_changed']:,} of {found['n_readers']:,} readers."
    )
    if found["worst"]:
        yield "Readers hit worst lose " + ", ".join(str(n) for _, n in found["worst"]) + " places."


def _cell(text: str) -> str:
    """As a cell of a table holds it; a label may be anything."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("`", "'").replace("\n", " ").replace("@", "(at)")


@contextmanager
def _newsroom(base: str, folder: Path, n_readers: int) -> Iterator[None]:
    """A newsroom of a fortnight whose lists are by popularity, with the rules of `base` in force."""
    folder.chmod(0o755)
    os.environ |= {"FRONTPAGE_HOME": str(folder / "home"), "FRONTPAGE_DATABASE_URL": ""}
    world, before = str(folder / "newsroom"), folder / FOLDER
    _frontpage("db", "up")
    try:
        size = ("--readers", str(n_readers), "--days", "14", "--articles-per-day", "200", "--until", AS_OF)
        _frontpage("simulate", "--out", world, *size)
        _frontpage("extract", "--as-of", AS_OF, "--source", world)
        before.mkdir()
        names = _git("ls-tree", "--name-only", base, f"{FOLDER}/").split()
        for name in (one for one in names if one.endswith(".yaml")):
            (folder / name).write_text(_git("show", f"{base}:{name}"))
        if any(before.iterdir()):
            _frontpage("rules", "apply", str(before), "--reason", f"as in {base}")
        _frontpage("refresh", "--as-of", AS_OF)
        yield
    finally:
        _frontpage("db", "down")


def _frontpage(*arguments: str) -> None:
    subprocess.run([FRONTPAGE, *arguments], check=True, capture_output=True, text=True)


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
