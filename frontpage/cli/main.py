"""The `frontpage` command: one verb per step, imported only when it is called.

Prints the step's summary line; answers what the user can mend with one sentence and an exit code (core/errors.py).
"""

import gc
import importlib
import json
import os
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from frontpage.cli import keys, sources, stack
from frontpage.cli.progress import shown_progress
from frontpage.cli.quiet import hush
from frontpage.core.clock import parse_as_of, parse_duration
from frontpage.core.errors import EXIT_CODES, BadInputError, FrontpageError
from frontpage.core.params import Params, load_params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.core.telemetry import QUIET

_EPILOG = "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()) + "."

#: A scheduler's clock may be ahead of ours by this much.
_CLOCK_SKEW = timedelta(minutes=1)

#: Libraries leave half a million objects that stay. Looking through these again and again while they are loaded, and
#: once more at the end, took two seconds of each step that uses Great Expectations.
_RARE_COLLECTIONS = (100_000, 50, 100)

#: Options that are not ours are Beam's.
_FOR_BEAM = {"allow_extra_args": True, "ignore_unknown_options": True}

#: Headings of `frontpage --help`; each verb stands under one of them.
_START, _DATA, _MODEL, _LISTS = "Start", "Data", "Model", "Lists"
_DELIVERY, _RESEARCH, _MAINTENANCE = "Delivery", "Research", "Maintenance"

app = typer.Typer(
    help="Every reader gets a front page of their own.",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
db = typer.Typer(
    help="The database.\n\nThe embedded PostgreSQL, or the one FRONTPAGE_DATABASE_URL names.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
app.command(rich_help_panel=_START)(stack.up)
app.command(rich_help_panel=_START)(stack.down)
app.add_typer(db, name="db", rich_help_panel=_MAINTENANCE)
app.add_typer(keys.app, name="key", rich_help_panel=_DELIVERY)
app.add_typer(sources.app, name="sources", rich_help_panel=_DATA)

#: How often a newsroom that is followed writes what has happened.
FOLLOW_PERIOD = timedelta(minutes=5)

AsOf = Annotated[str, typer.Option("--as-of", help="ISO 8601 time, UTC: only what was known by then is seen.")]
Data = Annotated[Path | None, typer.Option("--data", help="A snapshot folder: work on files only, not the database.")]
Variant = Annotated[str, typer.Option(help="Which list: its runs and its published pointer.")]


def main() -> None:
    """Run the command line; the only place where errors become exit codes."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    hush()
    gc.set_threshold(*_RARE_COLLECTIONS)
    try:
        app()
    except FrontpageError as error:
        _end(error)
    except Exception as error:
        from frontpage.core.database.refusals import statement_refusal

        refusal = statement_refusal(error)
        if refusal is None:
            raise
        _end(refusal)
    finally:
        gc.freeze()  # or the interpreter looks through all of them once more before it ends


def _end(error: FrontpageError) -> NoReturn:
    typer.echo(f"frontpage: {error}", err=True)
    sys.exit(error.exit_code)


def step(verb: str, *arguments: Any, module: str = "", function: str = "run", **options: Any) -> None:
    """Run `steps.<module or verb>.run` (or another function of it) with settings and parameters; print what it did."""
    settings = Settings.from_environ(os.environ)
    params, remark = _params(settings)
    started = time.monotonic()
    run = getattr(importlib.import_module(f"frontpage.steps.{module or verb}"), function)
    with shown_progress(verb, settings.home):
        summary: Summary = run(settings, params, *arguments, **options)
    summary = replace(summary, seconds=time.monotonic() - started)
    if remark:
        typer.echo(f"frontpage: {remark}", err=True)
    if sys.stdout.isatty():
        typer.echo(summary.line())
    else:
        now = datetime.now(UTC).isoformat()
        typer.echo(json.dumps({"@timestamp": now, "message": summary.line(), **_fields(summary)}, default=str))


def _params(settings: Settings) -> tuple[Params, str]:
    """The parameters, and what there is to say of them: the defaults hold where no file was named and none is there."""
    if "params_file" in settings.model_fields_set or settings.params_file.exists():
        return load_params(settings.params_file), ""
    here = f"no {settings.params_file} in {Path.cwd()}"
    return Params(), f"there is {here}, so the defaults were used; FRONTPAGE_PARAMS_FILE names another file"


def _fields(summary: Summary) -> dict[str, Any]:
    return {
        "frontpage.verb": summary.verb,
        "frontpage.rows_in": summary.rows_in,
        "frontpage.rows_out": summary.rows_out,
        "frontpage.rejected": summary.rejected,
        "frontpage.seconds": round(summary.seconds, 3),
        "frontpage.artifact": summary.artifact,
        "frontpage.details": summary.details,
    }


@db.command("up")
def db_up(port: Annotated[int | None, typer.Option(help="Port on loopback for a new server.")] = None) -> None:
    """Start the embedded server (creating it the first time) and migrate it."""
    step("db up", "up", module="db", port=port)


@db.command("down")
def db_down() -> None:
    """Stop the embedded server; its data stays."""
    step("db down", "down", module="db")


@db.command("url")
def db_url(database: Annotated[str, typer.Argument(help="frontpage | airflow | mlflow")] = "frontpage") -> None:
    """Print the URL of a database, for psql and other tools."""
    from frontpage.store.server import database_url

    settings = Settings.from_environ(os.environ)
    _params(settings)  # a file that is named and absent is bad input whatever the verb
    typer.echo(database_url(settings, database))


@db.command("migrate")
def db_migrate() -> None:
    """Bring the tables to the newest version; running it again changes nothing."""
    step("db migrate", "migrate", module="db")


@app.command(rich_help_panel=_DATA)
def simulate(
    out: Annotated[Path, typer.Option(help="Folder for the canonical files.")],
    readers: int = 15_000,
    days: int = 14,
    articles_per_day: int = 2_000,
    seed: int = 1,
    until: Annotated[str, typer.Option(help="End of the history: ISO 8601 or `now`.")] = "now",
    follow: Annotated[bool, typer.Option("--follow", help="Keep producing while the clock goes on.")] = False,
    switch: Annotated[
        list[str] | None,
        typer.Option(
            help="late=SHARE, corrupt=SHARE, drift=PER_DAY, outage=START/END[/PUBLISHER], breaking=TIME[/CATEGORY]."
        ),
    ] = None,
) -> None:
    """Write a synthetic newsroom as canonical files.

    Its articles, readers and reads, up to a moment or going on with the clock.
    """
    end = datetime.now(UTC) if until == "now" else parse_as_of(until)
    follow_with = (lambda: datetime.now(UTC), time.sleep, FOLLOW_PERIOD) if follow else None
    step("simulate", n_readers=readers, n_days=days, articles_per_day=articles_per_day, seed=seed, until=end,
         out=out, follow_with=follow_with, switches=tuple(switch or ()))  # fmt: skip


@app.command("import", rich_help_panel=_DATA)
def import_(
    format_name: str, path: Path, out: Annotated[Path, typer.Option(help="Folder for the canonical files.")]
) -> None:
    """Turn a published data set into canonical files.

    Formats: deskdrop | nemig | globo | mind | ebnerd | adressa.
    """
    step("import", module="import_", format_name=format_name, path=path, out=out)


@app.command(context_settings=_FOR_BEAM, rich_help_panel=_DATA)
def extract(
    context: typer.Context,
    as_of: AsOf,
    source: Annotated[
        list[str] | None,
        typer.Option(help="Source URI, or a name in sources.yaml; default FRONTPAGE_SOURCES, else all of that file."),
    ] = None,
) -> None:
    """Pull the sources with Beam into PostgreSQL.

    Further options go to Beam, e.g. --runner.
    """
    step("extract", _past(as_of), sources=source or [], beam_options=list(context.args))


@app.command(rich_help_panel=_DATA)
def validate(as_of: AsOf, data: Data = None) -> None:
    """Check articles, reads and readers.

    A failed check stops the run before anything is published.
    """
    step("validate", _past(as_of), **_given(data=data))


@app.command(rich_help_panel=_DATA)
def features(as_of: AsOf, data: Data = None) -> None:
    """Compute what changed in the features, for Feast."""
    step("features", _past(as_of), **_given(data=data))


@app.command(rich_help_panel=_DATA)
def materialise(as_of: AsOf) -> None:
    """Bring Feast's online store to a moment.

    Its features must be there; `refresh` does it after the lists are out.
    """
    step("materialise", _past(as_of))


@app.command(rich_help_panel=_DATA)
def snapshot(
    as_of: AsOf,
    out: Annotated[
        Path | None, typer.Option(help="Folder for Parquet files and manifest; default HOME/snapshots/AS_OF.")
    ] = None,
    source: Annotated[
        Path | None, typer.Option(help="Files instead of the database: canonical, published, or a snapshot.")
    ] = None,
    format_name: Annotated[
        str, typer.Option("--format", help="canonical, or a published format that `import` knows.")
    ] = "canonical",
    profile: Annotated[Path | None, typer.Option(help="Write an HTML page about the data there.")] = None,
) -> None:
    """Write what was known as files with a manifest hash."""
    moment = _past(as_of)
    kept = Settings.from_environ(os.environ).path("snapshots", f"{moment:%Y%m%dT%H%M%S}")
    step("snapshot", moment, out=out or kept, source=source, format_name=format_name, profile=profile)


@app.command(rich_help_panel=_MODEL)
def train(
    as_of: AsOf,
    data: Data = None,
    resume: Annotated[bool, typer.Option(help="Go on from checkpoints of a killed training.")] = True,
    part: Annotated[str, typer.Option(help="With --data: all | inputs (of the ranker) | ranker (on these).")] = "all",
) -> None:
    """Train a candidate model."""
    step("train", _past(as_of), resume=resume, part=part, clock=lambda: datetime.now(UTC), **_given(data=data))


@app.command(rich_help_panel=_MODEL)
def learnable(as_of: AsOf) -> None:
    """Say whether a first training is due.

    It is where no model ranks yet and there are reads to learn from; else the exit code is 7.
    """
    step("learnable", _past(as_of))


@app.command(rich_help_panel=_MODEL)
def evaluate(as_of: AsOf, data: Data = None) -> None:
    """Judge the candidate; promote it if it is not worse.

    It is measured against the champion and the rules on ticks that it did not learn from.
    """
    step("evaluate", _past(as_of), **_given(data=data))


@app.command(rich_help_panel=_MODEL)
def explain(as_of: AsOf, data: Data = None) -> None:
    """Show what moves the model's scores.

    A global SHAP plot, what each feature did, and the lists with their reasons.
    """
    step("explain", _past(as_of), **_given(data=data))


@app.command(rich_help_panel=_MODEL)
def promote(version: str, reason: str = "by hand") -> None:
    """Make a model version the champion."""
    step("promote", version, reason=reason)


@app.command(rich_help_panel=_LISTS)
def rollback(
    to: Annotated[int | None, typer.Option(help="Run to serve again; default the one before.")] = None,
    variant: Variant = "champion",
    reason: str = "by hand",
) -> None:
    """Serve the lists of an earlier run again, in seconds."""
    step("rollback", variant=variant, to=to, reason=reason)


@app.command(context_settings=_FOR_BEAM, rich_help_panel=_LISTS)
def score(context: typer.Context, as_of: AsOf, variant: Variant = "champion") -> None:
    """Build lists beside those being served.

    Of the readers who are due; the others keep theirs. Further options go to Beam, e.g. --runner.
    """
    step("score", _past(as_of), variant=variant, beam_options=list(context.args))


@app.command(rich_help_panel=_LISTS)
def gate(as_of: AsOf, variant: Variant = "champion") -> None:
    """Check the lists that were built."""
    step("gate", _past(as_of), variant=variant)


@app.command(rich_help_panel=_LISTS)
def publish(as_of: AsOf, variant: Variant = "champion") -> None:
    """Make the checked lists current in one transaction."""
    step("publish", _past(as_of), variant=variant)


@app.command(context_settings=_FOR_BEAM, rich_help_panel=_LISTS)
def refresh(context: typer.Context, as_of: AsOf, variant: Variant = "champion") -> None:
    """Make new lists: from features to published.

    Does features, score, gate, publish and materialise, in this order. Further options go to Beam, as with `score`.
    """
    step("refresh", _past(as_of), variant=variant, beam_options=list(context.args))


@app.command(rich_help_panel=_RESEARCH)
def replay(
    start: Annotated[str, typer.Option("--from", help="First moment at which lists are made: ISO 8601, UTC.")],
    end: Annotated[str, typer.Option("--to", help="Reads until then are answers.")],
    json_file: Annotated[Path, typer.Option("--json", help="Where the figures go.")],
    data: Annotated[Path | None, typer.Option(help="A folder of canonical files; default the database.")] = None,
    refresh: Annotated[str, typer.Option(help="How often lists are made: 15m, 1h, 24h ...")] = "1h",
    retrain: Annotated[str, typer.Option(help="How often the model is trained.")] = "24h",
    html: Annotated[Path | None, typer.Option(help="The page; default beside the JSON.")] = None,
    variants: Annotated[
        str | None, typer.Option(help="`rules`: what each list rule costs; `kept`: what keeping lists costs.")
    ] = None,
) -> None:
    """Score past lists against what was read next.

    What readers would have been served over a past period, made anew tick by tick.
    """
    period, every = (parse_as_of(start), _past(end)), (parse_duration(refresh), parse_duration(retrain))
    step("replay", period=period, every=every, json_file=json_file, html_file=html, data=data, variants=variants)


@app.command(rich_help_panel=_RESEARCH)
def search(
    data: Annotated[Path, typer.Option(help="A folder of canonical files.")],
    start: Annotated[str, typer.Option("--from", help="First moment at which lists are made: ISO 8601, UTC.")],
    end: Annotated[str, typer.Option("--to", help="Reads until then are answers.")],
    json_file: Annotated[Path, typer.Option("--json", help="Where the best parameters and all trials go.")],
    refresh: Annotated[str, typer.Option(help="How often lists are made: 15m, 1h, 24h ...")] = "24h",
    retrain: Annotated[str, typer.Option(help="How often the model is trained.")] = "14d",
    trials: Annotated[int, typer.Option(help="Replays; the first one is of the parameters as they are.")] = 20,
    seed: Annotated[int | None, typer.Option(help="Of the search; default the parameters' seed.")] = None,
) -> None:
    """Try parameters over a replay.

    Optuna draws them; the trackers keep each trial.
    """
    period, every = (parse_as_of(start), _past(end)), (parse_duration(refresh), parse_duration(retrain))
    step("search", period=period, every=every, n_trials=trials, json_file=json_file, data=data, seed=seed)


@app.command(rich_help_panel=_DELIVERY)
def serve(host: str = "127.0.0.1", port: int = 8000, workers: int = 1) -> None:
    """Serve the published lists over REST."""
    step("serve", host=host, port=port, workers=workers)


@app.command(rich_help_panel=_RESEARCH)
def bench(
    name: Annotated[
        str,
        typer.Argument(help="cluster, day, etl, explain, hour_later, publish, refresh, retrain, serve or topk."),
    ],
    json_file: Annotated[Path, typer.Option("--json", help="File for the figures.")],
    readers: Annotated[int | None, typer.Option(help="Size; default the full one.")] = None,
) -> None:
    """Measure one part against a reference."""
    step("bench", name, readers, json_file)


@app.command(rich_help_panel=_DELIVERY)
def digest(
    as_of: AsOf = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Write a preview, send nothing.")] = False,
    test_to: Annotated[str, typer.Option(help="Send one marked mail there, record nothing.")] = "",
    stop: Annotated[str, typer.Option(metavar="EDITION", help="Stop sending an edition, or `all`.")] = "",
    resume: Annotated[str, typer.Option(metavar="EDITION", help="Let a stopped one go on with the next run.")] = "",
) -> None:
    """Mail readers their edition of the day.

    Those who want it, once their morning has come.
    """
    if stop or resume:
        step("digest", stop or resume, function="stop" if stop else "resume")
    elif as_of:
        step("digest", _past(as_of), dry_run=dry_run, test_to=test_to)
    else:
        raise typer.BadParameter("give --as-of, or --stop or --resume with an edition")


@app.command(rich_help_panel=_DELIVERY)
def bounces(
    mailbox: Annotated[str, typer.Option(help="A Maildir folder or imaps:// URL; default the setting.")] = "",
    suppress: Annotated[str, typer.Option(metavar="ADDRESS", help="Only let this address get no more mail.")] = "",
    release: Annotated[str, typer.Option(metavar="ADDRESS", help="Only let this address get mail again.")] = "",
) -> None:
    """Take in bounces and complaints.

    Addresses that are dead, or whose reader complained, get no more mail.
    """
    if suppress or release:
        step("bounces", suppress or release, function="set_suppressed", is_suppressed=bool(suppress))
    else:
        step("bounces", mailbox=mailbox)


@app.command(rich_help_panel=_MAINTENANCE)
def purge(as_of: AsOf) -> None:
    """Delete what is older than `retention` allows.

    By `retention` in params.yaml, seen from as_of.
    """
    step("purge", _past(as_of))


@app.command("mail-sink", rich_help_panel=_DELIVERY)
def mail_sink(out: Path, host: str = "127.0.0.1", port: int = 1025) -> None:
    """Keep mail as files, for development.

    A mail server (SMTP) that sends nothing on.
    """
    step("mail-sink", module="mail_sink", out=out, host=host, port=port)


@app.command(rich_help_panel=_LISTS)
def why(
    reader_id: str,
    run: Annotated[int | None, typer.Option(help="A run; default the one being served.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Lines of JSON instead of text.")] = False,
) -> None:
    """Show a reader's list and what made it.

    Run, model, data, candidate source, score and reasons of each article, and what was known of the reader. It reaches
    back as far as lists are kept: the newest `retention.runs` runs.
    """
    step("why", reader_id, run_id=run, as_json=as_json)


def _past(as_of: str) -> datetime:
    """That moment, which must have come: a watermark moved into the future would call all later rows late."""
    moment = parse_as_of(as_of)
    if moment > datetime.now(UTC) + _CLOCK_SKEW:
        raise BadInputError(f"as-of {as_of} has not come yet; give a past moment")
    return moment


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
