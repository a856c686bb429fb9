"""Picks as rows of a list: scores rounded, reasons as bounded JSON text."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from frontpage.core import columns as c
from frontpage.core.lists import SCORE_DECIMALS, Reason
from frontpage.features.grouping import Floats
from models.context import ScoringContext
from models.topk import TopK

#: Reasons kept with a recommendation, and characters of each sentence.
MAX_REASONS = 3
MAX_SENTENCE = 160
CONTRIBUTION_DECIMALS = 3


def reasons_json(reasons: Sequence[Reason]) -> str:
    """JSON text of at most MAX_REASONS reasons, strongest first; keys and spacing never vary."""
    rows = [
        {
            "code": reason.code,
            "text": reason.text[:MAX_SENTENCE],
            "contribution": round(float(reason.contribution), CONTRIBUTION_DECIMALS) + 0.0,
        }
        for reason in reasons[:MAX_REASONS]
    ]
    return json.dumps(rows, separators=(",", ":"), ensure_ascii=False)


def list_table(context: ScoringContext, top_k: TopK, score: Floats, source: pa.Array, reasons: pa.Array) -> pa.Table:
    """Rows of the lists [reader, rank] as they are written; `score`, `source` and `reasons` align with the top-k."""
    dataset = context.dataset
    used, place = np.unique(top_k.article, return_inverse=True)
    ids = pa.array(dataset.article_ids.to_numpy()[context.live[used]], pa.string())
    return pa.table(
        {
            c.READER_KEY: dataset.reader_keys[context.readers[top_k.reader]],
            c.RANK: top_k.rank.astype(np.int16),
            c.ARTICLE_ID: ids.take(pa.array(place)),
            c.SCORE: np.round(score, SCORE_DECIMALS) + 0.0,
            c.CANDIDATE_SOURCE: source,
            c.REASONS: reasons,
        }
    )
