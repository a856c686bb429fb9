"""`frontpage report off-policy`: what others would have been worth in the places that a lot gave away."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle.experiments.off_policy import PolicyValue, value_of
from frontpage.scoring.targets import RECENCY, Choices, choices, with_recency
from frontpage.store import versions
from frontpage.store.connect import Connection, connect
from frontpage.store.judging.slots import slots
from frontpage.store.server import database_url
from models.variants import CHAMPION, POPULARITY

_HEAD = f"{'policy':24} {'slots':>8} {'matched':>8} {'effective':>9} {'can say':>8} {'SNIPS':>8} {'DR':>8}  verdict"


def run(settings: Settings, params: Params, as_of: datetime, json_file: Path | None = None) -> Summary:
    """Print a line for popularity, recency and the version before; rows in are slots, rows out those policies.

    Without exploration there is nothing to learn from, and no slot. A policy whose lists cannot be made again is named
    with the reason.
    """
    rules = params.off_policy
    with connect(database_url(settings), application="frontpage report") as connection:
        found = slots(connection, as_of - timedelta(days=rules.days), as_of, CHAMPION, rules.max_runs)
        chosen = choices(connection, settings, with_recency(params), found, _policies(connection))
    judged = {name: _judged(found, each) for name, each in chosen.items()}
    for line in _lines(judged, rules.min_effective_slots):
        print(line)  # noqa: T201 - this verb's result is what it prints
    known = {name: one for name, one in judged.items() if isinstance(one, PolicyValue)}
    if json_file:
        json_file.write_text(json.dumps({name: asdict(one) for name, one in known.items()}, indent=2) + "\n")
    details = {f"effective_{name}": round(one.n_effective) for name, one in known.items()}
    return Summary("report off-policy", len(found), len(known), rejected=len(judged) - len(known), details=details)


def _policies(connection: Connection) -> dict[str, str]:
    """Name of each policy, and the variant that it is."""
    before = versions.former(connection)
    return {"popularity": POPULARITY, "recency": RECENCY, **({"version before": before} if before else {})}


def _judged(found: pd.DataFrame, chosen: Choices) -> PolicyValue | str:
    if isinstance(chosen, str):
        return chosen
    reward, propensity = (found[name].to_numpy(np.float64) for name in ("reward", c.PROPENSITY))
    return value_of(found[c.ARTICLE_ID].to_numpy(object), chosen, reward, propensity)


def _lines(judged: dict[str, PolicyValue | str], min_effective: int) -> list[str]:
    lines = [_HEAD]
    for name, one in judged.items():
        if isinstance(one, str):
            lines.append(f"{name:24} {one}")
            continue
        numbers = f"{one.n_slots:8,} {one.n_matched:8,} {one.n_effective:9.0f} {one.share:8.1%}"
        lines.append(f"{name:24} {numbers} {one.snips:8.4f} {one.doubly_robust:8.4f}  {one.verdict(min_effective)}")
    return lines
