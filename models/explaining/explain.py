"""Reasons: exact SHAP values (TreeSHAP, Lundberg et al. 2020) of the served rows, grouped and given as codes."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.errors import CheckFailedError
from frontpage.features.entities import Entities, Pairs
from frontpage.features.grouping import Floats, Ints
from frontpage.features.names import Names
from frontpage.features.pairs import GROUPS
from models.explaining.phrases import LAST_RESORT, PHRASES
from models.explaining.rows import CONTRIBUTION_DECIMALS, MAX_REASONS, reason_head
from models.explaining.tree_shap import Forest, forest
from models.ranking.ranker import Matrix

# Here, not where it is used: shap keeps what its optional imports raised, and with it all that its importers were at.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its optional parts
    import shap

#: So many rows of each block are explained by shap, too, and may differ by this much.
_CHECKED_ROWS, _TOLERANCE = 8, 1e-9
#: What phrases name, in this order; then nothing.
_LABELS = (c.CATEGORY, c.PUBLISHER, None)
_PHRASE_GROUPS = tuple(dict.fromkeys(phrase.group for phrase in PHRASES))


@dataclass(frozen=True, slots=True)
class Explained:
    """Contribution of each feature to each row's score [row, feature]; with the base value they add up to the score."""

    contributions: Floats
    base: float
    names: tuple[str, ...]

    def of_groups(self, groups: tuple[str, ...] = _PHRASE_GROUPS) -> Floats:
        """Sum of the contributions of each group's features [row, group]."""
        of_feature = [GROUPS.get(name, name) for name in self.names]
        member = np.array([[float(group == name) for group in groups] for name in of_feature])
        return self.contributions @ member.reshape(len(of_feature), len(groups))


@dataclass(frozen=True, slots=True)
class Explainer:
    """SHAP's exact explainer of a ranker's trees, and the same trees as arrays, where they are small, for speed."""

    reference: Any
    forest: Forest | None

    @property
    def base(self) -> float:
        """What a row of which nothing is known scores."""
        return float(np.ravel(self.reference.expected_value)[0])

    def contributions(self, matrix: Matrix) -> Floats:
        """Contribution of each feature to each row [row, feature].

        Raises CheckFailedError where a random sample of the rows is not what shap says: the run stops, and nothing of
        it is served. Rows that are not drawn are served as they are.
        """
        if self.forest is None:
            return np.asarray(self.reference.shap_values(matrix), dtype=np.float64)
        values, rows = self.forest.contributions(matrix), _sample(matrix)
        furthest = np.abs(values[rows] - self.reference.shap_values(matrix[rows])).max(initial=0.0)
        if not furthest <= _TOLERANCE:  # a NaN differs too
            how_far = f"contributions differ from those of shap by up to {furthest:.3g}"
            raise CheckFailedError(f"{how_far}; was LightGBM or shap changed? see ADR 13")
        return values


def _sample(matrix: Matrix) -> Ints:
    """Rows to check, drawn by what the block holds: others in each block and run, the same where a run is repeated."""
    drawn = np.random.default_rng(zlib.crc32(matrix.tobytes()))
    return drawn.choice(len(matrix), min(_CHECKED_ROWS, len(matrix)), replace=False)


def explainer(ranker: lgb.Booster) -> Explainer:
    """The explainer of a ranker."""
    return Explainer(shap.TreeExplainer(ranker, feature_perturbation="tree_path_dependent"), forest(ranker))


def explain(trees: Explainer, matrix: Matrix, names: tuple[str, ...]) -> Explained:
    """Contributions of every feature to every row, by an `explainer`."""
    if not len(matrix):
        return Explained(np.zeros((0, len(names))), 0.0, names)
    return Explained(trees.contributions(matrix), trees.base, names)


def reasons_of(explained: Explained, matrix: Matrix, entities: Entities, pairs: Pairs) -> pa.StringArray:
    """Reasons of each row as JSON text: the true phrases of the groups that raised the score most, strongest first.

    At most MAX_REASONS; only those after the first must have raised it. Ties go by the order of the phrases. A phrase
    that names a label is left out where the article has none.
    """
    phrase, is_true = _phrases(explained, matrix)
    strength = np.round(explained.of_groups(), CONTRIBUTION_DECIMALS) + 0.0
    strength = np.where(is_true, strength, -np.inf)
    order = np.argsort(-strength, axis=1, kind="stable")[:, :MAX_REASONS]
    best = np.take_along_axis(strength, order, axis=1)
    said = np.take_along_axis(phrase, order, axis=1)
    kept = np.isfinite(best) & ((best > 0) | (np.arange(order.shape[1]) == 0))
    heads: _Heads = entities.article_memo.kept("heads of reasons", lambda: _Heads.of(entities.states.names))
    articles = entities.states.articles
    labels = (articles.category[pairs.articles], articles.publisher[pairs.articles])
    return _as_json(np.where(kept, heads.codes(said, labels), -1), np.where(kept, best, 0.0), heads)


def _phrases(explained: Explained, matrix: Matrix) -> tuple[Ints, NDArray[np.bool_]]:
    """For each row and group the phrase to say and whether there is a true one."""
    n_rows = len(matrix)
    rerank = np.zeros((n_rows, len(_PHRASE_GROUPS)), dtype=np.int64)
    strongest = np.full((n_rows, len(_PHRASE_GROUPS)), -np.inf)
    for code, phrase in enumerate(PHRASES):
        if phrase.feature not in explained.names:
            continue
        at, group = explained.names.index(phrase.feature), _PHRASE_GROUPS.index(phrase.group)
        value = matrix[:, at]
        is_true = (value >= phrase.at_least) & (value <= phrase.at_most)
        strength = np.where(is_true, explained.contributions[:, at], -np.inf)
        better = strength > strongest[:, group]
        rerank[better, group] = code
        strongest[better, group] = strength[better]
    return rerank, np.isfinite(strongest)


@dataclass(frozen=True, slots=True)
class _Heads:
    """JSON of every reason that can be given, up to its contribution: each phrase, with each label where it names one.

    first [phrase]: where the phrase's begin; label [phrase]: place in _LABELS of what it names.
    """

    texts: pa.StringArray
    first: Ints
    label: Ints

    @classmethod
    def of(cls, names: Names) -> _Heads:
        """The heads for these labels."""
        of_labels: tuple[Iterable[str | None], ...] = (names.categories, names.publishers, [None])
        values = dict(zip(_LABELS, of_labels, strict=True))
        texts, first = list[str](), list[int]()
        for phrase in PHRASES:
            first.append(len(texts))
            texts += [reason_head(phrase.code, phrase.args(value)) for value in values[phrase.label]]
        label = [_LABELS.index(phrase.label) for phrase in PHRASES]
        return cls(pa.array(texts, pa.string()), np.array(first), np.array(label))

    def codes(self, phrase: Ints, labels: tuple[Ints, Ints]) -> Ints:
        """Places in `texts` [row, reason] of phrases of rows whose articles have these labels; -1 where none is."""
        of_row = np.stack([*labels, np.zeros_like(labels[0])], axis=1)
        at = np.take_along_axis(of_row, self.label[phrase], axis=1)
        return np.where(at < 0, -1, self.first[phrase] + at)


def _as_json(codes: Ints, strength: Floats, heads: _Heads) -> pa.StringArray:
    """JSON texts of rows of reasons: codes of heads (-1: no reason) and contributions, rounded."""
    thousandths = np.rint(strength * 10**CONTRIBUTION_DECIMALS).astype(np.int64)
    distinct, place = np.unique(thousandths, return_inverse=True)
    numbers = pa.array([f"{value / 10**CONTRIBUTION_DECIMALS}}}" for value in distinct.tolist()], pa.string())
    parts = [
        pc.binary_join_element_wise(heads.texts.take(pa.array(column, mask=column < 0)), numbers.take(pa.array(at)), "")
        for column, at in zip(codes.T, place.reshape(codes.shape).T, strict=True)
    ]
    joined = pc.binary_join_element_wise(*parts, ",", null_handling="skip")
    joined = pc.if_else(pc.equal(pc.binary_length(joined), 0), f"{reason_head(LAST_RESORT.code, {})}0.0}}", joined)
    return pc.binary_join_element_wise("[", joined, "]", "")
