"""`frontpage search`: parameters tried over a replay of files, each trial told to the trackers."""

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from frontpage.core.clock import HOUR, iso
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.progress import track
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle.searches import SearchRecord, TrialRecord
from frontpage.lifecycle.tracking import git_commit, track_search
from frontpage.steps.replay import history_of
from models.files import write_bytes
from models.replay.replayed import Cadence
from models.replay.search import Trial, best_of, fragment, result, trials


def run(
    settings: Settings,
    params: Params,
    *,
    period: tuple[datetime, datetime],
    every: tuple[timedelta, timedelta],
    n_trials: int,
    json_file: Path,
    data: Path,
    seed: int | None = None,
) -> Summary:
    """The best parameters and every trial as JSON; the trackers hold each trial as soon as it is done.

    period: from and to; every: how often lists are made and the model is trained. data: canonical files, which go
    through the extract of every night. seed: of the search; default the parameters'.
    Raises BadInputError for a cadence that cannot be, UnavailableError before the first trial where a tracker is away.
    """
    cadence = Cadence(*period, *every)
    history = history_of(settings, params, cadence, data)
    seed = params.seed if seed is None else seed
    record = _record(history, params, cadence, seed)
    track_search(settings, record)
    done: list[Trial] = []
    for trial in track(trials(history, params, cadence, n_trials, seed), "trials", n_trials):
        done.append(trial)
        record = record.with_trial(_told(trial))
        track_search(settings, record)
    found = {"search": record.name, **record.facts, **result(done, seed)}
    write_bytes(json_file, (json.dumps(found, indent=2) + "\n").encode())
    references = track_search(settings, record.finished())
    best = best_of(done)
    details = {"best_trial": best.number, "ratio_to_best_rule": round(best.ratio_to_best_rule, 4), **references}
    return Summary("search", len(history.reads), len(done), artifact=str(json_file), details=details)


def _record(history: History, params: Params, cadence: Cadence, seed: int) -> SearchRecord:
    """The search before its first trial; its name is the same for the same data, parameters, cadence and seed."""
    made_of = f"{_fingerprint(history)} {params.model_dump_json(exclude={'threads'})} {cadence} {seed}"
    name = f"search-{cadence.end:%Y%m%dT%H%M}-{hashlib.sha256(made_of.encode()).hexdigest()[:8]}"
    facts = {**_cadence(cadence), "seed": seed, "data_hash": _fingerprint(history)}
    return SearchRecord(name, cadence.end, facts, git_commit=git_commit(Path(__file__).parents[2]))


def _cadence(cadence: Cadence) -> dict[str, Any]:
    hours = {"refresh_hours": cadence.refresh / HOUR, "retrain_hours": cadence.retrain / HOUR}
    return {"from": iso(cadence.start), "to": iso(cadence.end), **hours}


def _fingerprint(history: History) -> str:
    """The same for the same articles, reads and readers."""
    digest = hashlib.sha256()
    for frame in (history.articles, history.reads, history.readers):
        digest.update(frame.to_json(orient="records", date_format="iso").encode())
    return digest.hexdigest()


def _told(trial: Trial) -> TrialRecord:
    metrics = {"ratio_to_best_rule": trial.ratio_to_best_rule, "ndcg_at_10": trial.ndcg_at_10}
    return TrialRecord(trial.number, fragment(trial.point), metrics)
