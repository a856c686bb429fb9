"""What the installation is filled with: a newsroom simulated up to now, a published data set, or live sources."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING

import orjson

from frontpage.core import columns as c
from frontpage.core.clock import iso, parse_as_of, to_utc
from frontpage.core.errors import BadInputError
from frontpage.core.schema.canonical import Kind
from frontpage.stack import processes
from frontpage.stack.services import NEWSROOM, Stack

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from frontpage.stack.layout import Layout, World
    from frontpage.stack.processes import Child

HISTORY = "newsroom-history"
_LIMIT_SECONDS = 1800.0


def refuse_other_world(layout: Layout, world: World) -> None:
    """Raise BadInputError where the home was filled with something else: two worlds in one database make no sense."""
    if not layout.world.exists():
        return
    kept = json.loads(layout.world.read_text())
    if kept["world"] != world.identity:
        raise BadInputError(
            f"{layout.home} holds {kept['label']}, not {world.label}; ask for the same again, "
            f"or set FRONTPAGE_HOME to another folder"
        )


def begin(stack: Stack, world: World, now: datetime) -> Child | None:
    """Start filling the home; None where that was done before, or where its sources are pulled by the workflows."""
    if stack.layout.world.exists():
        return None
    if world.is_live:
        _remember(stack.layout, world, "")
        return None
    out = ("--out", str(stack.layout.newsroom))
    if world.is_historic:
        return stack.frontpage(HISTORY, "import", world.format_name, world.data, *out)
    return stack.frontpage(HISTORY, "simulate", *_size(world), "--until", iso(now), *out)


def finish(stack: Stack, world: World, filling: Child | None, look: Callable[[], None]) -> None:
    """Wait until the home is filled and remember with what. look: called meanwhile, every second or so.

    Raises UnavailableError with the last words of the verb where it failed, BadInputError where a data set tells no
    time of reading.
    """
    if filling is None:
        return
    processes.wait_for(filling, stack.layout, _LIMIT_SECONDS, look)
    end = iso(_last_read(stack.layout, world)) if world.is_historic else ""
    _remember(stack.layout, world, end)


def _remember(layout: Layout, world: World, end: str) -> None:
    layout.world.write_text(json.dumps({"world": world.identity, "label": world.label, "end": end}))


def end_of_data(layout: Layout) -> datetime:
    """When the last read of historic data happened."""
    return parse_as_of(json.loads(layout.world.read_text())["end"])


def follow(stack: Stack, world: World) -> Child:
    """Keep the simulated newsroom going, from where it was left."""
    out = ("--out", str(stack.layout.newsroom))
    return stack.frontpage(NEWSROOM, "simulate", *_size(world), "--follow", *out)


def _size(world: World) -> list[str]:
    sizes = {"--readers": world.readers, "--days": world.days, "--articles-per-day": world.articles_per_day}
    return [word for option, size in sizes.items() for word in (option, str(size))]


def _last_read(layout: Layout, world: World) -> datetime:
    reads = layout.newsroom / Kind.READS
    lines = (
        parse_as_of(row[c.OCCURRED_AT]) for path in reads.glob("*.jsonl") for row in map(orjson.loads, path.open("rb"))
    )
    last = max(chain(lines, map(_latest, reads.glob("*.parquet"))), default=None)
    if last is None:
        raise BadInputError(f"{world.label} holds no read with a time, so there is no moment to recommend for")
    return last


def _latest(path: Path) -> datetime:
    import pyarrow.compute as pc
    from pyarrow import parquet

    latest = pc.max(parquet.read_table(path, columns=[c.OCCURRED_AT])[c.OCCURRED_AT])
    return to_utc(latest.as_py())
