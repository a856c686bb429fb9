"""Variants: ways to make everybody's lists, each an entry of `params.yaml` that names its parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.core.schema.states import HALF_LIVES_HOURS
from models.parts import configured, registered
from models.reranking.rules import ListRule
from models.retrieval.sources import Source

CHAMPION, POPULARITY, TODAY = "champion", "popularity", "today"
#: In place of a list of sources: all of `candidates`, every live article, or those of categories picked at sign-up.
ALL_SOURCES, LIVE, PICKED = "candidates", "live", "picked"


class Variant(BaseModel):
    """The parts of a variant.

    rank `ranker` makes lists by a model version, and needs all four parts to be its own; `popularity` counts reads that
    fade with `half_life_hours`; `newest` goes by time of publication. With a rank that is the same for everybody, what
    the sources do not propose stands behind what they do.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    retrieve: tuple[str, ...] | Literal["candidates", "live", "picked"] = Field(
        "candidates",
        description="`candidates`: every source; `live`: every live article; `picked`: those of categories picked at "
        "sign-up before all others; or some sources by name",
    )
    rank: Literal["ranker", "popularity", "newest"] = Field("ranker", description="`ranker`, `popularity` or `newest`")
    half_life_hours: float | None = Field(None, description="of a read in `popularity`")
    rerank: tuple[Literal["rules", "exploration"], ...] = Field(
        ("rules", "exploration"), description="`rules`: those of `lists`; `exploration`: the last place by lot"
    )
    explain: Literal["shap", "counts"] = Field("shap", description="`shap` where trees rank, else `counts`")

    @property
    def needs_model(self) -> bool:
        """Whether its lists are a model version's."""
        return self.rank == "ranker"

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if isinstance(self.retrieve, tuple) and (unknown := [name for name in self.retrieve if name not in _sources()]):
            raise ValueError(f"there is no candidate source {unknown[0]}; there are {', '.join(_sources())}")
        if (self.rank == "popularity") != (self.half_life_hours is not None):
            raise ValueError("half_life_hours belongs to rank: popularity, which needs it")
        if self.half_life_hours is not None and self.half_life_hours not in HALF_LIVES_HOURS:
            raise ValueError(f"half_life_hours is one of {', '.join(f'{known:g}' for known in HALF_LIVES_HOURS)}")
        if self.needs_model != (self.explain == "shap"):
            raise ValueError("explain is shap with rank: ranker, and counts with any other")
        if self.needs_model and self.retrieve in (LIVE, PICKED):
            raise ValueError(f"a ranker needs candidates: retrieve is not {self.retrieve}")
        return self

    def as_written(self) -> dict[str, Any]:
        """The entry as `params.yaml` has it."""
        return self.model_dump(mode="json", exclude_none=True)


_DEFAULTS = {
    CHAMPION: Variant(),
    POPULARITY: Variant(retrieve=LIVE, rank="popularity", half_life_hours=2.0, rerank=("rules",), explain="counts"),
    TODAY: Variant(retrieve=PICKED, rank="newest", rerank=("rules",), explain="counts"),
}


def variants_of(params: Params) -> dict[str, Variant]:
    """Every variant by its name; `champion`, `popularity` and `today` are always there.

    Raises BadInputError for an entry that cannot be.
    """
    made = dict(_DEFAULTS)
    for name, written in params.variants.items():
        try:
            made[name] = Variant.model_validate(written)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, ("variants", name, *first["loc"])))
            raise BadInputError(f"{where}: {first['msg']}") from error
    if not made[CHAMPION].needs_model or made[POPULARITY].rank != "popularity":
        raise BadInputError("variants: champion has rank: ranker, and popularity has rank: popularity")
    return made


def complete(params: Params) -> Params:
    """The parameters with every source, list rule and variant spelled out.

    Raises BadInputError, one sentence, for what is not there and for values that cannot be.
    """
    sources, rules = configured(params.candidates, _sources(), "candidates"), registered(_RULES, ListRule)
    lists = {name: rule.value() for name, rule in configured(params.lists.rules, rules, "lists").items()}
    return params.model_copy(
        update={
            "candidates": {name: source.value() for name, source in sources.items()},
            "lists": type(params.lists).model_validate(params.lists.model_dump() | lists),
            "variants": {name: variant.as_written() for name, variant in variants_of(params).items()},
        }
    )


_RULES = "models.reranking.rules"


def _sources() -> Mapping[str, type[Source]]:
    return registered("models.retrieval.sources", Source)
