"""Rule files: YAML that is checked to the line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from frontpage.core.errors import BadInputError
from models.editorial.rule import EditorialRule
from models.parts import registered

KINDS = registered("models.editorial.kinds", EditorialRule)
#: Where rules are looked for by default.
FOLDER = Path("rules")


@dataclass(frozen=True, slots=True)
class Written:
    """A rule and the place it stands at, `FILE:LINE`."""

    rule: EditorialRule
    place: str


def written_rules(paths: Sequence[Path]) -> list[Written]:
    """The rules of files, or of every `*.yaml` of folders, in that order.

    Raises BadInputError for the first thing that is wrong, with its file and line.
    """
    files = [file for path in paths for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    if not files:
        raise BadInputError(f"there is no rule file in {', '.join(map(str, paths))}; write one, rules/*.yaml")
    found: dict[str, Written] = {}
    for file in files:
        for one in _of_file(file):
            if (other := found.setdefault(one.rule.id, one)) is not one:
                raise BadInputError(f"{one.place}: rule {one.rule.id!r} stands at {other.place} already; name it anew")
    return list(found.values())


def parsed(rules: Sequence[dict[str, Any]]) -> list[EditorialRule]:
    """Rules that were checked when they were applied."""
    return [KINDS[rule["kind"]].model_validate(rule) for rule in rules]


def as_data(rules: Sequence[EditorialRule]) -> list[dict[str, Any]]:
    """Rules as they are kept when they are applied, by id."""
    made = [rule.model_dump(mode="json", exclude_defaults=True) for rule in rules]
    return sorted(made, key=lambda rule: str(rule["id"]))


def _of_file(file: Path) -> list[Written]:
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{file} cannot be read ({getattr(error, 'strerror', None) or error})") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BadInputError(f"{file}:{line}: not YAML: {error.problem or error.context}") from error
    if node is None:
        return []
    entries = _entries(file, node)
    return [_rule(file, entry) for entry in entries]


def _entries(file: Path, node: yaml.Node) -> list[yaml.Node]:
    if not isinstance(node, yaml.MappingNode) or [key.value for key, _ in node.value] != ["rules"]:
        raise BadInputError(f"{_at(file, node)}: a rule file has one key, `rules`, with a list below it")
    entries = node.value[0][1]
    if isinstance(entries, yaml.ScalarNode) and entries.value == "":
        return []
    if not isinstance(entries, yaml.SequenceNode):
        raise BadInputError(f"{_at(file, entries)}: `rules` is a list; begin each rule with a dash")
    return list(entries.value)


def _rule(file: Path, node: yaml.Node) -> Written:
    lines: dict[tuple[str, ...], int] = {}
    value = _plain(file, node, (), lines)
    if not isinstance(value, dict):
        raise BadInputError(f"{_at(file, node)}: a rule has keys: id, kind, reason ...")
    kind = KINDS.get(str(value.get("kind")))
    if kind is None:
        line = lines.get(("kind",), node.start_mark.line + 1)
        raise BadInputError(f"{file}:{line}: kind {value.get('kind')!r} is none of {', '.join(KINDS)}")
    try:
        return Written(kind.model_validate(value), _at(file, node))
    except ValidationError as error:
        first = error.errors()[0]
        where = tuple(map(str, first["loc"]))
        line = next(
            (lines[where[:n]] for n in range(len(where), 0, -1) if where[:n] in lines), node.start_mark.line + 1
        )
        message = first["msg"].removeprefix("Value error, ")
        what = f"there is no key {where[-1]!r} in a {kind.name()}" if first["type"] == "extra_forbidden" else message
        said = what if first["type"] == "extra_forbidden" or not where else f"{'.'.join(where)}: {what}"
        raise BadInputError(f"{file}:{line}: {said}") from error


def _plain(file: Path, node: yaml.Node, path: tuple[str, ...], lines: dict[tuple[str, ...], int]) -> Any:
    """The value of a node, with the line of each key below it."""
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        made: dict[str, Any] = {}
        for key, value in node.value:
            if key.value in made:
                raise BadInputError(f"{_at(file, key)}: key {key.value!r} stands there twice")
            made[key.value] = _plain(file, value, (*path, key.value), lines)
            lines[(*path, key.value)] = key.start_mark.line + 1
        return made
    if isinstance(node, yaml.SequenceNode):
        return tuple(_plain(file, one, (*path, str(at)), lines) for at, one in enumerate(node.value))
    return _scalar(yaml.SafeLoader("").construct_object(node))


def _scalar(value: Any) -> Any:
    """YAML reads a time without a zone as one of nowhere; ours are UTC."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    return value


def _at(file: Path, node: yaml.Node) -> str:
    return f"{file}:{node.start_mark.line + 1}"
