"""Who is due for a new list at a refresh, and whose last one stands.

A list that nobody looks at may be old. So what counts is how old a list will be when its reader comes: its age now,
times how likely the reader is to come before the next refresh. The product and the replay ask the same function.

How likely that is follows from how often the reader came (a Poisson rate with a Gamma prior) and at which hours of the
day (smoothed around the clock, with everybody's as the prior). The constants are those that told best who came in the
next hour, in simulated newsrooms, Deskdrop and a generated portal's log (docs/reference/ranking.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from frontpage.core.lists import LIST_LENGTH
from frontpage.core.sections.lists import ListParams
from frontpage.features.grouping import Floats, Ints, rows_of, sorted_distinct
from frontpage.features.interactions import DAY_MICROSECONDS, HOUR_MICROSECONDS, NEVER
from models.context import ScoringContext

Mask = NDArray[np.bool_]

#: How closely a visit tells the hours of others (von Mises): two thirds of its weight lie within 1.6 hours of it.
_CONCENTRATION = 6.0
#: What is believed beforehand weighs as many visits: of how often a reader comes, and of when in the day.
_PRIOR_OFTEN, _PRIOR_WHEN = 2.0, 1.0
_HOURS_A_DAY = 24


@dataclass(frozen=True, slots=True)
class LastLists:
    """Everybody's last list, by dataset position of the reader.

    made_us: when it was made, NEVER where there is none. articles [reader, place]: dataset positions, -1 where the list
    has ended or its article is not in the dataset.
    """

    made_us: Ints
    articles: Ints

    @classmethod
    def none(cls, n_readers: int) -> LastLists:
        """Nobody has a list yet."""
        return cls(np.full(n_readers, NEVER), np.full((n_readers, LIST_LENGTH), -1, dtype=np.int64))


def due(at: ScoringContext, last: LastLists, rules: ListParams, span_us: int) -> Mask:
    """Whether each reader row of a moment is to have a new list; `span_us`: how long until the next refresh.

    Due is who has no list, whose list lost an article (it expired, was retracted or became a copy; the reader has
    read or hidden it) or is short, who has read anything since or picked other interests, whose list is
    `max_list_age_hours` old, and whose list's age in hours, times how much likelier they are to come than the
    average reader on average, is `max_visit_age_hours`.
    """
    made = last.made_us[at.readers]
    age_hours = (at.now - made) / HOUR_MICROSECONDS
    stale = age_hours * visit_rate(at, span_us, rules.habit_half_life_days) >= rules.max_visit_age_hours
    is_old = (made == NEVER) | (age_hours >= rules.max_list_age_hours) | stale
    return is_old | has_read(at, made) | has_changed(at, made) | ~is_whole(at, last)


def has_read(at: ScoringContext, made_us: Ints) -> Mask:
    """Whether a read of each reader row's became known after its list was made."""
    dataset = at.dataset
    newest = np.full(len(dataset.reader_keys), NEVER)
    np.maximum.at(newest, dataset.read_reader[at.known], dataset.read_known[at.known])
    return newest[at.readers] > made_us


def has_changed(at: ScoringContext, made_us: Ints) -> Mask:
    """Whether other facts of each reader row (interests, region) became known after its list was made."""
    dataset = at.dataset
    changed = np.where(dataset.reader_known <= at.now, dataset.reader_changed, NEVER)
    return np.asarray(changed[at.readers] > made_us)


def is_whole(at: ScoringContext, last: LastLists) -> Mask:
    """Whether all ten articles of each reader row's list may still be listed to its reader."""
    articles = last.articles[at.readers]
    live = rows_of(articles.ravel(), at.live, len(at.dataset.article_ids)).reshape(articles.shape)
    whole = np.asarray((live >= 0).all(axis=1))
    rows = np.flatnonzero(whole)
    whole[rows] = ~at.is_seen(rows[:, None], live[rows]).any(axis=1)
    return whole


def visit_rate(at: ScoringContext, span_us: int, half_life_days: float) -> Floats:
    """How many visits of each reader row to expect within `span_us`; 1 is the average reader's at no particular hour.

    Visits are hours with a read; each counts half as much for each `half_life_days` of its age. Where nobody has come
    yet, everybody is about average.
    """
    visits = _visits(at, half_life_days)
    return _often(at, visits, half_life_days) * _at_this_hour(at, visits, span_us)


@dataclass(frozen=True, slots=True)
class _Visits:
    """Hours in which somebody read, by reader and then by time: dataset position, hour since 1970, age and weight."""

    reader: Ints
    hour: Ints
    age_days: Floats
    weight: Floats


def _visits(at: ScoringContext, half_life_days: float) -> _Visits:
    dataset = at.dataset
    hours = dataset.read_time[at.known] // HOUR_MICROSECONDS
    first = int(hours[0]) if len(hours) else 0
    width = int(hours[-1]) - first + 1 if len(hours) else 1
    keys = sorted_distinct(dataset.read_reader[at.known] * width + hours - first)
    hour = keys % width + first
    age_days = (at.now // HOUR_MICROSECONDS - hour) / _HOURS_A_DAY
    return _Visits(keys // width, hour, age_days, np.exp2(-age_days / half_life_days))


def _is_first(ascending: Ints) -> Mask:
    """Whether each value is another than the one before it; none is negative."""
    return np.asarray(np.diff(ascending, prepend=-1) > 0)


def _often(at: ScoringContext, visits: _Visits, half_life_days: float) -> Floats:
    """How often each reader row came, as a multiple of what the average reader would have come while they are known."""
    days, is_introduction = _known_for(at, visits)
    weight = np.where(is_introduction, 0.0, visits.weight)
    came = np.bincount(visits.reader, weight, minlength=len(days))[at.readers]
    observed = half_life_days / np.log(2) * -np.expm1(-np.log(2) * days[at.readers] / half_life_days)
    average = (came.sum() + 1) / (observed.sum() + 1)
    return np.asarray((came + _PRIOR_OFTEN) / (observed * average + _PRIOR_OFTEN), dtype=np.float64)


def _known_for(at: ScoringContext, visits: _Visits) -> tuple[Floats, Mask]:
    """For how many days each reader of the dataset is known; whether it was by this visit that one became known.

    Readers are known from sign-up, as far back as visits are, or else from their first visit, which then says nothing
    of how often they come.
    """
    dataset = at.dataset
    signed_up = np.where(dataset.signed_up > NEVER, (at.now - dataset.signed_up) / DAY_MICROSECONDS, 0.0)
    days = np.clip(signed_up, 0.0, visits.age_days.max(initial=0.0))
    is_introduction = _is_first(visits.reader) & (visits.age_days >= days[visits.reader])
    days[visits.reader[is_introduction]] = visits.age_days[is_introduction]
    return np.maximum(days, 1 / _HOURS_A_DAY), is_introduction


def _at_this_hour(at: ScoringContext, visits: _Visits, span_us: int) -> Floats:
    """How much likelier than at any time of the day each reader row comes within the span."""
    n_readers, of_day = len(at.dataset.reader_keys), visits.hour % _HOURS_A_DAY
    likelier = _likelier(at.now, span_us)
    crowd = 1 + np.bincount(of_day, visits.weight, minlength=_HOURS_A_DAY)
    everybody = (crowd * likelier).sum() / crowd.sum()
    came = np.bincount(visits.reader, visits.weight, minlength=n_readers)[at.readers]
    now = np.bincount(visits.reader, visits.weight * likelier[of_day], minlength=n_readers)[at.readers]
    return np.asarray((now + _PRIOR_WHEN * everybody) / (came + _PRIOR_WHEN), dtype=np.float64)


def _likelier(now: int, span_us: int) -> Floats:
    """How much likelier than at any time of the day a visit is within the span, for one before at each hour of it."""
    middle = (now % DAY_MICROSECONDS + np.linspace(0, span_us, 9)[1:] - span_us / 16) / HOUR_MICROSECONDS
    apart = 2 * np.pi * (middle[None, :] - np.arange(_HOURS_A_DAY)[:, None] - 0.5) / _HOURS_A_DAY
    return np.asarray(np.exp(_CONCENTRATION * np.cos(apart)).mean(axis=1) / np.i0(_CONCENTRATION), dtype=np.float64)
