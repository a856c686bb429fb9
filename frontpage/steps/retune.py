"""`frontpage retune`: parameters tried on a sample of readers, and a candidate trained with the best of them."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from frontpage.core import columns as c
from frontpage.core.clock import iso
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.progress import track
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.steps import train
from frontpage.steps.replay import history_of
from models.files import write_bytes
from models.replay.replayed import Cadence
from models.replay.search import best_of, fragment, params_at, result, trials

_DAYS, _REFRESH = timedelta(days=1), timedelta(hours=6)


def run(settings: Settings, params: Params, as_of: datetime) -> Summary:
    """The candidate of as_of, trained on everything with the parameters that were best over the sample's last day.

    Its trials are in a file below `home/searches`. params.yaml stays as it is: whether the recipe is to stay is for a
    person to say. Raises what replay and training raise.
    """
    cadence = Cadence(as_of - _DAYS, as_of, _REFRESH, _DAYS)
    history = sample(history_of(settings, params, cadence, None), params.drift.search_readers, params.seed)
    n_trials = params.drift.search_trials
    done = list(track(trials(history, params, cadence, n_trials, params.seed), "trials", n_trials))
    best = best_of(done)
    path = settings.path("searches", f"{as_of:%Y%m%dT%H%M%S}.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, (json.dumps({"as_of": iso(as_of), **result(done, params.seed)}, indent=2) + "\n").encode())
    trained = train.run(settings, params_at(params, best.point), as_of, first=False)
    recipe = json.dumps(fragment(best.point), separators=(",", ":"))
    details = {"version": trained.details["version"], "best_trial": best.number, "recipe": recipe}
    inputs = {"readers": {"rows": len(history.readers)}, "reads": {"rows": len(history.reads)}}
    return Summary("retune", len(history.reads), n_trials, 0, 0.0, str(path), details, inputs, trained.outputs)


def sample(history: History, n_readers: int, seed: int) -> History:
    """At most so many readers by lot, with their reads, and all articles."""
    keys = history.readers[c.READER_KEY].to_numpy()
    if len(keys) <= n_readers:
        return history
    chosen = np.random.default_rng(seed).choice(keys, n_readers, replace=False)
    readers = history.readers[history.readers[c.READER_KEY].isin(chosen)].reset_index(drop=True)
    reads = history.reads[history.reads[c.READER_KEY].isin(chosen)].reset_index(drop=True)
    return replace(history, readers=readers, reads=reads)
