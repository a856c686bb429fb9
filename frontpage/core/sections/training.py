"""Sections of params.yaml: what a model is trained with, and judged by."""

from pydantic import Field

from frontpage.core.sections.base import Section


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
    """Co-occurrence: who read what the reader has read, and what else they read."""

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
