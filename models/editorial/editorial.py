"""The rules in force at a moment, and the articles that each of them speaks of then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from frontpage.core import columns as c
from models.editorial.rule import EditorialRule

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class InForce:
    """A rule, and the ids that each of its groups means."""

    rule: EditorialRule
    ids: Mapping[str, frozenset[str]]

    def everything(self) -> frozenset[str]:
        """Ids of all its groups."""
        return frozenset().union(*self.ids.values())


@dataclass(frozen=True)
class Editorial:
    """What editors say at a moment. version: of the applied rules.

    retracted, flagged: ids that are listed nowhere, since they were taken back, or found or held to be misleading.
    """

    rules: tuple[InForce, ...] = ()
    version: int = 0
    retracted: frozenset[str] = frozenset()
    flagged: frozenset[str] = frozenset()
    _memo: dict[str, object] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def at(
        cls,
        rules: Sequence[EditorialRule],
        articles: pd.DataFrame,
        as_of: datetime,
        version: int = 0,
        retracted: Collection[str] = (),
        flagged: Collection[str] = (),
    ) -> Editorial:
        """The rules that hold at `as_of`. articles: article_id, publisher, author, category, url, title."""
        ids = articles[c.ARTICLE_ID].to_numpy(dtype=object)
        found = tuple(
            InForce(rule, {name: frozenset(ids[match.of(articles)]) for name, match in rule.matches().items()})
            for rule in rules
            if rule.is_in_force(as_of)
        )
        return cls(found, version, frozenset(retracted), frozenset(flagged))

    @cached_property
    def withheld(self) -> Mapping[str, str]:
        """What is listed nowhere -> the id of the rule that says so, `flagged` or `retracted`."""
        by_rule = {name: one.rule.id for one in reversed(self.rules) if one.rule.withholds for name in one.everything()}
        return by_rule | dict.fromkeys(self.flagged, "flagged") | dict.fromkeys(self.retracted, "retracted")

    @cached_property
    def at_work(self) -> tuple[InForce, ...]:
        """Rules that choose among what may be listed."""
        return tuple(one for one in self.rules if not one.rule.withholds)

    @cached_property
    def moved(self) -> frozenset[str]:
        """Ids that may stand against the order of scores."""
        return frozenset().union(*(one.everything() for one in self.rules if one.rule.moves))

    def without(self, rule_id: str) -> Editorial:
        """The same without one rule."""
        rules = tuple(one for one in self.rules if one.rule.id != rule_id)
        retracted = frozenset() if rule_id == "retracted" else self.retracted
        flagged = frozenset() if rule_id == "flagged" else self.flagged
        return Editorial(rules, self.version, retracted, flagged)

    @property
    def digest(self) -> str:
        """Of what lists hang on beside what is withheld: lists made under another are not kept."""
        written = [one.rule.model_dump(mode="json") for one in self.at_work]
        return hashlib.sha256(json.dumps(written, sort_keys=True).encode()).hexdigest() if written else ""

    def is_of(self, one: InForce, group: str, article_ids: pd.Index) -> NDArray[np.bool_]:
        """Whether each article is of a group of a rule; the last element is for no article."""
        return np.append(np.asarray(article_ids.isin([*one.ids.get(group, ())])), False)


NOTHING = Editorial()
