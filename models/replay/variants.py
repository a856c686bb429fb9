"""Variants of a replay. `rules`: every list rule of the parameters switched off or on in turn, and exploration.

`kept`: lists that stand for as long as the parameters let them, where everything else makes every list at every cutoff.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from models.reranking.rerank import RULES
from models.variants import complete

#: Of `exploration.share`: the value that switches it off, and one to try it with.
_EXPLORATION = {"share": (0.0, 0.1)}


@dataclass(frozen=True, slots=True)
class Change:
    """One rule switched: on with `value` where the parameters have it off, else off; `params` are all of them then."""

    rule: str
    is_on: bool
    value: float
    params: Params

    @property
    def name(self) -> str:
        """E.g. `without max_similarity` or `with min_fresh 3`."""
        return f"with {self.rule} {self.value:g}" if self.is_on else f"without {self.rule}"


def changes(params: Params) -> Mapping[str, Change]:
    """Every change by its name."""
    params = complete(params)
    made = [_change(params, "lists", rule, (kind.off, kind.trial)) for rule, kind in RULES.items()]
    made += [_change(params, "exploration", rule, ends) for rule, ends in _EXPLORATION.items()]
    return {change.name: change for change in made}


def kept_lists(params: Params) -> Change:
    """The parameters' own lists, kept by their readers who are not due.

    Raises BadInputError where the parameters keep none.
    """
    hours = params.lists.max_list_age_hours
    if hours == 0:
        raise BadInputError("--variants kept: lists.max_list_age_hours is 0, so no list is kept; set it in params.yaml")
    return Change("max_list_age_hours", True, hours, params)


def _change(params: Params, section: str, rule: str, ends: tuple[float, float]) -> Change:
    off, on = ends
    part = getattr(params, section)
    is_on = getattr(part, rule) == off
    value = on if is_on else off
    changed = params.model_copy(update={section: part.model_copy(update={rule: value})})
    return Change(rule if section == "lists" else f"{section}.{rule}", is_on, value, changed)
