"""Parts of a list pipeline: each one file, config and code together, found by its folder and named by its file.

Importing a part imports no heavy library, so that every command can check `params.yaml` in a moment.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from frontpage.core.errors import BadInputError


class PipelinePart(BaseModel):
    """The parameters of a part, frozen, and what it does. A part with one parameter is written as the bare value."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    #: Place among the parts of its folder, then by name; breaks ties between candidate sources.
    order: ClassVar[int] = 0

    @classmethod
    def name(cls) -> str:
        """Name of the file that the part stands in."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def of(cls, value: Any) -> Self:
        """The part with parameters as `params.yaml` has them. Raises pydantic's ValidationError."""
        if isinstance(value, Mapping):
            return cls.model_validate(value)
        if len(cls.model_fields) != 1:
            return cls.model_validate({"": value})
        return cls.model_validate({next(iter(cls.model_fields)): value})

    def value(self) -> Any:
        """The parameters as `params.yaml` has them."""
        values = self.model_dump(mode="json")
        return next(iter(values.values())) if len(values) == 1 else values


PartType = TypeVar("PartType", bound=PipelinePart)


@cache
def registered(folder: str, base: type[PartType]) -> dict[str, type[PartType]]:
    """Every part of a package that is a `base`, by name, in the parts' order; one for each module.

    Raises TypeError for a module that holds none, or several.
    """
    found = {}
    for module in pkgutil.iter_modules(import_module(folder).__path__, f"{folder}."):
        held = [
            value
            for value in vars(import_module(module.name)).values()
            if isinstance(value, type) and issubclass(value, base) and value.__module__ == module.name
        ]
        if len(held) != 1:
            raise TypeError(f"{module.name} should hold one {base.__name__}, not {len(held)}")
        found[held[0].name()] = held[0]
    return dict(sorted(found.items(), key=lambda one: (one[1].order, one[0])))


def configured(written: Mapping[str, Any], kinds: Mapping[str, type[PartType]], section: str) -> dict[str, PartType]:
    """Every part of a section with its parameters, in the parts' order; defaults where nothing is written.

    Raises BadInputError for a part that is not there and for a value that cannot be.
    """
    for name in written:
        if name not in kinds:
            raise BadInputError(f"{section}.{name}: there is no such parameter; the parts are {', '.join(kinds)}")
    return {name: _made(kind, written, f"{section}.{name}") for name, kind in kinds.items()}


def _made(kind: type[PartType], written: Mapping[str, Any], where: str) -> PartType:
    name = kind.name()
    if name not in written:
        return kind()
    try:
        return kind.of(written[name])
    except ValidationError as error:
        first = error.errors()[0]
        inside = ".".join(str(place) for place in first["loc"] if place and isinstance(written[name], Mapping))
        raise BadInputError(f"{where}{'.' if inside else ''}{inside}: {first['msg']}") from error
