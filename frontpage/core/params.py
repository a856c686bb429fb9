"""Parameters of the pipeline: `params.yaml`, the same file for Airflow, DVC and people."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, Field, ValidationError, model_validator

from frontpage.core.errors import BadInputError
from frontpage.core.sections.acceptance import AcceptanceParams, FitnessParams
from frontpage.core.sections.base import Section
from frontpage.core.sections.data import DataParams, ExtractParams, QualityParams, RetentionParams
from frontpage.core.sections.digest import DigestParams
from frontpage.core.sections.editorial import EditorialParams
from frontpage.core.sections.judging import ExperimentParams, OffPolicyParams, OutcomeParams
from frontpage.core.sections.lists import ExplorationParams, ListParams
from frontpage.core.sections.pilot import PilotParams
from frontpage.core.sections.rollout import RolloutParams
from frontpage.core.sections.training import (
    AlsParams,
    ContentParams,
    CoOccurrenceParams,
    EvaluationParams,
    ExplainParams,
    FirstTrainingParams,
    GateParams,
    RankerParams,
)
from frontpage.core.sections.watching import ArrivalsParams, BusinessParams, DataReportParams, DriftParams


class ScheduleParams(Section):
    """When Airflow runs each cadence (cron, UTC)."""

    refresh: str = "0 * * * *"
    retrain: str = "30 2 * * *"
    digest: str = "20 * * * *"
    purge: str = "45 3 * * *"
    data_report: str = "15 5 1 * *"


class Params(Section):
    """All parameters. `seed` feeds every random number generator."""

    seed: int = 20260301
    threads: int = Field(2, ge=1)
    schedule: ScheduleParams = ScheduleParams()
    extract: ExtractParams = ExtractParams()
    lists: ListParams = ListParams()
    data: DataParams = DataParams()
    exploration: ExplorationParams = ExplorationParams()
    content: ContentParams = ContentParams()
    als: AlsParams = AlsParams()
    co_occurrence: CoOccurrenceParams = CoOccurrenceParams()
    candidates: dict[str, Any] = Field({}, description="by source of `models/retrieval/sources`")
    variants: dict[str, Any] = Field({}, description="by name: the parts that make a variant's lists")
    ranker: RankerParams = RankerParams()
    first_training: FirstTrainingParams | None = Field(
        FirstTrainingParams(), description="null: the first training is as large as every other"
    )
    evaluation: EvaluationParams = EvaluationParams()
    gate: GateParams = GateParams()
    acceptance: AcceptanceParams = AcceptanceParams()
    fitness: FitnessParams = FitnessParams()
    explain: ExplainParams = ExplainParams()
    quality: QualityParams = QualityParams()
    digest: DigestParams = DigestParams()
    outcomes: OutcomeParams = OutcomeParams()
    experiments: ExperimentParams = ExperimentParams()
    off_policy: OffPolicyParams = OffPolicyParams()
    rollout: RolloutParams = RolloutParams()
    pilot: PilotParams = PilotParams()
    retention: RetentionParams = RetentionParams()
    drift: DriftParams = DriftParams()
    arrivals: ArrivalsParams = ArrivalsParams()
    business: BusinessParams = BusinessParams()
    data_report: DataReportParams = DataReportParams()
    editorial: EditorialParams = EditorialParams()

    @model_validator(mode="after")
    def _knows_what_is_listed(self) -> Self:
        if self.data.max_unread_days < self.lists.max_age_days:
            raise ValueError("data.max_unread_days must be at least lists.max_age_days: what may be listed counts")
        return self

    @property
    def max_age(self) -> timedelta:
        """Age at which an article expires."""
        return timedelta(days=self.lists.max_age_days)

    def for_first_training(self) -> Self:
        """These parameters within the limits of `first_training`; the same where it is null or nothing is beyond them.

        `max_cutoffs` comes down to `n_cutoffs`, so that few readers at a time do not bring more of them.
        """
        limits, ranker = self.first_training, self.ranker
        if limits is None:
            return self
        n_cutoffs = min(ranker.n_cutoffs, limits.n_cutoffs)
        smaller = {
            "n_cutoffs": n_cutoffs,
            "max_cutoffs": min(ranker.max_cutoffs, n_cutoffs),
            "max_readers_per_cutoff": min(ranker.max_readers_per_cutoff, limits.max_readers_per_cutoff),
            "n_trees": min(ranker.n_trees, limits.n_trees),
        }
        return self.model_copy(update={"ranker": ranker.model_copy(update=smaller)})


def earlier_params(written: Mapping[str, Any]) -> Params:
    """Parameters as an earlier release wrote them: keys that are gone since are left out, new ones have defaults."""
    return Params.model_validate(_still_there(Params, written))


def _still_there(section: type[BaseModel], written: Mapping[str, Any]) -> dict[str, Any]:
    is_open = section.model_config.get("extra") == "allow"
    kept = dict(written) if is_open else {name: written[name] for name in section.model_fields if name in written}
    for name in section.model_fields.keys() & kept.keys():
        kind, value = section.model_fields[name].annotation, kept[name]
        if isinstance(kind, type) and issubclass(kind, Section):
            kept[name] = _still_there(kind, value)
    return kept


def load_params(path: Path) -> Params:
    """Parameters from a YAML file.

    Raises BadInputError for a file that is not there or cannot be read, and naming the key that is wrong.
    """
    try:
        # As bytes: YAML itself says in which encoding they are.
        loaded: Any = yaml.safe_load(path.read_bytes()) or {}
        return Params.model_validate(loaded)
    except OSError as error:
        sentence = f"{path} cannot be read ({error.strerror}); correct FRONTPAGE_PARAMS_FILE, or unset it"
        raise BadInputError(sentence) from error
    except (yaml.YAMLError, ValueError) as error:
        raise BadInputError(f"{path}: {_fault(error)}") from error


def _fault(error: Exception) -> str:
    """What is wrong with a file of parameters, on one line."""
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return ": ".join(part for part in (".".join(map(str, first["loc"])), first["msg"]) if part)
    return f"not YAML: {' '.join(str(error).split())}"
