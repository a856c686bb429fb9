"""Content vectors of articles that came after a training, in a file from one refresh to the next.

Only a shortcut: the same bits as without it, and where the file is missing all are made from their texts again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.features.grouping import Ints
from frontpage.features.interactions import times
from models.files import save_arrays
from models.retrieval.content import Vectors
from models.training.artefact import Model

#: Files that stay: of the champion, its challengers, and who was champion before.
_KEPT_FILES = 4


@dataclass(frozen=True, slots=True)
class LateVectors:
    """What earlier refreshes made for a model: vectors of `article_ids` (ascending), as recorded at `recorded_us`."""

    model: Model
    path: Path
    article_ids: NDArray[np.str_]
    recorded_us: Ints
    vectors: Vectors

    @classmethod
    def of(cls, model: Model, folder: Path) -> LateVectors:
        """Those kept below `folder`; none of a model that has not been served yet."""
        path = folder / f"{model.version}.npz"
        if not path.is_file():
            nothing = np.zeros((0, model.vectors.shape[1]), dtype=np.float32)
            return cls(model, path, np.zeros(0, dtype=np.str_), np.zeros(0, dtype=np.int64), nothing)
        with np.load(path, allow_pickle=False) as kept:
            return cls(model, path, kept["article_ids"], kept["recorded_us"], kept["vectors"])

    def lacks(self, articles: pd.DataFrame) -> NDArray[np.bool_]:
        """Articles whose text is needed: neither training nor an earlier refresh knew them as they are now."""
        return self.model.is_new(pd.Index(articles[c.ARTICLE_ID])) & (self._rows(articles) < 0)

    def of_articles(self, articles: pd.DataFrame) -> Vectors:
        """A vector of each article [article, dimension]; those of late ones are kept for the next refresh.

        Raises OSError where the file cannot be written.
        """
        ids, vectors = pd.Index(articles[c.ARTICLE_ID]), self.made(articles)
        is_new = self.model.is_new(ids)
        if self.lacks(articles).any():
            save_arrays(
                self.path,
                article_ids=ids[is_new].to_numpy(dtype=np.str_),
                recorded_us=times(articles[c.RECORDED_AT])[is_new],
                vectors=vectors[is_new],
            )
            self._forget()
        return vectors

    def made(self, articles: pd.DataFrame) -> Vectors:
        """The same without keeping anything."""
        ids, rows, lacking = pd.Index(articles[c.ARTICLE_ID]), self._rows(articles), self.lacks(articles)
        vectors = self.model.trained_vectors(ids)
        known = self.model.is_new(ids) & ~lacking
        vectors[known] = self.vectors[rows[known]]
        vectors[lacking] = self.model.content.vectors(articles[lacking])
        return vectors

    def _rows(self, articles: pd.DataFrame) -> Ints:
        """Row of each article's vector, -1 where there is none of this version of it."""
        rows = pd.Index(self.article_ids.astype(object)).get_indexer(pd.Index(articles[c.ARTICLE_ID]))
        recorded = np.append(self.recorded_us, 0)[rows]
        return np.where(recorded == times(articles[c.RECORDED_AT]), rows, -1).astype(np.int64)

    def _forget(self) -> None:
        """Remove the files of models that have not been served for long."""
        files = sorted(self.path.parent.glob("*.npz"), key=lambda path: path.stat().st_mtime_ns)
        for file in files[:-_KEPT_FILES]:
            file.unlink(missing_ok=True)
