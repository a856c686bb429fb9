"""Slices of an evaluation: lists by their reader's region and habit, and by the size of publishers that were read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from frontpage.core import columns as c
from frontpage.features.grouping import Floats, Ints
from frontpage.features.interactions import InteractionDataset, microseconds
from models.evaluation.evaluator import MEASURES, Evaluator, GroundTruth
from models.inputs import ScoringInputs
from models.topk import TopK

EVERYBODY = "all readers"
HABITS = ("cold readers", "light readers", "heavy readers")
#: Reads known of a reader from which each habit begins.
_FROM_READS = (0, 1, 20)
SIZES = ("large publishers", "middle publishers", "small publishers")
#: Publishers by their reads, the most read first: large ones have the first half of all reads, middle ones the next.
_UP_TO_SHARE = (0.5, 0.9)
#: Regions beyond these, by readers, are one slice.
_MOST_REGIONS = 12
_OTHER_REGIONS, _NO_REGION = "other regions", "no region"
_NDCG = MEASURES[0]


@dataclass(frozen=True, slots=True)
class Slices:
    """Names of all slices, whether anybody is in them or not, and what puts a list or an article into one.

    of_region: code of an audience -> place of its slice; its last element is for readers of no region.
    of_article [article]: place of the slice of its publisher's size, -1 where it has none.
    """

    names: tuple[str, ...]
    of_region: Ints
    of_article: Ints

    @classmethod
    def of(cls, dataset: InteractionDataset, until: datetime) -> Slices:
        """The slices of a dataset; sizes of publishers by the reads known until then."""
        regions, of_region = _regions(dataset)
        names = (EVERYBODY, *HABITS, *SIZES, *regions)
        return cls(names, of_region + 1 + len(HABITS) + len(SIZES), _sizes(dataset, until))

    def of_readers(self, now: ScoringInputs) -> tuple[Ints, Ints]:
        """Places of the slices of each reader row's habit and region."""
        asking = now.entities.states.readers
        habit = np.searchsorted(_FROM_READS, asking.reads.n_reads, side="right")
        return habit, self.of_region[asking.audiences[:, 0]]

    def parts(
        self, now: ScoringInputs, read_next: GroundTruth, lists: Mapping[str, TopK]
    ) -> Iterator[tuple[Ints, Ints, Mapping[str, Floats]]]:
        """Reader row and place of the slice of each list, and its nDCG@10 by who made it.

        A list stands in several slices. In one of publishers only what was read of these counts, and only lists whose
        reader read any of it.
        """
        whole = Evaluator.of(now.context, read_next)
        ndcg = {name: whole.measures(top_k)[_NDCG] for name, top_k in lists.items()}
        rows = np.arange(len(now.context.readers))
        for place in (np.zeros_like(rows), *self.of_readers(now)):
            yield rows, place, ndcg
        for size in range(1 + len(HABITS), 1 + len(HABITS) + len(SIZES)):
            theirs = Evaluator.of(now.context, _only(read_next, self.of_article[read_next.article] == size))
            read = np.flatnonzero(theirs.n_relevant > 0)
            part = {name: theirs.measures(top_k)[_NDCG][read] for name, top_k in lists.items()}
            yield read, np.full(len(read), size), part


def _only(read_next: GroundTruth, kept: np.ndarray) -> GroundTruth:
    return GroundTruth(
        read_next.reader[kept], read_next.article[kept], read_next.read_time[kept], read_next.grade[kept],
        read_next.dwell_seconds[kept],
    )  # fmt: skip


def _regions(dataset: InteractionDataset) -> tuple[tuple[str, ...], Ints]:
    """Names of the slices of regions, those with most readers first, and of each audience's code its place in them."""
    labels = [str(name) for name in dataset.names.audiences]
    known = dataset.reader_region[dataset.reader_region >= 0]
    n_readers = np.bincount(known, minlength=len(labels))
    regions = [code for code, label in enumerate(labels) if label.startswith(f"{c.REGION}=")]
    largest = sorted(regions, key=lambda code: (-n_readers[code], labels[code]))[:_MOST_REGIONS]
    names = [labels[code].removeprefix(f"{c.REGION}=") for code in largest]
    place = np.full(len(labels) + 1, len(names), dtype=np.int64)
    place[largest] = np.arange(len(largest))
    place[-1] = len(names) + 1
    return (*(f"region {name}" for name in names), _OTHER_REGIONS, _NO_REGION), place


def _sizes(dataset: InteractionDataset, until: datetime) -> Ints:
    """Place of each article's slice by the size of its publisher; one element more, for articles that are not known."""
    read = dataset.read_article[(dataset.read_known <= microseconds(until)) & (dataset.read_article >= 0)]
    publisher = dataset.publisher[read]
    n_reads = np.bincount(publisher[publisher >= 0], minlength=len(dataset.names.publishers))
    order = np.argsort(-n_reads, kind="stable")
    before = np.cumsum(n_reads[order]) - n_reads[order]
    size = np.empty(len(order), dtype=np.int64)
    size[order] = np.searchsorted(_UP_TO_SHARE, before / max(n_reads.sum(), 1), side="right")
    size[n_reads == 0] = len(SIZES) - 1
    of_publisher = np.append(1 + len(HABITS) + size, -1)
    return np.append(of_publisher[dataset.publisher], -1)
