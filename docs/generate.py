"""Write the reference pages that come from the code: `make docs`; with `--check` only compare them.

Commands from the command line's own help, settings and parameters from their models, list rules from their tests.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel

from frontpage.cli.main import app
from frontpage.core.errors import EXIT_CODES
from frontpage.core.params import Params
from frontpage.core.schema.canonical import Kind, fields
from frontpage.core.schema.fields import Field, Layer, Shape
from frontpage.core.schema.shapes import SHAPES
from frontpage.core.settings import PREFIX, Settings
from models.parts import PipelinePart, registered
from models.reranking.rules import ListRule
from models.retrieval.sources import Source
from models.variants import Variant, variants_of

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
#: Sections whose keys are parts, found by their folders.
PARTS: dict[str, dict[str, Any]] = {
    "candidates": registered("models.retrieval.sources", Source),
    "lists": registered("models.reranking.rules", ListRule),
}
_GENERATED = "<!-- Written by `make docs`; a test compares it with the code. -->\n"


def commands() -> str:
    """Each verb with its help and options."""
    root = typer.main.get_command(app)
    parts = ["# Commands", "", "Every step is `frontpage VERB --as-of T`. Each prints one summary line:", ""]
    parts += [
        "`VERB rows_in=.. rows_out=.. rejected=.. seconds=.. artifact=..`",
        "",
        "| exit code | meaning |",
        "|---|---|",
    ]
    parts += [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()]
    for name, command in _leaves(root, ""):
        parts += ["", f"## frontpage {name}", "", (command.help or "").strip(), ""]
        options = [parameter for parameter in command.params if parameter.name != "help"]
        if options:
            parts += ["| argument | default | meaning |", "|---|---|---|"]
            parts += [
                f"| `{_spelling(option)}` | {_default(option)} | {getattr(option, 'help', '') or ''} |"
                for option in options
            ]
    return "\n".join(parts) + "\n"


def settings() -> str:
    """Each environment variable."""
    rows = [
        f"| `{PREFIX}{name.upper()}` | {_value(field.get_default())} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return (
        "\n".join(
            [
                "# Settings",
                "",
                "Environment variables of one installation.",
                "",
                "| variable | default | meaning |",
                "|---|---|---|",
                *rows,
            ]
        )
        + "\n"
    )


def parameters() -> str:
    """Each key of params.yaml."""
    head = [
        "# Parameters",
        "",
        "`params.yaml`, the same file for Airflow, DVC and people.",
        "",
        "| key | default | meaning |",
        "|---|---|---|",
    ]
    return "\n".join([*head, *_parameter_rows(Params(), ""), *_variant_rows()]) + "\n"


def canonical_files() -> str:
    """Each field of the canonical files."""
    parts = ["# Canonical files", "", "What `simulate` and `import` write and `extract` reads.", ""]
    for kind in (Kind.ARTICLES, Kind.READS, Kind.READERS, Kind.IMPRESSIONS):
        parts += [f"## {kind}", "", "| field | type | required | meaning |", "|---|---|---|---|"]
        parts += [
            f"| `{field.name}` | {_type(field)} | {'yes' if Layer.FILE in field.required else ''} | {_meaning(field)} |"
            for field in fields(kind)
        ] + [""]
    return "\n".join(parts)


def list_rules() -> str:
    """The rule book: each rule with its examples, which are tests too."""
    sys.path.insert(0, str(ROOT))
    from tests.spec.test_list_rules import EXAMPLES
    from tests.spec.test_popularity import ORDERS

    parts = [_RULE_BOOK]
    for name, kind in PARTS["lists"].items():
        (about,) = kind.model_fields.values()
        off = "" if about.get_default() != kind.off else " (off)"
        parts += [f"## {name}", "", f"Default `{about.get_default()}`{off}. {about.description}.", ""]
        parts += [line for one in EXAMPLES if one.rule == name for line in _rule_example(one)]
    parts += ["## Popularity", "", _POPULARITY, ""]
    parts += [line for one in ORDERS for line in _order_example(one)]
    return "\n".join(parts)


_RULE_BOOK = """# List rules

How ten articles are chosen from ranked candidates: from the top, at each place the best candidate that no rule forbids.
Where the rules leave nothing, they are waived for that place: a full list comes before a varied one. Every kind of list
is made so, and the output gate measures every list by the same rules.

Each table below is a test (`tests/spec`): candidates, best first, then the list that comes of them. `text` is the
direction of an article's content vector in degrees: 0 and 60 have a cosine of 0.5. `-` is an article without one.
"""
_POPULARITY = (
    """Where no model ranks, or a count of reads serves readers better, articles are ordered by reads that fade."""
)


def _rule_example(example: Any) -> Iterator[str]:
    yield f"**`{example.rule}: {example.value}`** {example.says}"
    yield from _table(example.candidates)
    waived = f" (waived for {example.waived})" if example.waived else ""
    measured = "" if example.measure is None else f"; the gate measures {example.measure:g}"
    yield from (f"List: {example.listed}{waived}{measured}.", "")


def _order_example(example: Any) -> Iterator[str]:
    yield f"**half-life {example.half_life_hours:g} hours** {example.says}"
    yield from _table(example.articles)
    before = f", for a reader of {example.read_before}" if example.read_before else ""
    yield from (f"List{before}: {example.listed}. Counts: {example.counts}.", "")


def _table(text: str) -> Iterator[str]:
    head, *rows = [line.split() for line in text.strip().splitlines()]
    yield from ("", f"| {' | '.join(head)} |", "|---" * len(head) + "|")
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


#: Edges in the order of the page's columns.
_LAYERS = (Layer.FILE, Layer.STAGED, Layer.TABLE, Layer.HISTORY, Layer.FEATURE, Layer.LIST, Layer.API)
_SHAPES = """# Shapes

What crosses from one room to the next, field by field: `frontpage/core/schema/`. Where a field is carried says `x`;
where no row is without it, `X`.

- file: [canonical files](canonical-files.md); staged: the staging tables of an extract; table: PostgreSQL, after the
  last migration; history: the frames that features and models are made of, and the snapshot's Parquet files
- feature: Feast's views and the files of states; list: what scoring hands over; API: what it is sent, or answers with

Files, staging tables, frames, snapshots, Feast's views and the expectations on columns are made from these shapes.
`tests/contract/test_shapes.py` compares them, the database's columns and the API's models with the shapes.
"""


def shapes() -> str:
    """Each field of each shape, and where it is carried."""
    return _SHAPES + "".join(_shape(shape) for shape in SHAPES)


def _shape(shape: Shape) -> str:
    layers = [layer for layer in _LAYERS if shape.at(layer)]
    head = ["field", "type", *(str(layer.name).lower().replace("api", "API") for layer in layers), "meaning"]
    lines = ["", f"## {shape.name}", "", f"Table `{shape.table}`, one row for each {_keys(shape)}.", ""]
    lines += [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for field in shape.fields:
        marks = ["X" if layer in field.required else "x" if layer in field.at else "" for layer in layers]
        lines.append(f"| {' | '.join([f'`{field.name}`', _type(field), *marks, _meaning(field)])} |")
    return "\n".join(lines) + "\n"


def _keys(shape: Shape) -> str:
    stamp = " and `event_timestamp`" if any(field.name == "event_timestamp" for field in shape.fields) else ""
    return " and ".join(f"`{key}`" for key in shape.keys) + stamp


def _type(field: Field) -> str:
    return f"{field.type}, {field.unit}" if field.unit else str(field.type)


def _meaning(field: Field) -> str:
    return field.meaning.replace("|", "or")


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "settings.md": settings,
    "parameters.md": parameters,
    "canonical-files.md": canonical_files,
    "list-rules.md": list_rules,
    "shapes.md": shapes,
}


def main(*, check: bool) -> int:
    """Write the pages, or name those that differ; the exit code."""
    stale = []
    for name, page in PAGES.items():
        path, text = REFERENCE / name, _GENERATED + page()
        if check and (not path.exists() or path.read_text() != text):
            stale.append(name)
        elif not check:
            path.write_text(text)
    if stale:
        print(f"docs/reference: {', '.join(stale)} differ from the code; run `make docs`")  # noqa: T201 - a command
    return 1 if stale else 0


def _leaves(group: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from _leaves(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}", command


def _spelling(parameter: Any) -> str:
    return " / ".join(parameter.opts) if parameter.param_type_name == "option" else parameter.name.upper()


def _default(parameter: Any) -> str:
    return "required" if parameter.required else _value(parameter.default)


def _value(value: Any) -> str:
    secret = getattr(value, "get_secret_value", lambda: value)()
    if secret is None or secret == "" or callable(secret):
        return ""
    return (
        f"`{value.get_secret_value()}`"
        if hasattr(value, "get_secret_value") and value.get_secret_value()
        else f"`{value}`"
    )


def _parameter_rows(section: BaseModel, prefix: str) -> Iterator[str]:
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield from _parameter_rows(value, f"{prefix}{name}.")
        if f"{prefix}{name}" in PARTS:
            yield from _part_rows(PARTS[f"{prefix}{name}"], f"{prefix}{name}.")
        elif name != "variants" and not isinstance(value, BaseModel):
            yield f"| `{prefix}{name}` | `{value}` | {field.description or ''} |"


def _part_rows(parts: Mapping[str, type[PipelinePart]], prefix: str) -> Iterator[str]:
    """Sources and list rules: each with the defaults and meanings of its own file."""
    for name, kind in parts.items():
        for field, about in kind.model_fields.items():
            key = name if len(kind.model_fields) == 1 else f"{name}.{field}"
            yield f"| `{prefix}{key}` | `{getattr(kind(), field)}` | {about.description or ''} |"


def _variant_rows() -> Iterator[str]:
    for name, variant in variants_of(Params()).items():
        for field, about in Variant.model_fields.items():
            if (value := variant.as_written().get(field)) is not None:
                written = ", ".join(value).join("[]") if isinstance(value, list) else value
                yield f"| `variants.{name}.{field}` | `{written}` | {about.description or ''} |"


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
