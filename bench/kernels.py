"""The bare kernels that a refresh is measured by, each on a sample of its full shape and scaled by rows."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from implicit.cpu.topk import topk
from psycopg2 import sql

from bench.scale_world import AS_OF
from frontpage.core.lists import LIST_LENGTH
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.features.interactions import interaction_dataset
from frontpage.lifecycle import registry
from frontpage.store.connect import Connection, execute
from frontpage.store.history import load_history
from frontpage.store.lists.runs import table_of
from frontpage.store.queries import query
from models.assembly import pipeline_of
from models.context import scoring_context
from models.inputs import ScoringInputs, model_inputs
from models.pipeline import ScoredTopK
from models.ranking.ranker import Matrix
from models.threads import one_blas_thread
from models.training.artefact import Model
from models.variants import CHAMPION

#: Factors and threads of the scan, as the goal names them.
N_FACTORS, N_THREADS = 64, 2
_SAMPLE_READERS = 4_000


@dataclass(frozen=True, slots=True)
class Sample:
    """Some readers of a world, evenly drawn: what ranks them, every candidate's features, and their lists."""

    model: Model
    params: Params
    now: ScoringInputs
    n_readers: int
    matrix: Matrix
    chosen: ScoredTopK

    @property
    def rows(self) -> np.ndarray:
        """Reader rows of the sample."""
        return np.arange(len(self.now.context.readers), dtype=np.int64)

    @property
    def scale(self) -> float:
        """Readers of the world for each of the sample."""
        return self.n_readers / len(self.rows)


def sample(connection: Connection, settings: Settings, params: Params) -> Sample:
    """The sample of a world, by the champion."""
    version = registry.serving(connection, AS_OF)
    assert version is not None
    now = scoring_context(interaction_dataset(load_history(connection, AS_OF, params.data)), AS_OF, params)
    few = now.of_readers(np.arange(0, len(now.readers), max(1, len(now.readers) // _SAMPLE_READERS)))
    model = registry.loaded(version, settings)
    pipeline, view = pipeline_of(params, CHAMPION, model), model_inputs(model, few, params)
    rows = np.arange(len(few.readers), dtype=np.int64)
    found, _ = pipeline.retrieve(view, rows)
    matrix = model.seen(view.features(found.reader, found.article))
    return Sample(model, params, view, len(now.readers), matrix, pipeline.scored_top_k(view, rows))


def reference(connection: Connection, drawn: Sample, run_id: int) -> dict[str, Any]:
    """Seconds of each kernel for a whole run, and the shapes they stand for."""
    copied_seconds, n_bytes = copied(connection, run_id)
    seconds = {"topk": scan(drawn), "predict": predicted(drawn), "shap": explained(drawn)}
    return {
        "live_articles": len(drawn.now.context.live),
        "candidates": round(len(drawn.matrix) * drawn.scale),
        "copied_bytes": n_bytes,
        "seconds": {name: round(value * drawn.scale, 2) for name, value in seconds.items()}
        | {"copy": round(copied_seconds, 2)},
    }


def scan(drawn: Sample) -> float:
    """Seconds of an exhaustive scan of the sample's readers over all live articles."""
    random = np.random.default_rng(1)
    articles = random.standard_normal((len(drawn.now.context.live), N_FACTORS), dtype=np.float32)
    readers = random.standard_normal((len(drawn.rows), N_FACTORS), dtype=np.float32)
    with one_blas_thread():
        return seconds_of(lambda: topk(articles, readers, LIST_LENGTH, num_threads=N_THREADS))


def predicted(drawn: Sample) -> float:
    """Seconds of the ranker's trees over every candidate of the sample."""
    return seconds_of(lambda: drawn.model.ranker.predict(drawn.matrix, num_threads=N_THREADS))


def explained(drawn: Sample, n_threads: int = N_THREADS) -> float:
    """Seconds of LightGBM's exact SHAP over the lists of the sample."""
    served = drawn.chosen.matrix
    return seconds_of(lambda: drawn.model.ranker.predict(served, pred_contrib=True, num_threads=n_threads))


def copied(connection: Connection, run_id: int) -> tuple[float, int]:
    """Seconds of COPY of a run's rows, as text, into a bare table; and how many bytes that is."""
    names = {"table": sql.Identifier(table_of(run_id))}
    rows = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(sql.SQL("copy {table} to stdout").format(**names).as_string(connection), rows)
        n_bytes = rows.tell()
        rows.seek(0)
        execute(connection, sql.SQL("create table bench_copy (like {table} including defaults)").format(**names))
        seconds = seconds_of(lambda: cursor.copy_expert("copy bench_copy from stdin", rows))
    execute(connection, query("bench/forget_copy"))
    return seconds, n_bytes


def seconds_of(work: Callable[[], Any]) -> float:
    """How long some work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
