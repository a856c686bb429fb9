"""The code's nouns are the glossary's: a public class is named with its words, and with technical ones."""

import ast
import re

from tests.support.recipes import ROOT

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text()
PACKAGES = ("frontpage", "models", "etl", "serving")
#: Words of programming, of libraries and protocols, of statistics; and small words.
TECHNICAL = set(
    re.findall(
        r"\w+",
        """
    accepted account activity address airflow alive allowance als answer api app asked auth axis bad base batch block
    bound breaking built cache callback cap category change child choice coalescer config console count
    current cut compared cost cycle data database described directory do diversity document each earlier encoded
    engine entity entry error fact failed field file first folder for forecast forest found fresh from frontpage
    ground group grouping handled header home index item job key kind known lane last late layout learn learned left
    letterhead likeness limiter link listed listener load log looked lookup mail mailer maker mapping mark max memo
    meter metric middleware min mlflow name neptune newest not nothing one order out outage outcome packet
    pair param parameter parquet past pending per phrase picked plan planned popular port prepared preview problem
    produced progress protocol publisher pulled quality quick range rate ready received record recording refused
    region remote report request resource result retention returned ring route running schedule scope secret
    section series served server setting shap shedder sheet show shown signer similar similarity sink size smtp
    sql stack stage staging stored story stream sum summary switch tagged taken target text together topic trained
    type unavailable undeliverable url validation verdict vocabulary watch winner work worker world writer
        """,
    )
)


def words(name: str) -> list[str]:
    """The words of a class's name, in lower case."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+", name)]


def known_words() -> set[str]:
    """Words of the glossary's terms and of the classes that it names, and technical ones."""
    terms = re.findall(r"\*\*(.+?)\*\*", GLOSSARY) + re.findall(r"`([A-Z]\w+)`", GLOSSARY)
    spelled = {
        form for term in terms for part in re.split(r"[\s_-]+", term) for word in words(part) for form in forms(word)
    }
    return spelled | TECHNICAL


def is_known(word: str, known: set[str]) -> bool:
    """Whether it is a known word, or a form of one: lists, ranked, retrieval."""
    return not known.isdisjoint(forms(word))


def forms(word: str) -> set[str]:
    """The word and what it may be made of: lists of list, scored of score, ranker of rank."""
    endings = ("s", "es", "ies", "ed", "er", "or", "ing", "al", "ation")
    stems = [word[: -len(ending)] for ending in endings if word.endswith(ending) and len(word) - len(ending) > 2]
    return {word, word.removeprefix("re"), *stems, *(f"{stem}{more}" for stem in stems for more in ("e", "y"))}


def test_public_classes_are_named_with_the_glossarys_words():
    """A noun that nobody explained is explained in docs/glossary.md, or replaced by the usual one."""
    known = known_words()
    strange = {
        f"{name} ({path}): {word}"
        for path, name in public_classes()
        for word in words(name)
        if not is_known(word, known)
    }
    assert sorted(strange) == []


def test_classes_that_the_glossary_names_are_there():
    """What is in brackets is a class of that name."""
    named = set(re.findall(r"`([A-Z]\w*[a-z]\w*)`", GLOSSARY))
    assert named - {name for _, name in public_classes()} == set()


def test_no_technical_word_is_left_over():
    """A word that no class is named with is no exception any more."""
    used = {form for _, name in public_classes() for word in words(name) for form in forms(word)}
    assert sorted(TECHNICAL - used) == []


def public_classes() -> list[tuple[str, str]]:
    """(file, class) of every public class on the top level of a module."""
    return [
        (path.relative_to(ROOT).as_posix(), node.name)
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]
