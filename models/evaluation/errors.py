"""Where a model errs: what was read next and stood in no list, by segment and category, with why and with examples.

A read is missed at one of three steps: the article could not be listed then (not out yet, expired), no source proposed
it, or the ranker put ten others before it. Only the latter two are the model's errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from frontpage.core import columns as c
from frontpage.core.clock import iso
from frontpage.features.grouping import Floats, Ints
from frontpage.features.interactions import InteractionDataset
from models.evaluation.evaluator import GroundTruth
from models.evaluation.slices import Slices
from models.inputs import ScoringInputs
from models.pipeline import ListPipeline
from models.replay.bootstrap import ratio, resampled, sums_by_group
from models.replay.sums import ends_of, rounded
from models.topk import TopK

LISTED, NOT_LISTABLE, NOT_PROPOSED, RANKED_LOW = range(4)
OUTCOMES = ("listed", "could not be listed", "not proposed", "ranked below ten")
WAYS = ("habit", "region", "size of the publisher", "category")


@dataclass(frozen=True, slots=True)
class Missed:
    """Reads that followed the lists of a moment [read]: reader row, article (dataset position), seconds, OUTCOMES.

    place [way, read]: the group by each of WAYS, counted through; categories come after the slices; -1: none.
    lists: what was listed, by reader row and dataset position.
    """

    as_of: datetime
    readers: Ints
    reader: Ints
    article: Ints
    seconds: Floats
    outcome: Ints
    place: Ints
    lists: TopK

    @property
    def is_error(self) -> Any:
        """Whether the model could have listed it and did not [read]."""
        return self.outcome >= NOT_PROPOSED


def missed(pipeline: ListPipeline, now: ScoringInputs, read_next: GroundTruth, lists: TopK, slices: Slices) -> Missed:
    """What became of each read that followed the lists of a moment, given by dataset position."""
    at, article = now.context, read_next.article
    n_articles, reader = max(len(at.dataset.article_ids), 1), np.searchsorted(at.readers, read_next.reader)
    pairs, _ = pipeline.candidates_of(now, np.arange(len(at.readers), dtype=np.int64))
    key = reader * n_articles + article
    outcome = np.select(
        [
            np.isin(key, lists.reader * n_articles + lists.article),
            ~np.isin(article, at.live),
            ~np.isin(key, pairs.reader * n_articles + at.live[pairs.article]),
        ],
        [LISTED, NOT_LISTABLE, NOT_PROPOSED],
        RANKED_LOW,
    )
    habit, region = slices.of_readers(now)
    category = at.dataset.category[article]
    place = np.stack([
        habit[reader], region[reader], slices.of_article[article],
        np.where(category >= 0, len(slices.names) + category, -1),
    ])  # fmt: skip
    return Missed(at.as_of, at.readers, reader, article, read_next.dwell_seconds, outcome, place, lists)


def errors(
    dataset: InteractionDataset, slices: Slices, found: Sequence[Missed], min_reads: int, seed: int
) -> dict[str, Any]:
    """`errors`: a row for each group that was read of, the worst first; `examples`: a list of the worst by each way."""
    names = (*slices.names, *(str(name) for name in dataset.names.categories))
    groups = _groups(names, found, seed)
    worst = [
        next((row for row in groups if row["by"] == way and row["missed"] and row["n_listable"] >= min_reads), None)
        for way in WAYS
    ]
    examples = [_example(dataset, found, row["by"], names.index(row["group"], _first(row, slices)), row)
                for row in worst if row is not None]  # fmt: skip
    return {"errors": groups, "examples": examples}


def _first(row: dict[str, Any], slices: Slices) -> int:
    """Where names of the way begin: a category may be called like a slice."""
    return len(slices.names) if row["by"] == WAYS[-1] else 0


def _groups(names: tuple[str, ...], found: Sequence[Missed], seed: int) -> list[dict[str, Any]]:
    outcome = np.concatenate([one.outcome for one in found])
    place = np.concatenate([one.place for one in found], axis=1)
    reader = np.unique(np.concatenate([one.readers[one.reader] for one in found]), return_inverse=True)[1]
    columns = [np.tile((outcome == code).astype(np.float64), len(WAYS)) for code in range(len(OUTCOMES))]
    readers = np.tile(reader.astype(np.int64), len(WAYS))
    table = sums_by_group(readers, place.ravel(), len(names), columns)
    sums = np.asarray(table.sum(axis=1)).reshape(len(names), len(OUTCOMES))
    drawn = resampled({"": table}, seed)[""].reshape(len(names), len(OUTCOMES), -1)
    rows = [
        _row(way, names[code], sums[code], drawn[code])
        for way, places in zip(WAYS, place, strict=True)
        for code in np.unique(places[places >= 0])
    ]
    return sorted(rows, key=lambda row: (WAYS.index(row["by"]), -(row["missed"] or 0.0), row["group"]))


def _row(way: str, name: str, sums: Floats, drawn: Floats) -> dict[str, Any]:
    """Shares of the reads that could have been listed, but for the share that could not."""
    listable, drawn_listable = sums.sum() - sums[NOT_LISTABLE], drawn.sum(axis=0) - drawn[NOT_LISTABLE]
    share = {code: rounded(sums[code] / listable) if listable else None for code in (NOT_PROPOSED, RANKED_LOW)}
    wrong = sums[NOT_PROPOSED] + sums[RANKED_LOW]
    return {
        "by": way,
        "group": name,
        "n_reads": int(sums.sum()),
        "n_listable": int(listable),
        "missed": rounded(wrong / listable) if listable else None,
        "missed_ci95": ends_of(ratio(drawn[NOT_PROPOSED] + drawn[RANKED_LOW], drawn_listable)),
        "not_proposed": share[NOT_PROPOSED],
        "ranked_low": share[RANKED_LOW],
        "not_listable": rounded(sums[NOT_LISTABLE] / sums.sum()),
    }


def _example(
    dataset: InteractionDataset, found: Sequence[Missed], way: str, code: int, row: dict[str, Any]
) -> dict[str, Any]:
    """The list of a group that missed most of what its reader read next, by number and then by reading time."""
    losses = []
    for number, one in enumerate(found):
        wrong = one.is_error & (one.place[WAYS.index(way)] == code)
        lost = np.bincount(one.reader[wrong], 1e6 + np.nan_to_num(one.seconds[wrong]), minlength=len(one.readers))
        losses.append((float(lost.max(initial=0.0)), -number, int(np.argmax(lost))))
    _, number, reader = max(losses)
    one = found[-number]
    listed, read = one.lists.reader == reader, one.reader == reader
    read_next = set(one.article[read].tolist())
    return {
        "by": way,
        "group": row["group"],
        "reader": str(dataset.reader_keys[one.readers[reader]]),
        "as_of": iso(one.as_of),
        "list": [
            {"rank": int(rank), **_article(dataset, article), "read": article in read_next}
            for rank, article in zip(one.lists.rank[listed], one.lists.article[listed].tolist(), strict=True)
        ],
        "read_next": [
            {**_article(dataset, article), "seconds": _seconds(seconds), "outcome": OUTCOMES[outcome]}
            for article, seconds, outcome in zip(
                one.article[read].tolist(), one.seconds[read], one.outcome[read], strict=True
            )
        ],
    }


def _article(dataset: InteractionDataset, article: int) -> dict[str, Any]:
    about = dataset.history.articles.iloc[article]
    return {name: about[name] for name in (c.ARTICLE_ID, c.TITLE, c.CATEGORY, c.PUBLISHER)}


def _seconds(value: float) -> float | None:
    return rounded(value) if np.isfinite(value) else None
