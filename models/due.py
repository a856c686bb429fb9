"""Who is due for a new list at a refresh, and whose last one stands.

A list that nobody looks at may be old. So what counts is how old a list will be when its reader comes: its age now,
times the chance that the reader comes before the next refresh. The product and the replay ask the same function.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.lists import LIST_LENGTH
from core.params import ListParams
from features.grouping import Floats, Ints, rows_of
from features.ledger import DAY_MICROSECONDS, HOUR_MICROSECONDS, NEVER, Ledger
from models.moment import Moment

Mask = NDArray[np.bool_]

#: How strongly a reader keeps to an hour of the day (von Mises): two thirds of the visits within four hours of it.
_CONCENTRATION = 3.0
_HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class LastLists:
    """Everybody's last list, by ledger position of the reader.

    made_us: when it was made, NEVER where there is none. articles [reader, place]: ledger positions, -1 where the list
    has ended or its article is not in the ledger.
    """

    made_us: Ints
    articles: Ints

    @classmethod
    def none(cls, n_readers: int) -> LastLists:
        """Nobody has a list yet."""
        return cls(np.full(n_readers, NEVER), np.full((n_readers, LIST_LENGTH), -1, dtype=np.int64))


def due(at: Moment, last: LastLists, rules: ListParams, span_us: int) -> Mask:
    """Whether each reader row of a moment is to have a new list; `span_us`: how long until the next refresh.

    Due is who has no list, whose list lost an article (it expired, was retracted or became a copy; the reader has read
    or hidden it) or is short, who has read anything since, whose list is `max_list_age_hours` old, and whose list's age
    in hours, times how much likelier they are to come than the average reader, is `max_visit_age_hours`.
    """
    made = last.made_us[at.readers]
    age_hours = (at.now - made) / HOUR_MICROSECONDS
    chance = visit_chance(at, span_us, rules.habit_half_life_days)
    stale = age_hours * chance >= rules.max_visit_age_hours * chance.mean()
    return (made == NEVER) | (age_hours >= rules.max_list_age_hours) | stale | has_read(at, made) | ~is_whole(at, last)


def has_read(at: Moment, made_us: Ints) -> Mask:
    """Whether a read of each reader row's became known after its list was made."""
    book = at.ledger
    newest = np.full(len(book.reader_keys), NEVER)
    np.maximum.at(newest, book.read_reader[at.known], book.read_known[at.known])
    return newest[at.readers] > made_us


def is_whole(at: Moment, last: LastLists) -> Mask:
    """Whether all ten articles of each reader row's list may still be listed to its reader."""
    articles = last.articles[at.readers]
    live = rows_of(articles.ravel(), at.live, len(at.ledger.article_ids)).reshape(articles.shape)
    whole = np.asarray((live >= 0).all(axis=1))
    rows = np.flatnonzero(whole)
    whole[rows] = ~at.is_seen(rows[:, None], live[rows]).any(axis=1)
    return whole


def visit_chance(at: Moment, span_us: int, half_life_days: float) -> Floats:
    """The chance that each reader row comes within `span_us`: by the hours of the day at which it came before.

    Visits are hours with a read; each counts at its hour of the day and, less, around it, and half as much for each
    `half_life_days` of its age. Readers are known for as long as their first visit or record.
    """
    visits, hour = _visits(at.ledger, at.known)
    age_days = (at.now // HOUR_MICROSECONDS - hour) / _HOURS_A_DAY
    weight = np.exp2(-age_days / half_life_days) * _pull(hour % _HOURS_A_DAY, at.now, span_us)
    n_readers = len(at.ledger.reader_keys)
    pull = np.bincount(visits, weight, minlength=n_readers)[at.readers]
    days = _days_known(at, visits, age_days)
    spans_a_day = DAY_MICROSECONDS / span_us
    observed = half_life_days / np.log(2) * -np.expm1(-np.log(2) * days / half_life_days)
    return -np.expm1(-pull / (observed * spans_a_day))


def _visits(book: Ledger, known: Ints) -> tuple[Ints, Ints]:
    """Reader position and hour (since 1970) of each hour in which a reader read anything."""
    hours = book.read_time[known] // HOUR_MICROSECONDS
    first = int(hours[0]) if len(hours) else 0
    width = int(hours[-1]) - first + 1 if len(hours) else 1
    keys = np.unique(book.read_reader[known] * width + hours - first)
    return keys // width, keys % width + first


def _pull(hour_of_day: Ints, now: int, span_us: int) -> Floats:
    """How much likelier than at any time of the day a visit is within the span, for a visit at each hour before."""
    middle = (now % DAY_MICROSECONDS + np.linspace(0, span_us, 9)[1:] - span_us / 16) / HOUR_MICROSECONDS
    apart = 2 * np.pi * (middle[None, :] - np.arange(_HOURS_A_DAY)[:, None] - 0.5) / _HOURS_A_DAY
    likelier = np.exp(_CONCENTRATION * np.cos(apart)).mean(axis=1) / np.i0(_CONCENTRATION)
    return np.asarray(likelier[hour_of_day], dtype=np.float64)


def _days_known(at: Moment, visits: Ints, age_days: Floats) -> Floats:
    """Days since each reader row's first known visit or sign-up, as far as reads are known; at least one."""
    book = at.ledger
    days = np.ones(len(book.reader_keys))
    np.maximum.at(days, visits, age_days)
    signed_up = np.where(book.signed_up > NEVER, (at.now - book.signed_up) / DAY_MICROSECONDS, 0.0)
    return np.maximum(days, np.minimum(signed_up, age_days.max(initial=0.0)))[at.readers]
