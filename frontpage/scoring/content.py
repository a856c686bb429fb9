"""Content vectors of the articles in a run's lists, as the run had them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontpage.core.settings import Settings
from frontpage.lifecycle import registry
from frontpage.scoring.prepare import VECTORS
from frontpage.store import versions
from frontpage.store.connect import Connection
from frontpage.store.history import articles_with_texts
from models.retrieval.late_vectors import LateVectors


def content_vectors(
    connection: Connection, settings: Settings, run: Mapping[str, Any]
) -> Callable[[pd.DataFrame], NDArray[np.float32]]:
    """Vectors of articles [article, dimension], ordered by id, by the version that a run compared them with.

    Without a column where it compared none, since there was no model yet.
    """

    def vectors_of(articles: pd.DataFrame) -> NDArray[np.float32]:
        name = (run["details"] or {}).get(VECTORS)
        if name is None:
            return np.zeros((len(articles), 0), dtype=np.float32)
        kept = LateVectors.of(registry.loaded(versions.get(connection, name), settings), settings.path("vectors"))
        return kept.made(articles_with_texts(connection, articles, kept.lacks(articles), run["as_of"]))

    return vectors_of
