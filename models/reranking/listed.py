"""Lists as arrays, with what the list rules ask of their articles: shortlists to pick from, and finished lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from frontpage.features.grouping import Floats, Ints
    from models.inputs import ScoringInputs

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """What rules ask of articles [article]; the last row stands for no article.

    publisher, category: codes, -1 where there is none. age_hours: infinite for no article. vectors: of length 1, zeros
    where there is no text; without a column where nothing is compared.
    """

    publisher: Ints
    category: Ints
    age_hours: Floats
    vectors: NDArray[np.float32]

    @classmethod
    def padded(cls, publisher: Ints, category: Ints, age_hours: Floats, vectors: NDArray[np.float32]) -> ArticleFacts:
        """The facts of some articles, and the row for none."""
        nothing = np.zeros((1, vectors.shape[1]), dtype=np.float32)
        return cls(
            np.append(publisher, -1),
            np.append(category, -1),
            np.append(age_hours, np.inf),
            np.vstack([vectors, nothing]),
        )

    @classmethod
    def of(cls, now: ScoringInputs, *, compares_texts: bool) -> ArticleFacts:
        """Those of a moment's live articles; vectors only where they are asked for. Worked out once."""
        at = now.context
        vectors = now.article_vectors if compares_texts else now.article_vectors[:, :0]

        def made() -> ArticleFacts:
            return cls.padded(at.dataset.publisher[at.live], at.dataset.category[at.live], at.age_hours(), vectors)

        facts: ArticleFacts = now.memo.kept(("facts", compares_texts), made)
        return facts


@dataclass(slots=True)
class Listed:
    """Lists of articles [list, place]: rows of the facts, -1 where a list has ended.

    is_judged [list, place]: whether the rules were to keep to it; False where a place was filled with them waived, and
    where there is none. hours_later [list]: how long before the moment of the facts each list was made.
    """

    facts: ArticleFacts
    rows: Ints
    is_judged: Mask
    hours_later: Floats
    _vectors: list[NDArray[np.float32]] = field(default_factory=list)

    @classmethod
    def of(
        cls, facts: ArticleFacts, rows: Ints, is_waived: Mask | None = None, hours_later: Floats | None = None
    ) -> Listed:
        """Lists of rows; none waived and all made at the moment of the facts where not said otherwise."""
        is_judged = rows >= 0 if is_waived is None else (rows >= 0) & ~is_waived
        return cls(facts, rows, is_judged, np.zeros(len(rows)) if hours_later is None else hours_later)

    def part(self, lists: slice) -> Listed:
        """Some of the lists."""
        return Listed(self.facts, self.rows[lists], self.is_judged[lists], self.hours_later[lists])

    @property
    def publisher(self) -> Ints:
        """Code of each place's publisher, or -1."""
        return self.facts.publisher[self.rows]

    @property
    def category(self) -> Ints:
        """Code of each place's category, or -1."""
        return self.facts.category[self.rows]

    @property
    def age_hours(self) -> Floats:
        """Age of each place's article when its list was made."""
        ages: Floats = self.facts.age_hours[self.rows] - self.hours_later[:, None]
        return ages

    @property
    def vectors(self) -> NDArray[np.float32]:
        """Content vector of each place's article [list, place, dimension]; gathered once."""
        if not self._vectors:
            self._vectors.append(self.facts.vectors[self.rows])
        return self._vectors[0]
