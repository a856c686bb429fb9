"""JSON to the generated dataclasses."""

from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints


def decoded(kind: Any, value: Any) -> Any:
    """The value as that type. Fields that are not known are left out, so that a newer API can be read."""
    if value is None:
        return None
    if get_origin(kind) in (Union, UnionType):
        kinds = [one for one in get_args(kind) if one is not NoneType]
        return decoded(kinds[0], value) if len(kinds) == 1 else value
    if get_origin(kind) is list:
        return [decoded(get_args(kind)[0], item) for item in value]
    if is_dataclass(kind) and isinstance(kind, type):
        types = _types(kind)
        return kind(**{name: decoded(types[name], value[name]) for name in types if name in value})
    return datetime.fromisoformat(value) if kind is datetime else value


@cache
def _types(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
