"""Words that were replaced by the field's own stay out of names and pages; docs/glossary.md has what to say instead."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.contract.test_glossary import words
from tests.support.recipes import ROOT

_PACKAGES = ("frontpage", "models", "etl", "serving", "plugins")
_WITHOUT_TRAINING = ("models/training", "models/evaluation", "frontpage/features", "frontpage/store/features")


@dataclass(frozen=True, slots=True)
class Replaced:
    """An invented word, as the words of a name in a row, with what is said instead.

    where: only there; elsewhere it is a usual word, or means another thing. in_pages: whether prose never has it.
    """

    old: str
    new: str
    where: tuple[str, ...] = _PACKAGES
    in_pages: bool = False


REPLACED = (
    Replaced("ledger", "interaction dataset", in_pages=True),
    Replaced("book", "interaction dataset"),
    Replaced("moment", "scoring context", ("models", "frontpage/scoring")),
    Replaced("moments", "scoring contexts", ("models", "frontpage/scoring")),
    Replaced("stand in", "fallback"),
    Replaced("standin", "fallback"),
    Replaced("lister", "recommender", in_pages=True),
    Replaced("picks", "top-k"),
    Replaced("chosen", "reranked, or top-k", ("models", "frontpage/scoring")),
    Replaced("judge", "evaluator, or analysis"),
    Replaced("answers", "ground truth", ("models",)),
    Replaced("co reading", "co-occurrence", in_pages=True),
    Replaced("coreading", "co-occurrence", in_pages=True),
    Replaced("together", "co-occurrence", ("models/retrieval", "models/evaluation", "models/inputs.py")),
    Replaced("desk", "list service", ("models", "serving")),
    Replaced("finder", "repository", in_pages=True),
    Replaced("edition", "published run", ("models", "serving")),
    Replaced("shelf", "cache, or vector index", in_pages=True),
    Replaced("tick", "cutoff", _WITHOUT_TRAINING),
    Replaced("ticks", "cutoffs", _WITHOUT_TRAINING),
    Replaced("look back", "cutoff"),
    Replaced("look backs", "cutoffs", in_pages=True),
    Replaced("lookback", "cutoff", in_pages=True),
    Replaced("lookbacks", "cutoffs", in_pages=True),
    Replaced("thin", "sampled negatives"),
    Replaced("thinned", "sampled negatives", in_pages=True),
    Replaced("emphasis", "sample weight"),
    Replaced("hand over", "broadcast"),
    Replaced("handover", "broadcast", in_pages=True),
    Replaced("tell", "progress callback"),
    Replaced("untold", "progress callback", in_pages=True),
)
#: Stored with each recommendation and written in `params.yaml`: a changed name there would be a changed recipe.
_IN_DATA = {"read_together", "ReadTogether"}
#: A file's own method.
_OF_PYTHON = {("etl/reading/universal.py", "tell")}
#: A made-up newspaper, what measurements call their rows, and what was true when it was written.
_OTHERS_WORDS = re.compile(r"Prairie Ledger|method co-reading")
_HISTORY = {"CHANGELOG.md"}


def _names(path: Path) -> Iterator[str]:
    """The module, and every class and function in it, also private ones."""
    yield path.stem
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def _files() -> list[Path]:
    found = (path for package in _PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return [path for path in found if "migrations" not in path.parts]


@pytest.fixture(scope="module")
def spoken() -> list[tuple[str, str, str]]:
    """(file, name, its words between blanks) of all code."""
    return [
        (path.relative_to(ROOT).as_posix(), name, f" {' '.join(words(name))} ")
        for path in _files()
        for name in _names(path)
        if name not in _IN_DATA
    ]


def test_no_name_has_a_word_that_was_replaced(spoken: list[tuple[str, str, str]]):
    """A class, function or module is called what the field calls it."""
    found = {
        f"{name} ({file}): say {one.new}"
        for one in REPLACED
        for file, name, said in spoken
        if f" {one.old} " in said and file.startswith(one.where) and (file, name) not in _OF_PYTHON
    }
    assert sorted(found) == []


def test_no_page_has_a_word_that_was_replaced():
    """Nor do the pages, where the word cannot mean anything else."""
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    old = "|".join(one.old.replace(" ", "[- ]") for one in REPLACED if one.in_pages)
    pattern = re.compile(rf"(?i)\b({old})\b")
    found = [
        f"{page.relative_to(ROOT)}: {hit[0]}"
        for page in pages
        if page.name not in _HISTORY
        for hit in pattern.finditer(_OTHERS_WORDS.sub("", page.read_text()))
    ]
    assert found == []


def test_the_test_reads_names_as_people_do():
    """Words of a name in a row count, whatever the spelling; parts of words do not."""
    assert words("HandOverFile") == ["hand", "over", "file"]
    assert " hand over " in f" {' '.join(words('_hand_over'))} "
    assert " shelf " not in f" {' '.join(words('bookshelf'))} "
