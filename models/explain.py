"""Reasons: exact SHAP values (TreeSHAP, Lundberg et al. 2020) of the served rows, grouped and put into words."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from features.entities import Entities, Pairs
from features.grouping import Floats, Ints
from features.pairs import GROUPS
from models.lists import CONTRIBUTION_DECIMALS, MAX_REASONS, MAX_SENTENCE
from models.phrases import LAST_RESORT, PHRASES, Phrase
from models.ranker import Matrix

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


def explainer(ranker: lgb.Booster) -> Any:
    """SHAP's exact explainer of the ranker's trees."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # shap warns about its own optional parts at import
        import shap
    return shap.TreeExplainer(ranker, feature_perturbation="tree_path_dependent")


def explain(trees: Any, matrix: Matrix, names: tuple[str, ...]) -> Explained:
    """Contributions of every feature to every row, by an `explainer`."""
    if not len(matrix):
        return Explained(np.zeros((0, len(names))), 0.0, names)
    values = np.asarray(trees.shap_values(matrix), dtype=np.float64)
    return Explained(values, float(np.ravel(trees.expected_value)[0]), names)


def reasons_of(explained: Explained, matrix: Matrix, entities: Entities, pairs: Pairs) -> NDArray[np.object_]:
    """Reasons of each row as JSON text: the true phrases of the groups that raised the score most, strongest first.

    At most MAX_REASONS; only those after the first must have raised it. Ties go by the order of the phrases.
    """
    phrase, is_true = _phrases(explained, matrix)
    strength = np.round(explained.of_groups(), CONTRIBUTION_DECIMALS) + 0.0
    strength = np.where(is_true, strength, -np.inf)
    order = np.argsort(-strength, axis=1, kind="stable")[:, :MAX_REASONS]
    best = np.take_along_axis(strength, order, axis=1)
    said = np.take_along_axis(phrase, order, axis=1)
    kept = np.isfinite(best) & ((best > 0) | (np.arange(order.shape[1]) == 0))
    return _as_json(said, best, kept, _labels(entities, pairs))


def _phrases(explained: Explained, matrix: Matrix) -> tuple[Ints, NDArray[np.bool_]]:
    """For each row and group the phrase to say and whether there is a true one."""
    n_rows = len(matrix)
    chosen = np.zeros((n_rows, len(_PHRASE_GROUPS)), dtype=np.int64)
    strongest = np.full((n_rows, len(_PHRASE_GROUPS)), -np.inf)
    for code, phrase in enumerate(PHRASES):
        if phrase.feature not in explained.names:
            continue
        at, group = explained.names.index(phrase.feature), _PHRASE_GROUPS.index(phrase.group)
        value = matrix[:, at]
        is_true = (value >= phrase.at_least) & (value <= phrase.at_most)
        strength = np.where(is_true, explained.contributions[:, at], -np.inf)
        better = strength > strongest[:, group]
        chosen[better, group] = code
        strongest[better, group] = strength[better]
    return chosen, np.isfinite(strongest)


def _labels(entities: Entities, pairs: Pairs) -> list[tuple[Any, Any]]:
    """Category and publisher of each row's article."""
    names, articles = entities.states.names, entities.states.articles
    category = np.array([*names.categories, None], dtype=object)[articles.category[pairs.articles]]
    publisher = np.array([*names.publishers, None], dtype=object)[articles.publisher[pairs.articles]]
    return list(zip(category.tolist(), publisher.tolist(), strict=True))


def _as_json(
    said: Ints, strength: Floats, kept: NDArray[np.bool_], labels: list[tuple[Any, Any]]
) -> NDArray[np.object_]:
    heads: dict[tuple[int, Any], str] = {}

    def head(code: int, label: tuple[Any, Any]) -> str:
        key = (code, label if "{" in PHRASES[code].text else None)
        if key not in heads:
            heads[key] = _head(PHRASES[code], label)
        return heads[key]

    rows = zip(said.tolist(), strength.tolist(), kept.tolist(), labels, strict=True)
    texts = [
        ",".join(
            f"{head(code, label)}{value}}}" for code, value, keep in zip(codes, values, keeps, strict=True) if keep
        )
        for codes, values, keeps, label in rows
    ]
    last_resort = f"{_head(LAST_RESORT, (None, None))}0.0}}"
    return np.array([f"[{text or last_resort}]" for text in texts], dtype=object)


def _head(phrase: Phrase, label: tuple[Any, Any]) -> str:
    """JSON of a reason up to its contribution."""
    text = phrase.text.format(category=label[0], publisher=label[1])[:MAX_SENTENCE]
    words = json.dumps({"code": phrase.group, "text": text}, separators=(",", ":"), ensure_ascii=False)
    return f'{words[:-1]},"contribution":'
