"""The sources of an installation: named in one YAML file that Airflow, containers and the command line share."""

import re
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from etl.reading.mapping import Mapping
from etl.reading.sources import DirectorySource, FeedSource, SqlSource, UriSource, parse_source
from etl.source_lists import split_sources
from frontpage.core.clock import parse_duration
from frontpage.core.errors import BadInputError
from frontpage.core.schema.canonical import Kind
from frontpage.core.settings import Settings

DEFAULT_FILE = Path("sources.yaml")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_LOGIN = re.compile(r"://([^/?#]*)@")
_ENDINGS = (".yaml", ".yml")


class _Entry(BaseModel):
    """One source: where it is, and what its fields are called."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    uri: str = Field(min_length=1)
    query: str = ""
    every: str = ""
    mapping: Mapping | None = None
    retract: tuple[Literal["deleted-entry", "gone"], ...] = ()

    @field_validator("every")
    @classmethod
    def _is_a_span(cls, every: str) -> str:
        try:
            parse_duration(every)
        except BadInputError as error:
            raise ValueError(str(error)) from error
        return every


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: dict[str, _Entry] = Field(min_length=1)


class _Loader(yaml.SafeLoader):
    """YAML without repeated keys, of which the last one would win in silence."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        repeated = next((key for key in keys if keys.count(key) > 1), None)
        if repeated is not None:
            raise yaml.MarkedYAMLError(problem=f"{repeated!r} stands there twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


def installation_sources(settings: Settings, given: Sequence[str], environ: Map[str, str]) -> list[UriSource]:
    """The sources to pull: those `given`, else those of FRONTPAGE_SOURCES, else those of the sources file.

    An item is a source URI, a sources file (`*.yaml`), or a name in the sources file. What is given by name is always
    due, whatever its `every`.
    Raises BadInputError where there is none, and for anything that is wrong with one.
    """
    items = list(given) or split_sources(settings.sources)
    if not items:
        path = _file_of(settings)
        if path is None:
            raise BadInputError(
                "there is no source; give --source, set FRONTPAGE_SOURCES, or write sources.yaml (docs/own-data.md)"
            )
        return load_sources(path, environ)
    return [source for item in items for source in _of_item(item, settings, environ)]


def load_sources(path: Path, environ: Map[str, str]) -> list[UriSource]:
    """The sources of a file in its order; `${NAME}` in a URI is the variable of that name.

    In the log-in part of a URI the variable's value is percent-encoded. Relative paths start at the file's folder.
    Raises BadInputError that names file, source and key.
    """
    written = _parsed(path)
    sources = [_source(path, name, entry, environ) for name, entry in written.sources.items()]
    first: dict[str, UriSource] = {}
    for source in sources:
        other = first.setdefault(source.name, source)
        if other is not source:
            raise BadInputError(f"{path}: sources {other.label!r} and {source.label!r} have the same uri")
    return sources


def _file_of(settings: Settings) -> Path | None:
    """The installation's sources file: the one that is named, which must be there, or sources.yaml if it is there."""
    if settings.sources_file:
        return Path(settings.sources_file)
    return DEFAULT_FILE if DEFAULT_FILE.is_file() else None


def _of_item(item: str, settings: Settings, environ: Map[str, str]) -> list[UriSource]:
    if item.lower().endswith(_ENDINGS) and "://" not in item and "+" not in item:
        return load_sources(Path(item).expanduser(), environ)
    path = _file_of(settings) if _NAME.fullmatch(item) else None
    named = [] if path is None else [one for one in load_sources(path, environ) if one.label == item]
    return [replace(one, every=None) for one in named] or [parse_source(item)]


def _parsed(path: Path) -> _File:
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    except FileNotFoundError as error:
        raise BadInputError(f"sources file {path} does not exist; check FRONTPAGE_SOURCES_FILE") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"sources file {path} cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise BadInputError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    try:
        return _File.model_validate(loaded)
    except ValidationError as error:
        raise BadInputError(f"{path}: {_sentence(error)}") from error


def _sentence(error: ValidationError) -> str:
    """The first thing that is wrong: source, key, and what about it."""
    first = error.errors()[0]
    where = [str(part) for part in first["loc"]]
    at = [f"source {where[1]!r}"] if len(where) > 1 and where[0] == "sources" else []
    key = ".".join(where[2:] if at else where)
    what = (
        f"unknown key {key!r}" if first["type"] == "extra_forbidden" else ": ".join(filter(None, [key, first["msg"]]))
    )
    return ": ".join([*at, what.replace("Value error, ", "")])


def _source(path: Path, name: str, entry: _Entry, environ: Map[str, str]) -> UriSource:
    at = f"{path}: source {name!r}"
    if not _NAME.fullmatch(name):
        raise BadInputError(f"{at}: a name has letters, digits, `-`, `_` and `.` only")
    try:
        uri = _with_variables(entry.uri, environ)
        source = parse_source(uri, path.absolute().parent, entry.query, name)
    except BadInputError as error:
        raise BadInputError(f"{at}: {error}") from error
    if entry.query and not isinstance(source, SqlSource):
        raise BadInputError(f"{at}: query: only a sql+postgresql:// source has one")
    if entry.retract and not isinstance(source, FeedSource):
        raise BadInputError(f"{at}: retract: only a feed has one; rows of other sources say it in `status`")
    if entry.mapping is not None and (misfits := _misfits(source, entry.mapping)):
        raise BadInputError(f"{at}: mapping{misfits[0]}")
    every = parse_duration(entry.every) if entry.every else None
    return replace(source, label=name, every=every, mapping=entry.mapping, retract=entry.retract)


def _with_variables(uri: str, environ: Map[str, str]) -> str:
    login = _LOGIN.search(uri)
    within = range(*login.span(1)) if login else range(0)

    def value(found: re.Match[str]) -> str:
        if found[1] not in environ:
            raise BadInputError(f"uri: the environment has no variable {found[1]}")
        return quote(environ[found[1]], safe="") if found.start() in within else environ[found[1]]

    return _VARIABLE.sub(value, uri)


def _misfits(source: UriSource, mapping: Mapping) -> list[str]:
    if isinstance(source, DirectorySource):
        return [": a folder of canonical files needs none; give each kind as a source of its own, like reads+PATH"]
    kind = Kind.ARTICLES if isinstance(source, FeedSource) else getattr(source, "kind", Kind.ARTICLES)
    return [f".{misfit}" for misfit in mapping.misfits(kind)]
