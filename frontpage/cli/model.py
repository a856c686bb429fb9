"""Verbs about models: training, evaluation, promotion, and research on past data."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from frontpage.cli.calling import MODEL, RESEARCH, AsOf, Data, given, past, step
from frontpage.core.clock import parse_as_of, parse_duration

app = typer.Typer()


@app.command(rich_help_panel=MODEL)
def train(
    as_of: AsOf,
    data: Data = None,
    resume: Annotated[bool, typer.Option(help="Go on from checkpoints of a killed training.")] = True,
    part: Annotated[str, typer.Option(help="With --data: all | inputs (of the ranker) | ranker (on these).")] = "all",
    first: Annotated[
        bool | None,
        typer.Option(
            "--first/--full", help="Within the limits of first_training, or not; by itself while there is no version."
        ),
    ] = None,
) -> None:
    """Train a candidate model."""
    options = {"resume": resume, "part": part, "first": first, **given(data=data)}
    step("train", past(as_of), clock=lambda: datetime.now(UTC), **options)


@app.command(rich_help_panel=MODEL)
def learnable(as_of: AsOf) -> None:
    """Say whether a first training is due.

    It is where no model ranks yet and there are reads to learn from; else the exit code is 7.
    """
    step("learnable", past(as_of))


@app.command(rich_help_panel=MODEL)
def evaluate(as_of: AsOf, data: Data = None) -> None:
    """Judge the candidate; reject it if it is worse.

    It is measured against the champion and the rules at cutoffs that it did not learn from.
    """
    step("evaluate", past(as_of), **given(data=data))


@app.command(rich_help_panel=MODEL)
def accept(as_of: AsOf, data: Data = None) -> None:
    """Judge what will be served, once, by slices.

    On the hours held back from training, gate and calibration; a version that loses too much anywhere is rejected.
    """
    step("accept", past(as_of), **given(data=data))


@app.command(rich_help_panel=MODEL)
def release(as_of: AsOf) -> None:
    """Make the accepted version the champion, if it is fit.

    A fresh process loads it and answers; packages, processor, memory and time are compared with what it needs.
    """
    step("release", past(as_of))


@app.command(rich_help_panel=MODEL)
def drift(as_of: AsOf) -> None:
    """Say whether data or model have moved.

    Against the same weekday and hour of past weeks. What is confirmed gets an answer: a training, a search, or nothing
    with a reason.
    """
    step("drift", past(as_of))


@app.command(rich_help_panel=MODEL)
def retune(as_of: AsOf) -> None:
    """Try parameters on a sample, train with the best.

    For when new trainings do not help: `drift` asks for it, and `evaluate` judges what comes of it.
    """
    step("retune", past(as_of))


@app.command(rich_help_panel=MODEL)
def explain(as_of: AsOf, data: Data = None) -> None:
    """Show what moves the model's scores.

    A global SHAP plot, what each feature did, and the lists with their reasons.
    """
    step("explain", past(as_of), **given(data=data))


@app.command(rich_help_panel=MODEL)
def promote(version: str, reason: str = "by hand") -> None:
    """Make a model version the champion.

    The same as `models promote`, which asks for a reason.
    """
    step("models promote", version, module="promote", reason=reason)


@app.command(rich_help_panel=RESEARCH)
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
    period, every = (parse_as_of(start), past(end)), (parse_duration(refresh), parse_duration(retrain))
    step("replay", period=period, every=every, json_file=json_file, html_file=html, data=data, variants=variants)


@app.command(rich_help_panel=RESEARCH)
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
    period, every = (parse_as_of(start), past(end)), (parse_duration(refresh), parse_duration(retrain))
    step("search", period=period, every=every, n_trials=trials, json_file=json_file, data=data, seed=seed)


@app.command(rich_help_panel=RESEARCH)
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
