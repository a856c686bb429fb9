"""Rule files: each fault is one sentence with file and line; each kind means what it says."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from frontpage.core.errors import BadInputError
from frontpage.rules.conflicts import refuse_conflicts
from frontpage.rules.files import KINDS, as_data, parsed, written_rules
from models.editorial.editorial import Editorial
from models.editorial.match import Match

NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
TOMORROW = "2026-03-02T10:00:00Z"
ARTICLES = pd.DataFrame(
    [
        ("a1", "The Example", "Ann", "world", "https://news.example.org/1", "A quote about elections"),
        ("a2", "Other", None, "sport", "https://example.com/2", "A match"),
        ("a3", None, None, None, "https://notexample.org/3", "Elections again"),
    ],
    columns=["article_id", "publisher", "author", "category", "url", "title"],
)
BLOCK = "  - id: b\n    kind: block\n    reason: false claims\n    match: {article: a1}\n"


def rule(kind: str) -> str:
    """The beginning of a rule, lines 2 to 4."""
    return f"  - id: b\n    kind: {kind}\n    reason: x y z\n"


#: What is written below `rules:`, the line of the fault, and what the sentence says.
FAULTS = [
    (rule("blok"), 3, "kind 'blok' is none of block, boost"),
    ("  - id: b\n    reason: x y z\n", 2, "kind None is none of"),
    (rule("block"), 2, "match: Field required"),
    (rule("block") + "    match: {}\n", 5, "an empty match would mean every article"),
    (rule("block") + "    match:\n      paper: x\n", 6, "no key 'paper' in a block"),
    (rule("block") + "    match: {pattern: '('}\n", 5, "is no regular expression"),
    (rule("cap") + "    match: {category: x}\n    most: 11\n", 6, "most: Input should be less"),
    (rule("pin") + "    article: a1\n    place: 0\n    until: 2026-04-01\n", 6, "place:"),
    (rule("pin") + "    article: a1\n    place: 1\n", 2, "until: Field required"),
    (rule("flag") + "    match: {article: a1}\n    until: 2026-04-01\n", 2, "source: Field"),
    (rule("share") + "    least: 1\n", 2, "say fresh_hours or local, one of the two"),
    ("  - id: B b\n    kind: block\n    reason: x y z\n    match: {article: a1}\n", 2, "id: String should match"),
    (BLOCK + BLOCK, 6, "rule 'b' stands at"),
    (BLOCK + "    match: {article: a2}\n", 6, "key 'match' stands there twice"),
    ("  - just words\n", 2, "a rule has keys"),
    ("  - id: [b\n", 3, "not YAML"),
    (BLOCK + "    since: 2026-05-01\n    until: 2026-04-01\n", 2, "rule 'b' ends before it begins"),
    (BLOCK + "  - {id: p, kind: pin, reason: x y z, article: a1, place: 1, until: 2026-04-01}\n", 6, "pins an"),
    (
        ("  - {id: p, kind: pin, reason: x y z, article: a1, place: 1, until: 2026-04-01}\n"
        "  - {id: q, kind: pin, reason: x y z, article: a2, place: 1, until: 2026-04-01, region: BR}\n"),
        2,
        "pins to place 1 for the same readers as 'q'",
    ),
    (
        ("  - {id: p, kind: share, reason: x y z, least: 6, fresh_hours: 24}\n"
        "  - {id: q, kind: share, reason: x y z, least: 6, fresh_hours: 48}\n"),
        3,
        "shares ask for 12 places together, and a list has 10",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "said"), FAULTS)
def test_a_fault_is_one_sentence_with_file_and_line(tmp_path: Path, text: str, line: int, said: str):
    """Whatever is wrong: YAML, kind, key, value, name, or another rule."""
    file = tmp_path / "rules.yaml"
    file.write_text("rules:\n" + text)
    with pytest.raises(BadInputError) as refused:
        refuse_conflicts(written_rules([file]), ARTICLES)
    sentence = str(refused.value)
    assert sentence.startswith(f"{file}:{line}: "), sentence
    assert said in sentence
    assert "\n" not in sentence


def test_a_file_is_a_list_of_rules(tmp_path: Path):
    """Another key, and no file at all."""
    file = tmp_path / "rules.yaml"
    file.write_text("rule: []\n")
    with pytest.raises(BadInputError, match=r"rules.yaml:1: a rule file has one key, `rules`"):
        written_rules([file])
    with pytest.raises(BadInputError, match="nowhere cannot be read"):
        written_rules([tmp_path / "nowhere"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInputError, match="there is no rule file in"):
        written_rules([tmp_path / "empty"])
    file.write_text("rules:\n")
    assert written_rules([tmp_path]) == []


def test_rules_come_back_as_they_were_applied(tmp_path: Path):
    """Through plain data, which is what is kept."""
    written = [one.rule for one in written_rules([Path("rules")])]
    assert parsed(as_data(written)) == sorted(written, key=lambda rule: rule.id)
    assert {"block", "embargo", "expiry", "pin", "boost", "demote", "cap", "share", "flag"} == set(KINDS)


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"publisher": "the example"}, ["a1"]),
        ({"domain": "example.org"}, ["a1"]),
        ({"category": ["world", "sport"]}, ["a1", "a2"]),
        ({"pattern": "elections"}, ["a1", "a3"]),
        ({"pattern": "elections", "author": "Ann"}, ["a1"]),
        ({"article": ["a3"]}, ["a3"]),
    ],
)
def test_which_articles_are_meant(match, expected):
    """Every field that is given has to fit; case does not matter; a domain is itself and what is below it."""
    assert ARTICLES["article_id"][Match.model_validate(match).of(ARTICLES)].tolist() == expected


def test_what_is_withheld_has_a_reason():
    """By the first rule that says so; a rule whose time has not come says nothing."""
    made = [
        {"id": "one", "kind": "block", "reason": "false", "match": {"article": "a1"}},
        {"id": "two", "kind": "embargo", "reason": "not yet", "match": {"category": "world"}, "until": TOMORROW},
        {"id": "three", "kind": "expiry", "reason": "over", "match": {"article": "a2"}, "since": TOMORROW},
    ]  # fmt: skip
    said = Editorial.at(parsed(made), ARTICLES, NOW, 1, ["a3"])
    assert said.withheld == {"a1": "one", "a3": "retracted"}
    assert said.without("one").withheld == {"a1": "two", "a3": "retracted"}
    assert said.digest == ""
