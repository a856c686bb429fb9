"""`frontpage explain`: what moves the scores of the version of as_of, over the lists it makes then."""

from datetime import datetime
from pathlib import Path

import pandas as pd

from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.features.interactions import interaction_dataset
from frontpage.features.snapshot import read_snapshot
from frontpage.lifecycle import artefacts, registry, tracking
from frontpage.lifecycle.artefacts import folder_of
from frontpage.lifecycle.release.card import write_card
from frontpage.store.connect import connect
from frontpage.store.history import load_history, with_texts
from frontpage.store.server import database_url
from models.assembly import pipeline_of
from models.context import scoring_context
from models.evaluation.report import write_explanation
from models.inputs import model_inputs
from models.training import artefact
from models.training.artefact import Model
from models.variants import CHAMPION


def run(settings: Settings, params: Params, as_of: datetime, data: Path | None = None) -> Summary:
    """Global plot, contribution of each feature and every list with its reasons, as files beside the version.

    Of texts only those that the version does not know are loaded.
    Raises NothingPublishedError where no version was trained at `as_of`, BadInputError where `data` holds none
    or is of another moment.
    """
    if data:
        return _explained(params, read_snapshot(data, as_of), artefact.load(data / "model"), data / "explanation")
    with connect(database_url(settings), application="frontpage explain") as connection:
        row = registry.candidate_at(connection, as_of)
        model, history = registry.loaded(row, settings), load_history(connection, as_of, params.data, with_text=False)
        history = with_texts(connection, history, model.is_new(pd.Index(history.articles[c.ARTICLE_ID])))
    folder = folder_of(row, settings)
    summary = _explained(params, history, model, folder / "explanation")
    with connect(database_url(settings), application="frontpage explain") as connection:
        card = write_card(connection, settings, row)
    artefacts.push(row, settings)
    pictures = sorted((folder / "explanation").glob("*.png"))
    tracking.attach(settings, row.version, "explanation", [*pictures, folder / "explanation" / "features.csv"])
    tracking.attach(settings, row.version, "card", [card])
    return summary


def _explained(params: Params, history: History, model: Model, folder: Path) -> Summary:
    now = scoring_context(interaction_dataset(history), history.as_of, params)
    counts = write_explanation(pipeline_of(params, CHAMPION, model), model_inputs(model, now, params), params, folder)
    details = {"version": model.version, "lists": counts["lists"]}
    return Summary("explain", len(now.readers), counts["rows"], artifact=str(folder), details=details)
