"""A seeded newsroom of some hundred readers with two tastes and two regions, whose next reads can be learned."""

from datetime import timedelta
from typing import Any

import numpy as np

from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.sections.training import AlsParams, ContentParams, EvaluationParams, RankerParams

from .worlds import NOW, article, history, reader

#: Small enough for a test, with everything switched on.
PARAMS = Params(
    content=ContentParams(n_dimensions=4, max_terms=200),
    als=AlsParams(factors=4, iterations=4, checkpoint_every=2),
    candidates={"popular": 20, "audience": 10, "read_together": 10, "similar_readers": 10},
    ranker=RankerParams(
        n_trees=12, n_leaves=7, chunk_trees=4, min_child_samples=5, n_cutoffs=4, cutoff_hours=5, window_hours=2
    ),
    evaluation=EvaluationParams(n_cutoffs=2, cutoff_hours=3),
    first_training=None,  # or the first training of a test would be another than every other
)
_WORDS = {"sport": "goal match league striker", "money": "bank rates inflation market"}


def newsroom(n_readers: int = 120, n_hours: int = 48, seed: int = 1, **fields: Any) -> History:
    """Readers read an article of their own category and region within hours of its coming out, now and then another.

    Two articles an hour for each category and region; `fields` replaces fields of every read.
    """
    random = np.random.default_rng(seed)
    articles, reads = [], []
    for hour in range(n_hours, 0, -1):
        for number, (category, region) in enumerate((k, r) for k in ("sport", "money") for r in ("north", "south")):
            name = f"{category[0]}{region[0]}{n_hours - hour:03d}"
            articles.append(article(name, hour, category=category, title=_WORDS[category], summary=f"day {hour % 7}",
                                    language="en", publisher=f"paper {number % 2}"))  # fmt: skip
    for key in range(n_readers):
        taste, region = ("sport", "money")[key % 2], ("north", "south")[key // 2 % 2]
        for hour in range(n_hours - 1, -1, -1):
            if random.random() < 0.25:
                mood = taste if random.random() < 0.9 else ("money", "sport")[key % 2]
                age = min(int(random.exponential(1.5)), n_hours - 1 - hour)
                name = f"{mood[0]}{region[0]}{n_hours - hour - 1 - age:03d}"
                reads.append(_read(key, name, hour + 0.9 * random.random(), region, random, fields))
    readers = [
        reader(key, region=("north", "south")[key // 2 % 2], interests=("sport",) if key % 4 == 0 else None,
               signed_up_at=NOW - timedelta(days=9), recorded_at=NOW - timedelta(days=9))
        for key in range(n_readers)
    ]  # fmt: skip
    return history(articles, reads, readers)


def _read(
    key: int, name: str, hours: float, region: str, random: np.random.Generator, fields: dict[str, Any]
) -> dict[str, Any]:
    moment = NOW - timedelta(hours=hours)
    dwell = float(random.integers(5, 200))
    return {
        c.EVENT_ID: f"{key}-{name}-{hours:.5f}", c.READER_KEY: key, c.ARTICLE_ID: name, c.KIND: "read",
        c.OCCURRED_AT: moment, c.RECORDED_AT: moment, c.DWELL_SECONDS: dwell, c.REGION: region, **fields,
    }  # fmt: skip
