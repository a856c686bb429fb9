"""When a version that passed the gate is accepted for its readers, and fit for its target."""

from pydantic import Field

from frontpage.core.sections.base import Section


class AcceptanceParams(Section):
    """The test on the last hours, from which nothing was learned, chosen or calibrated."""

    n_cutoffs: int = Field(4, ge=0, description="moments at which lists are judged; 0: no hours are held back")
    cutoff_hours: float = Field(3.0, gt=0, description="distance between them, at least the window of an answer")
    max_readers_per_cutoff: int = Field(5_000, ge=1, description="drawn by lot; decides how long the test takes")
    min_ndcg: float = Field(0.01, ge=0, le=1, description="nDCG@10 that what is served must reach, whatever else")
    max_loss: float = Field(0.05, ge=0, le=1, description="share of the champion's nDCG@10 that may be lost, over all")
    max_slice_loss: float = Field(0.15, ge=0, le=1, description="the same in each slice of readers or publishers")
    min_slice_readers: int = Field(100, ge=1, description="a slice with fewer readers is said, not judged")


#: Those that only the verdict depends on: another value of them makes no other model.
VERDICT_ONLY = frozenset({"max_readers_per_cutoff", "min_ndcg", "max_loss", "max_slice_loss", "min_slice_readers"})


class FitnessParams(Section):
    """What a version may ask of the machine that makes lists with it."""

    max_load_seconds: float = Field(120.0, gt=0, description="to read and check its files in a new process")
    max_seconds_per_1000_rows: float = Field(1.0, gt=0, description="of pairs to score, on one thread")
    max_memory_mb: int = Field(8_192, ge=1, description="of that process at its peak; the target must have it free")
    same_cpu: bool = Field(
        True, description="refuse a machine that lacks what the trained bits hang on; false: other last bits are fine"
    )
