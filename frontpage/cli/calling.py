"""How a verb of the command line calls its step, and the options that several verbs share."""

import importlib
import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from frontpage.cli.log_lines import keep_line, log_line
from frontpage.cli.progress import shown_progress
from frontpage.core.clock import parse_as_of
from frontpage.core.errors import BadInputError
from frontpage.core.lineage.trigger import Trigger
from frontpage.core.params import Params, load_params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.core.tracing.verbs import traced_verb
from models.variants import complete

#: A scheduler's clock may be ahead of ours by this much.
_CLOCK_SKEW = timedelta(minutes=1)

#: Options that are not ours are Beam's.
FOR_BEAM = {"allow_extra_args": True, "ignore_unknown_options": True}

#: Headings of `frontpage --help`; each verb stands under one of them.
START, DATA, MODEL, LISTS = "Start", "Data", "Model", "Lists"
EDITORIAL, DELIVERY, RESEARCH, MAINTENANCE = "Editorial", "Delivery", "Research", "Maintenance"

AsOf = Annotated[str, typer.Option("--as-of", help="ISO 8601 time, UTC: only what was known by then is seen.")]
Data = Annotated[Path | None, typer.Option("--data", help="A snapshot folder: work on files only, not the database.")]
Reason = Annotated[str, typer.Option(help="Why; it is written into the audit log.")]
Variant = Annotated[str, typer.Option(help="Which list: its runs and its published pointer.")]


def step(verb: str, *arguments: Any, module: str = "", function: str = "run", **options: Any) -> None:
    """Run `steps.<module or verb>.run` (or another function of it) with settings and parameters; print what it did."""
    settings = Settings.from_environ(os.environ)
    params, remark = installation_params(settings)
    params = complete(params)
    started = time.monotonic()
    run = getattr(importlib.import_module(f"frontpage.steps.{module or verb}"), function)
    with (
        _recorded(settings, params, verb, arguments, options) as execution,
        _traced(settings, verb, execution.execution_id) as trace_id,
        shown_progress(verb, settings.home),
    ):
        summary: Summary = run(settings, params, *arguments, **options)
        execution.summary = summary
    summary = replace(summary, seconds=time.monotonic() - started)
    line = log_line(summary, execution.execution_id, execution.trigger.run, trace_id, datetime.now(UTC))
    keep_line(settings.home, line)
    if remark:
        typer.echo(f"frontpage: {remark}", err=True)
    if sys.stdout.isatty():
        typer.echo(summary.line())
    else:
        typer.echo(line)


def _recorded(
    settings: Settings, params: Params, verb: str, arguments: Sequence[Any], options: Mapping[str, Any]
) -> Any:
    """The record of this execution, for the time it takes; every verb passes here, whoever calls it."""
    from frontpage.lifecycle.executions.recording import recorded

    asked = {"as_of": arguments[0]} if arguments and isinstance(arguments[0], datetime) else {}
    trigger = Trigger.from_environ(os.environ)
    return recorded(settings, params, verb, {**asked, **options}, trigger, lambda: datetime.now(UTC))


def _traced(settings: Settings, verb: str, execution_id: str) -> AbstractContextManager[str]:
    """The verb as a span; servers have none, which trace what they are asked."""
    from frontpage.lifecycle.executions.recording import UNRECORDED

    if verb in UNRECORDED:
        return nullcontext("")
    return traced_verb(verb, execution_id, settings.traces_file, os.environ)


def installation_params(settings: Settings) -> tuple[Params, str]:
    """The parameters, and what there is to say of them: the defaults hold where no file was named and none is there."""
    if "params_file" in settings.model_fields_set or settings.params_file.exists():
        return load_params(settings.params_file), ""
    here = f"no {settings.params_file} in {Path.cwd()}"
    return Params(), f"there is {here}, so the defaults were used; FRONTPAGE_PARAMS_FILE names another file"


def past(as_of: str) -> datetime:
    """That moment, which must have come: a watermark moved into the future would call all later rows late."""
    moment = parse_as_of(as_of)
    if moment > datetime.now(UTC) + _CLOCK_SKEW:
        raise BadInputError(f"as-of {as_of} has not come yet; give a past moment")
    return moment


def given(**options: Any) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in options.items() if value is not None}
