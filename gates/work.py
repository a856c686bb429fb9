"""The work that gates/cost.py measures, ours and the reference's, each on the same made-up input.

    python -m gates.work NAME ours|reference

prints seconds (the best of some turns, after one for warming up) and the peak of this process's memory.
"""

import gzip
import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from gates.limits import SAMPLE

Work = Callable[[], object]
_TURNS = 5
_ROWS, _FEATURES, _TREES = 20_000, 30, 60
_ARTICLES, _READERS, _FACTORS, _NEAREST = 20_000, 1_000, 64, 50


def rows() -> dict[str, Work]:
    """Reads of the sample made canonical, against decoding them and their times alone."""
    import orjson

    from etl.rows.context import RowContext
    from etl.rows.normalise import NORMALISERS
    from frontpage.core.params import Params
    from frontpage.core.schema.canonical import Kind

    lines = gzip.decompress((SAMPLE / "world" / "reads" / "reads.jsonl.gz").read_bytes()).splitlines()
    context = RowContext.of(datetime(2026, 3, 4, 12, tzinfo=UTC), "a secret of nobody", Params())
    normalise = NORMALISERS[Kind.READS]

    def decoded(line: bytes) -> dict[str, object]:
        row = orjson.loads(line)
        return {**row, "occurred_at": datetime.fromisoformat(row["occurred_at"])}

    return {
        "ours": lambda: [normalise(orjson.loads(line), context) for line in lines],
        "reference": lambda: [decoded(line) for line in lines],
    }


def nearest(n_blocks: int = 4) -> dict[str, Work]:
    """The articles nearest to readers' vectors, against all inner products by NumPy and a partial sort."""
    import numpy as np

    from models.retrieval.vector_index import vector_index
    from models.threads import one_blas_thread

    random = np.random.default_rng(1)
    articles = random.standard_normal((_ARTICLES, _FACTORS), dtype=np.float32)
    readers = random.standard_normal((_READERS, _FACTORS), dtype=np.float32)
    index = vector_index(articles)
    blocks = np.array_split(readers, n_blocks)

    def plain() -> None:
        with one_blas_thread():
            for block in blocks:
                np.argpartition(-(block @ articles.T), _NEAREST, axis=1)

    return {"ours": lambda: [index.nearest(block, _NEAREST) for block in blocks], "reference": plain}


def reasons() -> dict[str, Work]:
    """Exact SHAP values of rows by our loops, against LightGBM's own."""
    import lightgbm as lgb
    import numpy as np

    from models.explaining.explain import explain, explainer

    random = np.random.default_rng(1)
    matrix = random.standard_normal((_ROWS, _FEATURES), dtype=np.float32)
    target = matrix[:, 0] * matrix[:, 1] + np.abs(matrix[:, 2])
    options = {"num_leaves": 15, "verbosity": -1, "num_threads": 1, "deterministic": True, "seed": 1}
    trees = lgb.train(options, lgb.Dataset(matrix, target), num_boost_round=_TREES)
    names, some, ours = tuple(trees.feature_name()), matrix[:2_000], explainer(trees)
    return {
        "ours": lambda: explain(ours, some, names),
        "reference": lambda: trees.predict(some, pred_contrib=True, num_threads=1),
    }


def lists() -> dict[str, Work]:
    """1,000 lists by popularity, against the ten best unread articles of each by NumPy."""
    from gates.lists import made_of

    return made_of()


WORK = {"rows": rows, "nearest": nearest, "reasons": reasons, "lists": lists}


def measured(work: Work) -> dict[str, float]:
    """Best seconds of some turns, and the process's peak memory in bytes."""
    work()
    seconds = []
    for _ in range(_TURNS):
        began = time.process_time()
        work()
        seconds.append(time.process_time() - began)
    return {"seconds": min(seconds), "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(WORK[sys.argv[1]]()[sys.argv[2]])))
