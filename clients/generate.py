"""`python clients/generate.py`: write the Python client's models from docs/openapi.json; with `--check` only compare.

Answers become dataclasses, rows and events that are sent TypedDicts. Types alone are generated, not calls: those are
written by hand, with what a schema cannot say (pages, retries, ETags).
"""

import json
import keyword
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
SPEC: Final = ROOT / "docs" / "openapi.json"
MODELS: Final = ROOT / "clients" / "python" / "src" / "frontpage_client" / "models.py"
#: What callers send, by the path that takes it.
SENT: Final = ("/v1/events", "/v1/catalogue/articles", "/v1/catalogue/readers")
_HEAD: Final = '''"""Shapes of the API. Written by `make clients` from docs/openapi.json; a test compares them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Required, TypedDict
'''
_PLAIN: Final = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
Schema = Mapping[str, Any]


def models(spec: Schema) -> str:
    """The module's text."""
    answers = spec["components"]["schemas"]
    parts = [_HEAD, *(_dataclass(name, answers[name]) for name in _in_order(answers))]
    parts += [_typed_dict(_row(spec["paths"][path]["post"])) for path in SENT]
    return "\n\n".join(parts)


def type_of(schema: Schema, *, times: bool) -> str:
    """A schema's type in Python. times: whether times are datetimes; in what is sent they are texts.

    >>> type_of({"anyOf": [{"type": "string"}, {"type": "null"}]}, times=True)
    'str | None'
    """
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " | ".join(type_of(one, times=times) for one in schema["anyOf"])
    if "enum" in schema:
        return f"Literal[{', '.join(json.dumps(value) for value in schema['enum'])}]"
    if "const" in schema:
        return f"Literal[{json.dumps(schema['const'])}]"
    if schema.get("type") == "array":
        return f"list[{type_of(schema.get('items', {}), times=times)}]"
    if schema.get("type") == "object":
        return "dict[str, Any]"
    if schema.get("format") == "date-time" and times:
        return "datetime"
    return _PLAIN.get(schema.get("type", ""), "Any")


def _dataclass(name: str, schema: Schema) -> str:
    required = schema.get("required", [])
    lines = [
        "@dataclass(frozen=True, slots=True, kw_only=True)",
        f"class {name}:",
        f'    """{_doc(name, schema)}"""',
        "",
    ]
    for field, one in schema.get("properties", {}).items():
        lines += _described(one)
        kind = type_of(one, times=True)
        default = "" if field in required else _default(one, kind)
        lines.append(f"    {_name(field)}: {kind}{default}")
    return "\n".join(lines) + "\n"


def _default(schema: Schema, kind: str) -> str:
    if isinstance(schema.get("default"), str | int | float | bool):
        return f" = {_literal(schema['default'])}"
    return " = None" if kind.endswith("None") or kind == "Any" else " | None = None"


def _literal(value: Any) -> str:
    return json.dumps(value) if isinstance(value, str) else repr(value)


def _typed_dict(schema: Schema) -> str:
    required = schema.get("required", [])
    lines = [f"class {schema['title']}(TypedDict, total=False):", f'    """{_doc(schema["title"], schema)}"""', ""]
    for field, one in schema["properties"].items():
        lines += _described(one)
        kind = type_of(one, times=False)
        lines.append(f"    {field}: {f'Required[{kind}]' if field in required else kind}")
    return "\n".join(lines) + "\n"


def _row(operation: Schema) -> Schema:
    """What is sent one by one or in an array."""
    schema: Schema = operation["requestBody"]["content"]["application/json"]["schema"]
    one: Schema = schema["oneOf"][0] if "oneOf" in schema else schema["items"]
    as_it_should_be: Schema = one["anyOf"][0] if "anyOf" in one else one
    return as_it_should_be


def _doc(name: str, schema: Schema) -> str:
    said = str(schema.get("description", f"A row of `{name}`, as canonical files have it."))
    return " ".join(said.replace('"""', "'''").split())


def _described(schema: Schema) -> list[str]:
    said = " ".join(str(schema.get("description", "")).split())
    return [f"    #: {said}"] if said else []


def _name(field: str) -> str:
    return f"{field}_" if keyword.iskeyword(field) else field


def _in_order(schemas: Mapping[str, Schema]) -> Iterator[str]:
    """Each after those it refers to."""
    done: set[str] = set()

    def visit(name: str) -> Iterator[str]:
        if name in done:
            return
        done.add(name)
        for part in json.dumps(schemas[name]).split("#/components/schemas/")[1:]:
            yield from visit(part.split('"')[0])
        yield name

    for name in sorted(schemas):
        yield from visit(name)


def main() -> int:
    """Write, or say whether the file is as it should be (exit code 1)."""
    made = models(json.loads(SPEC.read_text()))
    if "--check" in sys.argv:
        return int(MODELS.read_text() != made)
    MODELS.write_text(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
