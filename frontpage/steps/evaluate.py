"""`frontpage evaluate`: the candidate beside champion and baselines on held-out cutoffs; rejected if worse."""

from datetime import datetime
from pathlib import Path

import pandas as pd

from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.features.feature_store.cutoffs import ensure_cutoffs
from frontpage.features.feature_store.files import require_cutoff_files
from frontpage.features.feature_store.repository import feature_store, file_store
from frontpage.features.interactions import interaction_dataset
from frontpage.features.snapshot import read_snapshot
from frontpage.lifecycle import artefacts, registry, tracking
from frontpage.lifecycle.artefacts import folder_of
from frontpage.lifecycle.records import Verdict
from frontpage.store.connect import Connection, connect
from frontpage.store.history import load_history, with_texts
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url
from models.evaluation.evaluate import evaluate, judging_plan
from models.evaluation.gate import gate
from models.evaluation.report import read_evaluation, write_evaluation
from models.training import artefact
from models.training.feature_lookup import feast_lookup
from models.training.held_back import history_to_learn


def run(settings: Settings, params: Params, as_of: datetime, data: Path | None = None) -> Summary:
    """Metrics and the gate's decision on the version (with `data`: in files), which is rejected if it did not pass.

    A version that was judged before is left as it is. Raises NothingPublishedError where none was trained at `as_of`.
    """
    return _in_files(params, as_of, data) if data else _in_database(settings, params, as_of)


def _history_for(connection: Connection, as_of: datetime, params: Params, candidate: artefact.Model) -> History:
    """What the candidate learned from; of texts only those that it does not know are loaded."""
    history = history_to_learn(load_history(connection, as_of, params.data, with_text=False), candidate.params)
    return with_texts(connection, history, candidate.is_new(pd.Index(history.articles[c.ARTICLE_ID])))


def _in_files(params: Params, as_of: datetime, data: Path) -> Summary:
    whole, candidate = read_snapshot(data, as_of), artefact.load(data / "model")
    history = history_to_learn(whole, candidate.params)
    require_cutoff_files(data, judging_plan(interaction_dataset(history), candidate, params).evaluation)
    champion = artefact.load(data / "champion") if (data / "champion").is_dir() else None
    evaluation = evaluate(history, candidate, params, feast_lookup(file_store(data)), champion)
    decided = gate(evaluation, params.gate)
    write_evaluation(evaluation, decided, data / "evaluation")
    stage = "accepted" if decided.passed else "rejected"
    details = {"version": candidate.version, "stage": stage, "gate": "; ".join(decided.reasons)}
    folder, n_readers = str(data / "evaluation"), evaluation.n_readers
    return Summary("evaluate", n_readers, len(evaluation.table), artifact=folder, details=details)


def _in_database(settings: Settings, params: Params, as_of: datetime) -> Summary:
    url = database_url(settings)
    with connect(url, application="frontpage evaluate") as connection, exclusive(connection, "evaluate"):
        row = registry.candidate_at(connection, as_of)
        n_readers = 0
        if not registry.is_evaluated(row):
            champion, candidate = registry.champion_at(connection, as_of), registry.loaded(row, settings)
            best = registry.loaded(champion, settings) if champion else None
            history = _history_for(connection, as_of, params, candidate)
            judged_at = judging_plan(interaction_dataset(history), candidate, params).evaluation
            ensure_cutoffs(connection, as_of, judged_at, params.data)
            evaluation = evaluate(history, candidate, params, feast_lookup(feature_store(url)), best)
            earlier = registry.earlier_evaluations(connection, as_of, params)
            n_readers, decided = evaluation.n_readers, gate(evaluation, params.gate, earlier)
            metrics = write_evaluation(evaluation, decided, folder_of(row, settings) / "evaluation")
            row = registry.record_verdict(connection, row, metrics, decided, settings.acting)
    metrics, files = read_evaluation(folder_of(row, settings) / "evaluation")
    artefacts.push(row, settings)
    verdict = Verdict(row.version, row.as_of, row.gate["passed"], row.gate["reasons"], metrics, files)
    tracking.track_verdict(settings, verdict, row.stage)
    details = {"version": row.version, "stage": row.stage, "gate": "; ".join(row.gate["reasons"])}
    model = {"model": {"version": row.version, "hash": row.artefact_hash, "snapshot": row.snapshot_hash}}
    verdicts = {"verdict": {"passed": row.gate["passed"], "stage": row.stage}}
    return Summary("evaluate", n_readers, 1, artifact=row.artefact_uri, details=details, inputs=model, outputs=verdicts)
