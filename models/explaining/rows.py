"""Picks as rows of a list: scores rounded, reasons as bounded JSON text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from frontpage.core import columns as c
from frontpage.core.lists import SCORE_DECIMALS, Reason
from frontpage.features.grouping import Floats
from models.context import ScoringContext
from models.topk import TopK

#: Reasons kept with a recommendation, and characters of a label among their arguments.
MAX_REASONS = 3
MAX_LABEL = 120
CONTRIBUTION_DECIMALS = 3


def reasons_json(reasons: Sequence[Reason]) -> str:
    """JSON text of at most MAX_REASONS reasons, strongest first; keys and spacing never vary."""
    return f"[{','.join(_json(reason) for reason in reasons[:MAX_REASONS])}]"


def reason_head(code: str, args: Mapping[str, str | float]) -> str:
    """JSON of a reason up to its contribution; long labels are cut."""
    kept = {name: value[:MAX_LABEL] if isinstance(value, str) else value for name, value in args.items()}
    members = {"code": code, "args": kept} if kept else {"code": code}
    return f'{json.dumps(members, separators=(",", ":"), ensure_ascii=False)[:-1]},"contribution":'


def _json(reason: Reason) -> str:
    contribution = round(float(reason.contribution), CONTRIBUTION_DECIMALS) + 0.0
    return f"{reason_head(reason.code, reason.args)}{contribution}}}"


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
