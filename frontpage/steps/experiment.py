"""`frontpage experiment`: start, look at, and stop experiments on readers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from frontpage.core.errors import BadInputError, NothingPublishedError
from frontpage.core.experiments import starting as rules
from frontpage.core.experiments.experiment import KINDS, Arm, Experiment
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle.experiments.analysis import Analysis, analyse, analyse_interleaving
from frontpage.lifecycle.experiments.page import page
from frontpage.lifecycle.experiments.planning import plan
from frontpage.lifecycle.experiments.verdict import head, summary, verdict
from frontpage.store import versions
from frontpage.store.connect import Connection, connect
from frontpage.store.judging import experiments
from frontpage.store.judging.experiments import METRICS
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url
from models.variants import variants_of


def start(
    settings: Settings,
    params: Params,
    at: datetime,
    name: str,
    *,
    arms: str,
    metrics: Sequence[str],
    interleave: bool,
    reason: str,
) -> Summary:
    """Start an experiment, and print what it will be able to find.

    Raises BadInputError, and changes nothing, for an unknown variant or metric, for shares that are not free, and where
    one of the name runs.
    """
    with (
        connect(database_url(settings), application="frontpage experiment") as connection,
        exclusive(connection, "experiments"),
    ):
        parsed, chosen = rules.parse_arms(arms), _known_metrics(metrics)
        _require_variants(connection, params, parsed)
        kind, share = rules.kind_of(parsed, interleaved=interleave), sum(arm.share for arm in parsed)
        lower = rules.room_for(share, _others(connection, name))
        horizon = timedelta(hours=params.experiments.horizon_hours)
        usual = experiments.usual(connection, at - horizon, at, params.outcomes.max_dwell_seconds)
        foreseen = plan(parsed, chosen, usual, experiments.n_readers(connection), params.experiments)
        planned = Experiment(
            name=rules.named(name), attempt=0, kind=kind, arms=parsed, metrics=chosen, salt="", lower=lower,
            upper=min(lower + share, 1.0), level=params.experiments.level,
            horizon_hours=params.experiments.horizon_hours, planned_readers=foreseen.planned_readers, started_at=at,
        )  # fmt: skip
        begun = experiments.start(connection, planned, settings.acting, _given(reason))
    _say(f"{begun.name} is running: {KINDS[begun.kind]}, {share:.1%} of readers.")
    if begun.attempt > 1:
        _say(f"It is start {begun.attempt} of {begun.name}: readers are drawn anew, and those of before do not count.")
    for sentence in foreseen.sentences:
        _say(sentence)
    return Summary("experiment start", rows_out=1, artifact=f"experiment:{begun.salt}", details={"kind": kind})


def stop(settings: Settings, params: Params, at: datetime, name: str, *, reason: str) -> Summary:
    """Stop an experiment and print its verdict; its readers are served as everybody from the next moment on."""
    with connect(database_url(settings), application="frontpage experiment") as connection:
        ended = experiments.stop(connection, name, at, settings.acting, _given(reason))
        judged = analysis_of(connection, params, ended, at)
    return _shown("experiment stop", judged)


def status(
    settings: Settings, params: Params, at: datetime, name: str | None = None, html_file: Path | None = None
) -> Summary:
    """Print every experiment, or one with its verdict; a page of it where a file is named."""
    with connect(database_url(settings), application="frontpage experiment") as connection:
        found = experiments.newest(connection, name)
        if name is None:
            return _listed(found)
        judged = analysis_of(connection, params, found[0], at)
    if html_file:
        html_file.write_text(page(judged))
    return _shown("experiment status", judged)


def analysis_of(connection: Connection, params: Params, experiment: Experiment, at: datetime) -> Analysis:
    """What can be said of an experiment at a moment, or at its end."""
    until, most = min(at, experiment.stopped_at or at), params.outcomes.max_dwell_seconds
    readers = experiments.readers(connection, experiment, until, params.experiments.covariate_days, most)
    fewest = params.experiments.min_readers
    if experiment.kind != "interleaving":
        return analyse(experiment, readers, until, fewest)
    return analyse_interleaving(
        experiment, readers, experiments.credits_of(connection, experiment, until), until, fewest
    )


def _shown(verb: str, judged: Analysis) -> Summary:
    _say(head(judged))
    for sentence in verdict(judged):
        _say(sentence)
    n_exposed, n_complete = sum(judged.n_exposed.values()), sum(judged.n_complete.values())
    details = {"verdict": summary(judged), "crossed": len(judged.crossed)}
    return Summary(verb, n_exposed, n_complete, artifact=f"experiment:{judged.experiment.salt}", details=details)


def _listed(found: Sequence[Experiment]) -> Summary:
    for one in found:
        arms = ", ".join(f"{arm.name} {arm.share:.1%}" for arm in one.arms)
        state = f"stopped {one.stopped_at:%Y-%m-%d %H:%M}" if one.stopped_at else "running"
        _say(f"{one.name}  {KINDS[one.kind]}  {arms}  since {one.started_at:%Y-%m-%d %H:%M}  {state}")
    return Summary("experiment status", rows_out=len(found))


def _others(connection: Connection, name: str) -> list[Experiment]:
    """The experiments that run. Raises BadInputError where one of them is it."""
    running = experiments.running(connection)
    if any(one.name == name for one in running):
        raise BadInputError(f"experiment {name} is running already; stop it first")
    return running


def _require_variants(connection: Connection, params: Params, arms: Sequence[Arm]) -> None:
    known = variants_of(params)
    for name in {arm.variant for arm in arms} - known.keys():
        try:
            versions.get(connection, name)
        except NothingPublishedError as error:
            raise BadInputError(
                f"there is no variant {name}; there are {', '.join(known)}, and every version of the registry"
            ) from error


def _known_metrics(metrics: Sequence[str]) -> tuple[str, ...]:
    unknown = [name for name in metrics if name not in METRICS]
    if unknown or not metrics:
        raise BadInputError(f"there is no metric {', '.join(unknown) or '(none)'}; there are {', '.join(METRICS)}")
    return tuple(dict.fromkeys(metrics))


def _given(reason: str) -> str:
    if not reason.strip():
        raise BadInputError("an experiment is started and stopped for a reason; give --reason")
    return reason.strip()


def _say(line: str) -> None:
    print(line)  # noqa: T201 - this verb's result is what it prints
