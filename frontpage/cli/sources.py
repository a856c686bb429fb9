"""`frontpage sources`: a look at where articles, readers and reads come from, before they are pulled."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from frontpage.core.clock import iso
from frontpage.core.params import load_params
from frontpage.core.settings import Settings

if TYPE_CHECKING:
    from etl.check import Looked
    from frontpage.steps.sources import SourcesReport

#: What people know an article by comes first.
_FIRST = ("article_id", "title", "category", "publisher", "language", "published_at", "url")
#: Longest value shown in a table.
_CELL = 26

app = typer.Typer(
    help="Where articles, readers and reads come from.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)


@app.callback()
def _group() -> None:
    """Where articles, readers and reads come from."""


@app.command()
def check(
    source: Annotated[
        list[str] | None,
        typer.Argument(help="Source URIs, or names in sources.yaml; default all sources of the installation."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
    max_rows: Annotated[int, typer.Option(min=1, help="Rows looked at in each source, about.")] = 50_000,
) -> None:
    """Show what a pull would store and quarantine, and which features would be off; writes nothing, needs no database.

    Ends with 3 where a source cannot be right, 5 where one does not answer, 4 where one has no row that can be used.
    """
    from frontpage.steps import sources

    settings = Settings.from_environ(os.environ)
    params = load_params(settings.params_file)
    report = sources.check(settings, params, source or [], datetime.now(UTC), max_rows)
    if as_json:
        typer.echo(json.dumps(sources.as_json(report), default=_plain, ensure_ascii=False, indent=2))
    else:
        _show(report)
    verdict = report.verdict()
    if verdict is not None:
        raise verdict


def _show(report: "SourcesReport") -> None:
    width = shutil.get_terminal_size((160, 0)).columns
    for looked in report.looked:
        typer.echo(f"{looked.source.label}: {looked.source.name}" if looked.source.label else looked.source.name)
        for line in _count_lines(looked):
            typer.echo(f"  {line}")
        for kind, rows in looked.rows.items():
            for line in _table(f"the first {len(rows)} {kind} as they would be stored", rows, width) if rows else ():
                typer.echo(f"  {line}")
        typer.echo()
    for line in _closing_lines(report):
        typer.echo(line)


def _count_lines(looked: "Looked") -> Iterator[str]:
    yield ", ".join(f"{n:,} {kind} can be used" for kind, n in looked.n_usable.items()) or "no rows"
    if looked.is_cut:
        yield f"looked at the first {looked.n_looked_at:,} rows; it has more (--max-rows)"
    if looked.n_deferred:
        yield f"{looked.n_deferred:,} rows wait: they are recorded later than now, or their file is being written"
    if looked.n_left_out:
        yield f"{looked.n_left_out:,} rows are left out by the mapping"
    for reason, n in looked.reasons.most_common():
        example = looked.examples[reason]
        yield f"{n:,} would be quarantined as {reason}, e.g. {example.locator}: {example.detail}"
        if example.payload:
            yield f"    {example.payload[:200]}"


def _closing_lines(report: "SourcesReport") -> Iterator[str]:
    if report.looked:
        off = ", ".join(report.features_off)
        yield f"features off with these sources alone: {off}" if off else "no feature is off with these sources"
    if report.n_reads_of_unknown:
        yield (
            f"{report.n_reads_of_unknown:,} reads name an article that none of these sources has: they would wait in "
            "quarantine until it comes; do both sides write article_id alike?"
        )
    for name, error in [*report.failures.items()][1:]:  # the first one ends the command
        yield f"{name}: {error}"


def _table(title: str, rows: Sequence[Mapping[str, Any]], width: int) -> Iterator[str]:
    """Lines of a table of the columns that fit; those that all rows leave empty are not shown, long values are cut."""
    filled = [name for name in rows[0] if any(row[name] is not None for row in rows)]
    names = sorted(filled, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
    cells = {name: [_cell(row[name]) for row in rows] for name in names}
    sizes = {name: max(map(len, [name, *cells[name]])) for name in names}
    while len(names) > 1 and sum(sizes[name] + 2 for name in names) + 2 > width:
        names.pop()
    yield f"{title}:"
    yield "  ".join(name.ljust(sizes[name]) for name in names)
    yield "  ".join("-" * sizes[name] for name in names)
    for index in range(len(rows)):
        yield "  ".join(cells[name][index].ljust(sizes[name]) for name in names).rstrip()
    if len(names) < len(filled):
        yield f"and {', '.join(name for name in filled if name not in names)}: see --json"


def _cell(value: Any) -> str:
    text = "" if value is None else " ".join(str(_plain(value)).split())
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"


def _plain(value: Any) -> Any:
    return iso(value) if isinstance(value, datetime) else list(value) if isinstance(value, tuple) else value
