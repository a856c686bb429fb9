"""`python -m gates.api`: what would break callers of the API, against docs/openapi.json; then exit code 4.

`--write` takes the API as it is from now on; do it together with a line in the changelog.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from frontpage.core.settings import Settings
from serving.app import create_app

PROMISED = Path(__file__).resolve().parents[1] / "docs" / "openapi.json"
Spec = Mapping[str, Any]


def described() -> dict[str, Any]:
    """The API of this checkout, with keys."""
    settings = Settings(database_url="postgresql://nobody:nothing@127.0.0.1:1/none", api_keys="0" * 20)
    app = create_app(settings)
    spec: dict[str, Any] = json.loads(json.dumps(app.openapi()))
    return spec


def breaks(old: Spec, new: Spec) -> Iterator[str]:
    """Each change that a caller of `old` would notice."""
    for path, methods in old["paths"].items():
        for method, asked in methods.items():
            now = new["paths"].get(path, {}).get(method)
            if now is None:
                yield f"{method.upper()} {path} is gone"
            else:
                yield from _request(f"{method.upper()} {path}", asked, now)
    schemas = new.get("components", {}).get("schemas", {})
    answers = _reachable(old)
    for name, schema in old.get("components", {}).get("schemas", {}).items():
        if name in schemas:
            yield from _schema(name, schema, schemas[name], is_answer=name in answers)
        elif name in answers:
            yield f"the schema {name} is gone"


def _request(where: str, old: Spec, new: Spec) -> Iterator[str]:
    before = {(one["in"], one["name"]): one for one in old.get("parameters", [])}
    after = {(one["in"], one["name"]): one for one in new.get("parameters", [])}
    for key, one in after.items():
        if one.get("required") and not before.get(key, {}).get("required"):
            yield f"{where} wants the parameter {key[1]}"
    for key in before.keys() - after.keys():
        yield f"{where} knows no parameter {key[1]} any more"
    for status in old["responses"].keys() - new["responses"].keys():
        if status.startswith("2"):
            yield f"{where} answers no {status} any more"


def _schema(name: str, old: Spec, new: Spec, *, is_answer: bool) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    for field in sorted(before.keys() - after.keys()):
        yield f"{name} has no field {field} any more"
    for field in sorted(before.keys() & after.keys()):
        if _kind(before[field]) != _kind(after[field]):
            yield f"{name}.{field} is {_kind(after[field])}, and was {_kind(before[field])}"
    wanted = set(new.get("required", [])) - set(old.get("required", []))
    for field in sorted(wanted & before.keys() if is_answer else wanted):
        if not is_answer:
            yield f"{name} wants the field {field}"


def _kind(field: Spec) -> str:
    """Its type, or what it refers to."""
    if "anyOf" in field:
        return " or ".join(sorted(_kind(one) for one in field["anyOf"]))
    items = f" of {_kind(field['items'])}" if "items" in field else ""
    return str(field.get("$ref", field.get("type", "anything"))).rsplit("/", 1)[-1] + items


def _reachable(spec: Spec) -> set[str]:
    """Names of schemas that answers are made of."""
    text = [json.dumps(asked.get("responses", {})) for methods in spec["paths"].values() for asked in methods.values()]
    found: set[str] = set()
    schemas = spec.get("components", {}).get("schemas", {})
    while text:
        named = {part.split('"')[0] for part in text.pop().split("#/components/schemas/")[1:]} - found
        found |= named
        text += [json.dumps(schemas[name]) for name in named if name in schemas]
    return found


def main() -> int:
    """Say each, or write the file."""
    if "--write" in sys.argv:
        PROMISED.write_text(json.dumps(described(), indent=1, sort_keys=True) + "\n")
        return 0
    broken = list(breaks(json.loads(PROMISED.read_text()), described()))
    sys.stdout.writelines(f"breaks callers: {one}\n" for one in broken)
    return 4 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
