"""Parameters of the pipeline: `params.yaml`, the same file for Airflow, DVC and people."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from frontpage.core.errors import BadInputError
from frontpage.core.sections.base import Section
from frontpage.core.sections.digest import DigestParams
from frontpage.core.sections.editorial import EditorialParams


class ScheduleParams(Section):
    """When Airflow runs each cadence (cron, UTC)."""

    refresh: str = "0 * * * *"
    retrain: str = "30 2 * * *"
    digest: str = "20 * * * *"
    purge: str = "45 3 * * *"


class ExtractParams(Section):
    """What an installation knows of its sites' addresses, beside the list of tracking fields that comes with the code.

    A name in any case; `*` at its end stands for any ending.
    """

    tracking_fields: tuple[str, ...] = Field((), description="query fields that say where a click came from")
    page_fields: tuple[str, ...] = Field((), description="query fields that name a page here, whatever the list says")


#: Half-lives with which reads are counted, from bursts of minutes to what has lasted for days. Each one is also a
#: baseline that the ranker has to beat. With hourly lists, counts of the last minutes beat counts of the last hour on a
#: national news portal's log, and one list a day wants hours and days (docs/reference/features.md).
HALF_LIVES_HOURS = (0.1, 0.25, 0.5, 1.0, 2.0, 6.0, 12.0, 24.0, 72.0, 168.0)


class ListParams(Section):
    """What may stand in a list, for whom lists are made, and, by name, the list rules that choose ten candidates.

    The rules are those of `models/reranking/rules`, which know their own parameters.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    max_age_days: float = Field(14.0, gt=0, description="older articles have expired")
    active_days: float = Field(30.0, gt=0, description="readers who read or signed up within this are active")
    max_list_age_hours: float = Field(
        12.0, ge=0, description="older lists are made anew; 0: every list is, at each refresh"
    )
    max_visit_age_hours: float = Field(
        0.6, ge=0, description="so are lists of this age, times how much likelier their reader comes next than others"
    )
    habit_half_life_days: float = Field(30.0, gt=0, description="of a visit in what is known of a reader's habits")

    @property
    def rules(self) -> Mapping[str, Any]:
        """What is written of list rules, by name."""
        return self.model_extra or {}


class ExplorationParams(Section):
    """The last of the ten places given to a fresh article by lot, so that new articles earn their counts."""

    share: float = Field(0.0, ge=0, le=1, description="of lists whose last place is drawn; 0: none")
    max_age_hours: float = Field(6.0, gt=0, description="an older article has had its chance")
    max_reads: int = Field(20, ge=0, description="an article with more reads needs no lot")


class DataParams(Section):
    """Bounds of the history that a step looks at."""

    max_days: float = Field(120.0, gt=0)
    max_interactions: int = Field(5_000_000, gt=0, description="the newest ones")
    max_unread_days: float = Field(
        14.0,
        gt=0,
        description="an article that nobody read counts if it came so long before the first read that does, or later; "
        "not shorter than lists.max_age_days",
    )

    nobody: tuple[str, ...] = Field(
        (), description="reader ids that are nobody's here, beside `undefined`, `(not set)` and others of a kept list"
    )

    def since(self, as_of: datetime) -> datetime:
        """What happened up to this moment does not count at `as_of`."""
        return as_of - timedelta(days=self.max_days)

    def unread_since(self, as_of: datetime, first_read: datetime | None) -> datetime:
        """Articles that came up to this moment and were not read do not count; `first_read`: the first that does."""
        return max(self.since(as_of), (first_read or as_of) - timedelta(days=self.max_unread_days))


class ContentParams(Section):
    """Text vectors: TF-IDF of title, summary and body, then truncated SVD."""

    n_dimensions: int = Field(32, ge=2)
    max_terms: int = Field(20_000, ge=10)
    half_life_days: float = Field(14.0, gt=0, description="of a read in what a reader's recent reads look like")


class AlsParams(Section):
    """Implicit-feedback ALS (Hu, Koren, Volinsky 2008)."""

    factors: int = Field(32, ge=2)
    iterations: int = Field(12, ge=1)
    regularization: float = Field(0.05, ge=0)
    alpha: float = Field(20.0, gt=0, description="confidence of one read of full weight")
    checkpoint_every: int = Field(3, ge=1, description="iterations")
    warm_start: bool = Field(True, description="from the champion's factors; work on files always starts cold")


class RankerParams(Section):
    """LambdaMART over candidates of past cutoffs, trained in fixed chunks with a seed per chunk."""

    n_trees: int = Field(60, ge=1)
    n_leaves: int = Field(15, ge=2)
    learning_rate: float = Field(0.07, gt=0)
    min_child_samples: int = Field(100, ge=1, description="rows in a leaf; small data overfit below this")
    feature_fraction: float = Field(0.8, gt=0, le=1, description="features that each tree may use, drawn by lot")
    truncation_level: int = Field(15, ge=1, description="LambdaMART: places from the top whose pairs it learns from")
    chunk_trees: int = Field(10, ge=1)
    n_cutoffs: int = Field(30, ge=1, description="past refreshes that training looks at, at least")
    max_cutoffs: int = Field(160, ge=1, description="at most: there are more of them where each has few readers")
    max_pairs: int = Field(1_500_000, ge=1, description="of reader and article, about; decides between the two")
    cutoff_hours: float = Field(13.0, gt=0, description="longest distance between them; closer in a short history")
    window_hours: float = Field(1.0, gt=0, description="reads this long after a cutoff are its positives; more if few")
    max_readers_per_cutoff: int = Field(1_500, ge=1)
    list_candidates: int = Field(50, ge=10, description="pairs kept of each list that is learned from")
    max_position_weight: float = Field(
        4.0, ge=1, description="most that a read from low in a list counts in learning; 1: positions do not matter"
    )


class CoOccurrenceParams(Section):
    """Co-reading: who read what the reader has read, and what else they read."""

    half_life_hours: float = Field(72.0, gt=0, description="of what else they read")
    max_reads: int = Field(500_000, ge=1, description="newest reads looked at")
    max_articles: int = Field(2_000, ge=1, description="live articles looked at, the most read ones")


class FirstTrainingParams(Section):
    """Most that a training may use while there is no version yet: personal lists come sooner, the next one is whole."""

    n_cutoffs: int = Field(8, ge=1, description="past refreshes to look at, at most")
    max_readers_per_cutoff: int = Field(500, ge=1, description="as in ranker")
    n_trees: int = Field(30, ge=1, description="as in ranker")


class EvaluationParams(Section):
    """The newest cutoffs; they span a day so that every time of day counts.

    A ranker is judged, and scores are calibrated, before it learns from them too.
    """

    n_cutoffs: int = Field(4, ge=1)
    cutoff_hours: float = Field(7.0, gt=0, description="distance between them")
    max_readers_per_cutoff: int = Field(20_000, ge=1)


class ExplainParams(Section):
    """How much of the lists the explanation keeps in detail; reasons are on every recommendation anyway."""

    max_readers: int = Field(1_000, ge=1, description="readers whose rows keep the contribution of every group")


class GateParams(Section):
    """When a candidate model becomes champion."""

    min_ratio_to_champion: float = Field(0.99, gt=0)
    max_chance: float = Field(
        0.05, ge=0, description="shortfall against the champion that chance may excuse where lists are few, a share"
    )
    min_ratio_to_popularity: float = Field(
        1.0, gt=0, description="to the best fading count; below it that count is served, in all or in a segment"
    )
    min_segment_lists: int = Field(
        500, ge=1, description="held-out lists by which a segment is judged of itself; with fewer it goes with all"
    )
    memory_days: float = Field(14.0, ge=0, description="held-out cutoffs of versions this old count against the counts")


class QualityParams(Section):
    """Limits of the checks on tables and lists; docs/reference/expectations.md says where each one is used."""

    window_days: float = Field(7.0, gt=0, description="rows recorded within this are checked one by one")
    max_rows: int = Field(2_000_000, gt=0, description="of these at most the newest so many")
    min_volume: float = Field(0.25, ge=0, description="a day with a smaller share of what it should bring is stopped")
    low_volume: float = Field(0.5, ge=0, description="a smaller share is worth a warning")
    max_quarantined: float = Field(0.5, gt=0, description="share of a pull; more stops the run")
    max_constant: float = Field(0.5, gt=0, description="share of one dwell time, as the mean over readers")
    max_suspicious: float = Field(0.5, gt=0, description="share of a day's reads, as the mean over its readers")
    max_waived: float = Field(0.03, ge=0, le=1, description="share of places filled with the list rules waived")
    min_full_lists: float = Field(0.98, ge=0, description="share of active readers whose list is as long as it can be")
    pages_kept: int = Field(24, ge=1, description="Data Docs pages kept per boundary")


class RetentionParams(Section):
    """How long what serves no list any more is kept."""

    runs: int = Field(
        72, ge=1, description="runs whose lists are kept, to roll back to and for `why`; hourly ones of three days"
    )
    served_list_days: float = Field(90.0, gt=0, description="of lists that were answered")
    link_click_days: float = Field(180.0, gt=0, description="of requests of links in mails")
    inbox_days: float = Field(30.0, gt=0, description="of events, and of mails that came back, that nobody took over")
    quarantine_days: float = Field(180.0, gt=0, description="of rows that no extract could use, released or not")
    digest_days: float = Field(400.0, gt=0, description="of deliveries, bounces and complaints")
    erased_file_days: float = Field(
        30.0, gt=0, description="after which a file that holds a forgotten reader and cannot be rewritten is deleted"
    )
    state_days: float = Field(
        30.0, gt=0, description="of states at past moments; a training that looks back further writes them anew"
    )


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
    explain: ExplainParams = ExplainParams()
    quality: QualityParams = QualityParams()
    digest: DigestParams = DigestParams()
    retention: RetentionParams = RetentionParams()
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
