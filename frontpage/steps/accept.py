"""`frontpage accept`: what will be served, judged once on the hours that were held back from everything."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.clock import iso
from frontpage.core.errors import NothingPublishedError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.features.snapshot import read_snapshot
from frontpage.lifecycle import artefacts, registry, tracking
from frontpage.lifecycle.artefacts import folder_of
from frontpage.lifecycle.records import Verdict
from frontpage.lifecycle.release.card import write_card
from frontpage.store.connect import Connection, connect
from frontpage.store.history import load_history, with_texts
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url
from frontpage.store.versions import ModelVersion
from models.choice import Choice
from models.evaluation.acceptance import ServedModel, accept
from models.evaluation.report import read_acceptance, read_gate, write_acceptance
from models.training import artefact


def run(settings: Settings, params: Params, as_of: datetime, data: Path | None = None) -> Summary:
    """The verdict on the version trained at `as_of` (with `data`: in files), which is rejected if it did not pass.

    A version is judged once: a repeat says what was found then. One that the gate rejected is not judged.
    Raises NothingPublishedError where none was trained at `as_of`, or it was not evaluated.
    """
    return _in_files(params, as_of, data) if data else _in_database(settings, params, as_of)


def _in_files(params: Params, as_of: datetime, data: Path) -> Summary:
    history, candidate = read_snapshot(data, as_of), artefact.load(data / "model")
    champion = artefact.load(data / "champion") if (data / "champion").is_dir() else None
    served = ServedModel(candidate, Choice.of_gate(read_gate(data / "evaluation")))
    found = accept(history, served, params, ServedModel(champion, Choice()) if champion else None)
    write_acceptance(found, data / "acceptance")
    stage = "accepted" if found.accepted else "rejected"
    details = {"version": candidate.version, "stage": stage, "acceptance": "; ".join(found.reasons)}
    return Summary("accept", found.n_lists, 1, artifact=str(data / "acceptance"), details=details)


def _in_database(settings: Settings, params: Params, as_of: datetime) -> Summary:
    url, n_lists = database_url(settings), 0
    with connect(url, application="frontpage accept") as connection, exclusive(connection, "evaluate"):
        row = registry.candidate_at(connection, as_of)
        if not registry.is_evaluated(row):
            raise NothingPublishedError(
                f"{row.version} was not evaluated; run `frontpage evaluate --as-of {iso(as_of)}`"
            )
        if row.gate["passed"]:
            found = row.acceptance or _judged(connection, settings, params, row)
            row = registry.record_acceptance(connection, row, found, settings.acting)
            write_card(connection, settings, row)
            n_lists = sum(one["n_lists"] for one in found["slices"][:1])
    if row.acceptance:
        _mirror(settings, row)
    words = "; ".join((row.acceptance or row.gate)["reasons"])
    details = {"version": row.version, "stage": row.stage, "acceptance": words}
    return Summary("accept", n_lists, 1, artifact=row.artefact_uri, details=details)


def _judged(connection: Connection, settings: Settings, params: Params, row: ModelVersion) -> Mapping[str, Any]:
    """The candidate's lists beside the champion's; of texts only those that one of them does not know are loaded."""
    champion = registry.champion_at(connection, row.as_of)
    served = [
        ServedModel(registry.loaded(one, settings), registry.choice_of(one))
        for one in (row, champion)
        if one is not None
    ]
    history = load_history(connection, row.as_of, params.data, with_text=False)
    ids = pd.Index(history.articles[c.ARTICLE_ID])
    history = with_texts(connection, history, np.logical_or.reduce([one.model.is_new(ids) for one in served]))
    found = accept(history, served[0], params, served[1] if champion else None)
    write_acceptance(found, folder_of(row, settings) / "acceptance")
    return found.as_json()


def _mirror(settings: Settings, row: ModelVersion) -> None:
    artefacts.push(row, settings)
    metrics, files = read_acceptance(folder_of(row, settings) / "acceptance")
    verdict = row.acceptance
    told = Verdict(row.version, row.as_of, verdict["accepted"], verdict["reasons"], metrics, files, "acceptance")
    tracking.track_verdict(settings, told, row.stage)
