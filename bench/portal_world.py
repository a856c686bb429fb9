"""The portal behind a generated click log: its articles, its home page, its readers, and who clicks on what.

Clicks go to what stands on the home page now. An editor promotes some dozens of articles a day, most of them minutes
after they came out, some a day or two later; the newest and strongest take the upper slots and sink as they age. So
an article's clicks rise within minutes and decay within hours, and the counts of the last minutes are the best guide
to the next hour. The rest of the clicks fall on a long tail of regional articles.
"""

from dataclasses import dataclass

import numpy as np

HOURS_A_DAY = 24
#: How often the home page is set anew; sessions that begin in a step see the same page.
STEP_HOURS = 1 / 30
N_SLOTS, N_TOPICS, N_REGIONS, N_DEVICES, N_REFERRERS = 60, 12, 28, 5, 7
PROMOTIONS_A_DAY = 65
HOME_SHARE = 0.88
#: Click-through of a slot by its rank on the page.
SLOT_WEIGHTS = np.arange(3, N_SLOTS + 3, dtype=float) ** -2.0
#: Share, shortest and longest delay (hours) from an article's first click to its promotion.
DELAYS = ((0.48, 0.0, 0.3), (0.28, 12, 34), (0.21, 34, 110), (0.03, 110, 240))
#: Half-life of a promotion: median hours, spread of its logarithm; a few are kept up for days.
HALF_LIFE_HOURS, HALF_LIFE_SPREAD, LASTING_SHARE, LASTING_FACTOR = 2.4, 0.6, 0.025, 15.0
RISE_HOURS = 0.1
TAIL_HALF_LIVES = ((1.0, 14.0), (0.08, 90.0))
#: Activity by hour of the UTC day and by weekday from Monday; the portal's own clock is three hours behind.
HOURS = (70, 52, 36, 25, 15, 10, 7, 7, 12, 24, 42, 60, 72, 78, 82, 86, 84, 82, 82, 84, 86, 88, 90, 86)
WEEKDAYS = (1.05, 1.1, 1.1, 1.08, 1.0, 0.72, 0.68)
#: Newsrooms write in the daytime; the night shift is thin.
BIRTHS = (50, 40, 28, 16, 8, 6, 6, 10, 25, 50, 75, 90, 95, 95, 92, 92, 95, 98, 98, 95, 92, 90, 80, 64)
_CANDIDATES, _REMEMBERED, _LONGEST = 40, 24, 12
_CAP = np.exp(1.1)


@dataclass(frozen=True, slots=True)
class Articles:
    """Articles in order of first appearance (hours since the log's start, negative before it)."""

    born: np.ndarray
    topic: np.ndarray
    region: np.ndarray
    appeal: np.ndarray
    device_lift: np.ndarray
    referrer_lift: np.ndarray


@dataclass(frozen=True, slots=True)
class Promotions:
    """Stays on the home page, in order of their start."""

    article: np.ndarray
    start: np.ndarray
    half_life: np.ndarray
    judgement: np.ndarray


@dataclass(frozen=True, slots=True)
class Readers:
    """What is constant about a reader; `activity` is relative."""

    activity: np.ndarray
    taste: np.ndarray
    region: np.ndarray
    device: np.ndarray
    referrer: np.ndarray


@dataclass(frozen=True, slots=True)
class Sessions:
    """Visits in order of their start (hours since the log's start), with the clicks each of them has in mind."""

    start: np.ndarray
    reader: np.ndarray
    n_clicks: np.ndarray
    referrer: np.ndarray


def moments(rng: np.random.Generator, n: int, n_days: float, hours: tuple[float, ...], weekday: int) -> np.ndarray:
    """`n` sorted moments (hours since the start) that follow the cycles of the day and the week."""
    each = np.arange(int(np.ceil(n_days * HOURS_A_DAY)))
    days = (each // HOURS_A_DAY + weekday) % 7
    rate = np.asarray(hours, dtype=float)[each % HOURS_A_DAY] * np.asarray(WEEKDAYS)[days]
    edges = np.concatenate([[0.0], np.cumsum(rate)])
    return np.asarray(np.interp(np.sort(rng.random(n)) * edges[-1], edges, np.arange(len(edges))))


def make_news(rng: np.random.Generator, n: int, n_days: int, weekday: int) -> tuple[Articles, Promotions]:
    """Articles and the home page's plan. Every article that is promoted late was published early enough for it."""
    n_promoted = min(n // 2, PROMOTIONS_A_DAY * n_days)
    start = moments(rng, n_promoted, n_days, BIRTHS, weekday)
    born = np.concatenate([start - _delays(rng, n_promoted), moments(rng, n - n_promoted, n_days, BIRTHS, weekday)])
    is_promoted = np.arange(n) < n_promoted
    order = np.argsort(born, kind="stable")
    number = np.argsort(order)
    lasting = np.where(rng.random(n_promoted) < LASTING_SHARE, LASTING_FACTOR, 1.0)
    half_life = HALF_LIFE_HOURS * np.exp(HALF_LIFE_SPREAD * rng.standard_normal(n_promoted)) * lasting
    judgement = np.exp(0.9 * rng.standard_normal(n_promoted)) / np.sqrt(lasting)
    promotions = Promotions(number[:n_promoted], start, half_life, judgement)
    return _articles(rng, born[order], is_promoted[order]), promotions


def _delays(rng: np.random.Generator, n: int) -> np.ndarray:
    shares, low, high = (np.array(column) for column in zip(*DELAYS, strict=True))
    which = rng.choice(len(DELAYS), n, p=shares)
    return rng.uniform(low[which], high[which])


def _articles(rng: np.random.Generator, born: np.ndarray, is_promoted: np.ndarray) -> Articles:
    """Promoted articles are mostly national (region 0), the others regional; each suits some groups better."""
    n = len(born)
    is_national = rng.random(n) < np.where(is_promoted, 0.85, 0.15)
    return Articles(
        born=born,
        topic=rng.choice(N_TOPICS, n, p=_skewed(N_TOPICS, 0.6)),
        region=np.where(is_national, 0, 1 + rng.choice(N_REGIONS, n, p=_skewed(N_REGIONS, 1.0))),
        appeal=np.exp(np.where(is_promoted, 0.6, 1.6) * rng.standard_normal(n)),
        device_lift=(0.30 * rng.standard_normal((n, N_DEVICES))).astype(np.float32),
        referrer_lift=(0.35 * rng.standard_normal((n, N_REFERRERS))).astype(np.float32),
    )


def make_readers(rng: np.random.Generator, n: int) -> Readers:
    """Readers with a home region, a usual device and referrer, and one to three topics they favour."""
    favours = rng.random((n, N_TOPICS)) < 2 / N_TOPICS
    return Readers(
        activity=np.exp(1.2 * rng.standard_normal(n)),
        taste=np.where(favours, 0.55, -0.25).astype(np.float32),
        region=1 + rng.choice(N_REGIONS, n, p=_skewed(N_REGIONS, 1.0)),
        device=rng.choice(N_DEVICES, n, p=(0.45, 0.01, 0.02, 0.04, 0.48)),
        referrer=rng.choice(N_REFERRERS, n, p=(0.40, 0.42, 0.02, 0.03, 0.05, 0.02, 0.06)),
    )


def _skewed(n: int, power: float) -> np.ndarray:
    weights = np.arange(1, n + 1, dtype=float) ** -power
    return np.asarray(weights / weights.sum())


def make_sessions(rng: np.random.Generator, readers: Readers, n_clicks: int, n_days: int, weekday: int) -> Sessions:
    """Sessions of two clicks and more, most of them two or three; each reader comes at least once."""
    n_readers = len(readers.activity)
    n = max(n_readers, round(n_clicks / 2.74))
    share = readers.activity / readers.activity.sum()
    again = np.searchsorted(np.cumsum(share), rng.random(n - n_readers)).clip(max=n_readers - 1)
    reader = rng.permutation(np.concatenate([np.arange(n_readers), again]))
    wandering = rng.random(n) < 0.15
    referrer = np.where(wandering, rng.integers(0, N_REFERRERS, n), readers.referrer[reader])
    wanted = np.minimum(1 + rng.geometric(0.43, n), _LONGEST)
    return Sessions(moments(rng, n, n_days, HOURS, weekday), reader, wanted, referrer)


class Newsstand:
    """Who clicks on what. It remembers each reader's last articles, which they do not click on again."""

    def __init__(
        self, articles: Articles, promotions: Promotions, readers: Readers, *, opens_each: bool = True
    ) -> None:
        """opens_each: whether each article gets a first click, however few readers there are."""
        self._articles, self._promotions, self._readers = articles, promotions, readers
        self._last = np.full((len(readers.region), _REMEMBERED), -1, dtype=np.int32)
        self._place = np.zeros(len(readers.region), dtype=np.int64)
        self._opened = int(np.searchsorted(articles.born, 0)) if opens_each else len(articles.born)
        self._tail, self._tail_hour = np.empty(0), -1

    def clicks(self, rng: np.random.Generator, sessions: Sessions, rows: slice) -> tuple[np.ndarray, np.ndarray]:
        """(session, article) of the clicks of the sessions `rows`, which begin in one step; in order of clicking.

        A session that finds fewer than two articles to its taste is left out, as the published log leaves it out.
        """
        now = float(sessions.start[rows.start])
        reader, referrer = sessions.reader[rows], sessions.referrer[rows]
        offered = self._offer(rng, now, len(reader))
        wanted = self._wants(rng, offered, reader, referrer)
        self._open(now, offered, wanted)
        wanted &= self._is_new(offered, reader)
        taken = wanted & (np.cumsum(wanted, axis=1) <= sessions.n_clicks[rows, None])
        taken &= (taken.sum(axis=1) >= 2)[:, None]
        session, column = np.nonzero(taken)
        article = offered[session, column]
        self._remember(reader[session], article)
        return session + rows.start, article

    def _offer(self, rng: np.random.Generator, now: float, n: int) -> np.ndarray:
        """Articles that come before a reader's eyes [session, order]."""
        article, weight = self._home_page(now)
        chance = rng.random((n, _CANDIDATES))
        home = article[_pick(weight, rng.random((n, _CANDIDATES)))]
        if int(now) != self._tail_hour:
            self._tail, self._tail_hour = self._tail_weights(now), int(now)
        return np.where(chance < HOME_SHARE, home, _pick(self._tail, rng.random((n, _CANDIDATES))))

    def _home_page(self, now: float) -> tuple[np.ndarray, np.ndarray]:
        """The articles of the home page, and the running sum of the clicks that its slots draw."""
        plan = self._promotions
        begun = slice(0, max(1, int(np.searchsorted(plan.start, now, "right"))))
        age = np.maximum(now - plan.start[begun], 0.0)
        standing = plan.judgement[begun] * 2.0 ** (-age / plan.half_life[begun])
        best = np.argsort(-standing)[:N_SLOTS]
        article = plan.article[best]
        rise = 1.0 - np.exp(-(age[best] + STEP_HOURS) / RISE_HOURS)
        return article, np.cumsum(SLOT_WEIGHTS[: len(best)] * self._articles.appeal[article] * rise)

    def _tail_weights(self, now: float) -> np.ndarray:
        """Running sum of what each published article draws away from the home page."""
        age = now - self._articles.born
        decay = sum(weight * 2.0 ** (-np.maximum(age, 0) / half_life) for weight, half_life in TAIL_HALF_LIVES)
        weights = np.where(age >= 0, self._articles.appeal * decay, 0.0)
        return np.cumsum(weights if weights.any() else np.ones_like(weights))

    def _wants(
        self, rng: np.random.Generator, offered: np.ndarray, reader: np.ndarray, referrer: np.ndarray
    ) -> np.ndarray:
        """Whether the reader would click: by topic, region, device and referrer."""
        articles, readers = self._articles, self._readers
        pull = readers.taste[reader[:, None], articles.topic[offered]]
        pull += articles.device_lift[offered, readers.device[reader][:, None]]
        pull += articles.referrer_lift[offered, referrer[:, None]]
        region = articles.region[offered]
        pull += np.where(region == 0, 0.0, np.where(region == readers.region[reader][:, None], 1.0, -1.5))
        return np.asarray(rng.random(offered.shape) * _CAP < np.exp(pull))

    def _open(self, now: float, offered: np.ndarray, wanted: np.ndarray) -> None:
        """Gives each newly published article its first click, so that all of them are in the log."""
        born = int(np.searchsorted(self._articles.born, now, "right"))
        upto = max(self._opened, min(born, self._opened + len(offered)))
        n = upto - self._opened
        offered[:n, 0] = np.arange(self._opened, upto)
        wanted[:n, 0] = True
        self._opened = upto

    def _is_new(self, offered: np.ndarray, reader: np.ndarray) -> np.ndarray:
        """Whether the reader has not read it of late, nor been offered it earlier in this session."""
        known = (offered[:, :, None] == self._last[reader][:, None, :]).any(axis=2)
        same = offered[:, :, None] == offered[:, None, :]
        repeated = (same & np.tri(offered.shape[1], k=-1, dtype=bool)).any(axis=2)
        return np.asarray(~(known | repeated))

    def _remember(self, reader: np.ndarray, article: np.ndarray) -> None:
        """Clicks of one session follow each other, so a reader's ordinals are a running count."""
        first = np.concatenate([[True], reader[1:] != reader[:-1]]) if len(reader) else np.empty(0, dtype=bool)
        position = np.arange(len(reader))
        ordinal = position - np.maximum.accumulate(np.where(first, position, 0))
        self._last[reader, (self._place[reader] + ordinal) % _REMEMBERED] = article
        np.add.at(self._place, reader, 1)


def _pick(running_sum: np.ndarray, chance: np.ndarray) -> np.ndarray:
    """Indices drawn by weight, from the running sum of the weights and chances in [0, 1)."""
    found = np.searchsorted(running_sum, chance * running_sum[-1], "right")
    return np.asarray(found.clip(max=len(running_sum) - 1))
