"""Replay: what readers would have been served, tick by tick through a log, scored against what they read next.

At each tick every policy sees only what had happened and was recorded by then. A reader's list stands until the next
tick; every article that the reader reads for the first time until then is an answer, whether it could be listed or not.
Only readers with an answer need a list. Metrics are unsampled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from core.errors import BadInputError, CheckFailedError
from core.history import History
from core.params import Params
from features.grouping import Floats, Ints
from features.history import history_at
from features.ledger import Ledger, ledger
from models import als
from models.artefact import Model
from models.candidates import candidates
from models.evaluate import Gate, Means, evaluate, gate
from models.judge import MEASURES, Judge, answers
from models.lookups import direct_lookup
from models.moment import Moment, moment
from models.policies import Policy, als_alone, at_random, decayed, rule_name, rules, together_alone
from models.popularity import Picks
from models.ranker import predict
from models.selection import chosen
from models.training import Inputs, train
from models.view import View, view

OURS = "frontpage"
#: Reads known of a reader at the tick, from this many on.
SEGMENTS = {"no history": 0, "1-4 reads": 1, "5-19 reads": 5, "20+ reads": 20}


@dataclass(frozen=True, slots=True)
class Cadence:
    """From when until when, how often lists are made, and how often the model is trained."""

    start: datetime
    end: datetime
    refresh: timedelta
    retrain: timedelta

    def ticks(self) -> list[datetime]:
        """Every refresh; the last one's lists stand until `end` at most."""
        n = -(-(self.end - self.start) // self.refresh)
        return [self.start + self.refresh * k for k in range(n)]


@dataclass(frozen=True, slots=True)
class Training:
    """One retrain: what the gate decided, in words, and what is served from then on."""

    as_of: datetime
    version: str
    serves: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lists:
    """What is said of one policy's lists at one tick, beyond how well they were answered."""

    n_lists: int
    coverage: float
    mean_age_hours: float
    publishers: float
    categories: float
    similarity: float
    overlap: float


@dataclass(slots=True)
class Replayed:
    """One entry per list [list]: the tick it was made at, its reader (ledger position) and MEASURES by policy.

    ceiling: nDCG@10 of a policy that knew the future; chance: the expected one of ten drawn at random.
    n_answers, n_listable: answers, and how many of them could be listed.
    """

    cadence: Cadence
    ticks: list[datetime]
    regions: NDArray[np.object_]
    tick: Ints
    reader: Ints
    region: Ints
    n_known: Ints
    n_answers: Ints
    n_listable: Ints
    ceiling: Floats
    chance: Floats
    measures: dict[str, dict[str, Floats]]
    lists: dict[str, list[Lists]]
    trainings: list[Training] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Served:
    """What makes our lists at a moment: a ranker, or where none was good enough a rule."""

    model: Model | None
    rule_half_life_hours: float | None


def replay(
    history: History, params: Params, cadence: Cadence, variants: Mapping[str, Params] | None = None, *, seed: int = 0
) -> Replayed:
    """The log of a history walked through; `variants` are parameters whose lists are made by the same models.

    Raises BadInputError where the cadence is outside the history, CheckFailedError where nobody reads in it.
    """
    if cadence.start >= cadence.end or cadence.refresh <= timedelta(0) or cadence.retrain < cadence.refresh:
        raise BadInputError("replay: --from must be before --to, and --retrain not shorter than --refresh")
    if cadence.end > history.as_of:
        raise BadInputError(f"replay: the history ends at {history.as_of:%Y-%m-%d %H:%M}; give an earlier --to")
    params = params_of(params, cadence)
    walk = _Walk(ledger(history), history, params, {OURS: params, **(variants or {})}, seed)
    parts = [part for part in walk.parts(cadence) if part is not None]
    if not parts:
        raise CheckFailedError("replay: nobody read anything new between --from and --to; widen it")
    return _joined(cadence, walk, parts)


def params_of(params: Params, cadence: Cadence) -> Params:
    """Parameters whose ranker learns from windows as long as a list stands."""
    hours = cadence.refresh / timedelta(hours=1)
    return params.model_copy(update={"ranker": params.ranker.model_copy(update={"window_hours": hours})})


@dataclass(frozen=True, slots=True)
class _Part:
    """One tick: the columns of `Replayed`."""

    as_of: datetime
    reader: Ints
    region: Ints
    n_known: Ints
    judge: Judge
    measures: dict[str, dict[str, Floats]]
    lists: dict[str, Lists]


class _Walk:
    """The state that a replay carries from tick to tick: the model served, and everybody's last list."""

    def __init__(
        self, book: Ledger, history: History, params: Params, variants: Mapping[str, Params], seed: int
    ) -> None:
        self.book, self.params, self.variants = book, params, variants
        self.trainings: list[Training] = []
        self._history = history
        self._served = Served(None, params.rule_half_life_hours)
        self._champion: Model | None = None
        self._evaluations: list[tuple[datetime, Means]] = []
        self._last = np.full((len(book.reader_keys), 10), -1, dtype=np.int64)
        self._policies: dict[str, Policy] = {
            **rules(), "als": als_alone, "together": together_alone, "random": at_random(seed)
        }  # fmt: skip
        self._vectors = np.zeros((len(book.article_ids), params.content.n_dimensions), dtype=np.float32)

    def parts(self, cadence: Cadence) -> Iterator[_Part | None]:
        """Every tick in order; None where nobody read anything new."""
        retrain_at = cadence.start
        for as_of in tqdm(cadence.ticks(), desc="replay", unit="tick", disable=None):
            if as_of >= retrain_at:
                self._retrain(as_of)
                retrain_at = as_of + cadence.retrain
            yield self._tick(as_of, min(cadence.refresh, cadence.end - as_of))

    def _retrain(self, as_of: datetime) -> None:
        """A new version of what was known then, judged against the one served and every rule."""
        known = history_at(self._history, as_of, self.params.data)
        version = f"{as_of:%Y%m%dT%H%M}"
        try:
            made = train(Inputs(known, self.params, direct_lookup), version).model
        except CheckFailedError as error:
            self.trainings.append(Training(as_of, "", "as before", (str(error),)))
            return
        evaluation = evaluate(known, made, self.params, direct_lookup, self._champion)
        since = as_of - timedelta(days=self.params.gate.memory_days)
        self._evaluations = [entry for entry in self._evaluations if entry[0] >= since]
        decided = gate(evaluation, self.params.gate, [means for _, means in self._evaluations])
        self._evaluations.append((as_of, evaluation.means()))
        if decided.passed:
            self._champion = made
            self._served = Served(made, decided.rule_half_life_hours)
            self._vectors = made.vectors_for(self.book)
        self.trainings.append(Training(as_of, version, self._serves(decided), decided.reasons))

    def _serves(self, decided: Gate) -> str:
        if not decided.passed:
            return "as before"
        hours = decided.rule_half_life_hours
        return "ranker" if hours is None else rule_name(hours)

    def _tick(self, as_of: datetime, window: timedelta) -> _Part | None:
        read_next = answers(self.book, as_of, window)
        readers = np.unique(read_next.reader)
        at = moment(self.book, as_of, self.params, readers=readers)
        if not len(readers) or not len(at.live):
            return None
        now = self._view(at)
        everybody = np.arange(len(readers))
        lists = {name: policy(now, everybody) for name, policy in self._policies.items()}
        lists |= self._ours(now, everybody)
        judge = Judge.of(at, read_next)
        return _Part(
            as_of=as_of,
            reader=readers,
            region=now.entities.states.readers.audiences[:, 0],
            n_known=now.entities.states.readers.reads.n_reads,
            judge=judge,
            measures={name: judge.measures(picks) for name, picks in lists.items()},
            lists={name: self._said(now, name, picks) for name, picks in lists.items()},
        )

    def _view(self, at: Moment) -> View:
        """The view with the factors of the model that is served, or none of any."""
        model, book = self._served.model, at.ledger
        n_factors = self.params.als.factors
        if model is None:
            empty = als.Factors(
                np.zeros((len(at.readers), n_factors), np.float32), np.zeros((len(at.live), n_factors), np.float32)
            )
            return view(at, self.params, empty, self._vectors)
        confidence = als.interactions(book, at.known, model.params.als.alpha)
        folded = als.fold_in(confidence, model.factors_for(book), model.params.als, self.params.threads, at.readers)
        factors = als.Factors(folded.reader, np.ascontiguousarray(folded.article[at.live]))
        return view(at, self.params, factors, self._vectors)

    def _ours(self, now: View, rows: Ints) -> dict[str, Picks]:
        """Our lists, and those of each variant of the parameters."""
        served = self._served
        if served.model is None or served.rule_half_life_hours is not None:
            hours = served.rule_half_life_hours or self.params.rule_half_life_hours
            picks = decayed(hours)(now, rows)
            return dict.fromkeys(self.variants, picks)
        found = candidates(now, self.params.candidates, rows)
        margin = predict(served.model.ranker, now.features(found.reader, found.article), self.params.threads)
        return {name: chosen(now, found, margin, params).picks for name, params in self.variants.items()}

    def _said(self, now: View, name: str, picks: Picks) -> Lists:
        at = now.moment
        overlap = self._overlap(at, picks) if name == OURS else float("nan")
        n_lists = max(len(np.unique(picks.reader)), 1)
        book, article = at.ledger, at.live[picks.article]
        return Lists(
            n_lists=n_lists,
            coverage=len(np.unique(article)) / max(len(at.live), 1),
            mean_age_hours=float(at.age_hours()[picks.article].mean()) if len(article) else float("nan"),
            publishers=_distinct(picks.reader, book.publisher[article]) / n_lists,
            categories=_distinct(picks.reader, book.category[article]) / n_lists,
            similarity=_similarity(picks, now.article_vectors) if name == OURS else float("nan"),
            overlap=overlap,
        )

    def _overlap(self, at: Moment, picks: Picks) -> float:
        """Mean share of a list that stood in the reader's list before; readers without one are left out."""
        table = np.full((len(at.readers), 10), -1, dtype=np.int64)
        table[picks.reader, picks.rank - 1] = at.live[picks.article]
        before = self._last[at.readers]
        known = before[:, 0] >= 0
        same = (table[:, :, None] == before[:, None, :]) & (table >= 0)[:, :, None]
        self._last[at.readers] = table
        return float(same.any(axis=2)[known].mean()) if known.any() else float("nan")


def _distinct(group: Ints, label: Ints) -> int:
    """Pairs of list and label that are there."""
    kept = label >= 0
    return len(np.unique(group[kept] * (int(label.max(initial=0)) + 1) + label[kept]))


def _similarity(picks: Picks, vectors: NDArray[np.float32]) -> float:
    """Mean cosine of two articles of one list, over all lists."""
    n_lists = int(picks.reader.max(initial=-1)) + 1
    sums = np.zeros((n_lists, vectors.shape[1]))
    np.add.at(sums, picks.reader, vectors[picks.article])
    with_text = np.bincount(picks.reader, weights=vectors[picks.article].any(axis=1), minlength=n_lists)
    pairs = with_text * (with_text - 1)
    total = (sums**2).sum(axis=1) - with_text
    return float(total[pairs > 0].sum() / pairs[pairs > 0].sum()) if (pairs > 0).any() else float("nan")


def _joined(cadence: Cadence, walk: _Walk, parts: list[_Part]) -> Replayed:
    def column(pick: Callable[[_Part], NDArray]) -> NDArray:
        return np.concatenate([pick(part) for part in parts])

    names = list(parts[0].measures)
    return Replayed(
        cadence=cadence,
        ticks=[part.as_of for part in parts],
        regions=np.array([*walk.book.names.audiences, None], dtype=object),
        tick=np.repeat(np.arange(len(parts)), [len(part.reader) for part in parts]),
        reader=column(lambda part: part.reader),
        region=column(lambda part: part.region),
        n_known=column(lambda part: part.n_known),
        n_answers=column(lambda part: part.judge.n_relevant),
        n_listable=column(lambda part: part.judge.n_listable),
        ceiling=column(lambda part: part.judge.ceiling()),
        chance=column(lambda part: part.judge.by_chance()),
        measures={
            name: {
                measure: np.concatenate([part.measures[name][measure] for part in parts]).astype(np.float32)
                for measure in MEASURES
            }
            for name in names
        },
        lists={name: [part.lists[name] for part in parts] for name in names},
        trainings=walk.trainings,
    )
