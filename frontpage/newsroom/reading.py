"""The reading model: readers come in sessions, look at the front page of their region and language, and pick.

A reader's choice follows article quality x promotion (freshness) x story burst x regional taste x language x exposure
(position on the front page), then their interest in the category, then their fine taste among a few glances.
"""

from dataclasses import dataclass

import numpy as np

from frontpage.newsroom.articles import Setting
from frontpage.newsroom.cycles import cycle
from frontpage.newsroom.readers import interests_at
from frontpage.newsroom.stories import intensity
from frontpage.newsroom.tables import Stream, Table, draw, take

_SECONDS = 3600.0
#: Bits of an article's code in the key of a (reader, article) pair.
_CODE_SHIFT = 36


@dataclass(frozen=True, slots=True)
class _Scene:
    """What choices of one hour depend on. `interest` is [reader, category]; `order` sorts articles by category."""

    setting: Setting
    readers: Table
    articles: Table
    read_before: np.ndarray
    interest: np.ndarray
    order: np.ndarray
    rng: np.random.Generator


def pair_key(reader: np.ndarray, code: np.ndarray) -> np.ndarray:
    """One integer for each (reader number, article code)."""
    key: np.ndarray = (reader.astype(np.int64) << _CODE_SHIFT) + code
    return key


def sessions_of_hour(setting: Setting, readers: Table, hour: int) -> Table:
    """One row per read that readers set out to make in UTC hour `hour`, ordered by session: reader, session, start.

    `start` is in seconds of the hour; rows of one session have the same.
    """
    rng = draw(setting.seed, Stream.SESSIONS, hour)
    p = setting.parameters
    zones = [zone for region in p.regions.values() for zone in region.timezones]
    first = np.cumsum([0, *(len(region.timezones) for region in p.regions.values())])[:-1]
    rhythm = cycle(hour, zones, p.cycles.reading_hours, p.cycles.reading_weekdays) / 24
    present = (readers["known"] <= hour) & (readers["leaves"] > hour)
    rate = readers["sessions"] * rhythm[first[readers["region"]] + readers["zone"]] * present
    rate = rate * _habit(p.readers.habit_strength, hour - readers["habit"])
    reader = np.repeat(np.arange(len(rate)), rng.poisson(rate))
    start = rng.uniform(0, _SECONDS, size=len(reader))
    reads = 1 + rng.poisson(p.readers.further_reads, size=len(reader))
    session = np.repeat(np.arange(len(reader)), reads)
    return {"reader": reader[session], "session": session, "start": start[session]}


def _habit(strength: float, apart: np.ndarray) -> np.ndarray:
    """How much likelier than at an average hour a reader comes `apart` hours from their own (von Mises, mean 1)."""
    return np.exp(strength * np.cos(2 * np.pi * apart / 24)) / np.i0(strength)


def weights(setting: Setting, articles: Table, at: float) -> np.ndarray:
    """Exposure of each article on each front page at `at` (hours since the epoch) [edition, article]."""
    p = setting.parameters
    pull = _attraction(setting, articles, at)
    regions, languages = list(p.regions), p.languages
    exposed = []
    for region, language in p.editions:
        here = articles["region"] == regions.index(region)
        own = articles["language"] == languages.index(language)
        local = pull * articles["regional"][:, regions.index(region)]
        local = local * np.where(here, 1.0, p.reading.abroad) * np.where(own, 1.0, p.reading.foreign_language)
        exposed.append(_by_position(local, p.reading.shown, p.reading.position_power))
    return np.array(exposed)


def _attraction(setting: Setting, articles: Table, at: float) -> np.ndarray:
    """Quality x promotion x burst of each article at `at`; 0 before it is seen and after it is too old."""
    p = setting.parameters.articles
    since = at - articles["promoted"]
    promoted = np.where(since >= 0, np.exp(-np.maximum(since, 0) / articles["attention"]), 0.0)
    burst = np.where(articles["story"] >= 0, 0.4 + intensity(articles, at), 1.0)
    live = (articles["seen"] <= at) & (at - articles["seen"] < 24 * p.max_age_days)
    return articles["quality"] * (promoted + p.evergreen) * burst * live


def _by_position(pull: np.ndarray, shown: int, power: float) -> np.ndarray:
    """`pull` times position ** -power for the `shown` best, 0 for the others."""
    best = np.argpartition(-pull, shown)[:shown] if len(pull) > shown else np.arange(len(pull))
    best = best[np.argsort(-pull[best], kind="stable")]
    exposed = np.zeros(len(pull))
    exposed[best] = pull[best] * np.arange(1, len(best) + 1) ** -power
    return exposed


def reads_of_hour(
    setting: Setting, readers: Table, articles: Table, hour: int, world: tuple[float, np.ndarray]
) -> Table:
    """The reads that begin in UTC hour `hour`: reader, article (position in `articles`), session, start, affinity.

    `world` is (days since the world began, sorted keys of the (reader, article) pairs already read).
    """
    days, read_before = world
    wanted = sessions_of_hour(setting, readers, hour)
    interest = interests_at(setting, readers, days)
    order = np.argsort(articles["category"], kind="stable")
    rng = draw(setting.seed, Stream.READING, hour)
    scene = _Scene(setting, readers, articles, read_before, interest, order, rng)
    n_slots = setting.parameters.reading.editions_per_hour
    slot = np.minimum((wanted["start"] / _SECONDS * n_slots).astype(int), n_slots - 1)
    article = np.full(len(slot), -1, dtype=np.int64)
    affinity = np.zeros(len(slot))
    for number in range(n_slots):
        pages = weights(setting, articles, hour + number / n_slots)[:, order]
        for edition, page in enumerate(pages):
            rows = np.flatnonzero((slot == number) & (readers["edition"][wanted["reader"]] == edition))
            if len(rows) and page.any():
                article[rows], affinity[rows] = _choose(scene, wanted["reader"][rows], page)
    made = wanted | {"article": article, "affinity": affinity}
    return _first_only(take(made, article >= 0))


def _cumulated(scene: _Scene, page: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(cumulated weights in order of category, the same at each category's beginning and at the end)."""
    total = np.concatenate([[0.0], np.cumsum(page)])
    category = scene.articles["category"][scene.order]
    return total, total[np.searchsorted(category, np.arange(scene.interest.shape[1] + 1))]


def _choose(scene: _Scene, who: np.ndarray, page: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(article or -1, affinity) that each of `who` picks: categories by interest, glances in them, then fine taste."""
    p = scene.setting.parameters.reading
    seen, category = _glances(scene, who, page)
    liking = np.einsum("rgt,rt->rg", scene.articles["taste"][seen], scene.readers["taste"][who])
    utility = p.taste_sigma * liking + scene.rng.gumbel(size=liking.shape)
    read = _known(pair_key(who[:, None], scene.articles["code"][seen]), scene.read_before)
    best = np.argmax(np.where(read, -np.inf, utility), axis=1)
    rows = np.arange(len(who))
    interest = scene.interest[who, category[rows, best]]
    affinity = 0.5 * np.log(interest + 0.1) + 0.5 * liking[rows, best]
    return np.where(read.all(axis=1), -1, seen[rows, best]), affinity


def _glances(scene: _Scene, who: np.ndarray, page: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(article, its category) of each headline that each of `who` looks at [reader, glance]."""
    total, bounds = _cumulated(scene, page)
    mass = np.cumsum(scene.interest[who] * np.diff(bounds), axis=1)
    draws = scene.rng.random((len(who), scene.setting.parameters.reading.glances)) * mass[:, -1:]
    category = np.minimum((draws[:, :, None] >= mass[:, None, :]).sum(axis=2), len(bounds) - 2)
    low, high = bounds[category], bounds[category + 1]
    place = np.searchsorted(total, low + scene.rng.random(low.shape) * (high - low), side="right") - 1
    return scene.order[np.clip(place, 0, len(scene.order) - 1)], category


def _known(keys: np.ndarray, read_before: np.ndarray) -> np.ndarray:
    if not len(read_before):
        return np.zeros(keys.shape, dtype=bool)
    found: np.ndarray = read_before[np.minimum(np.searchsorted(read_before, keys), len(read_before) - 1)] == keys
    return found


def _first_only(reads: Table) -> Table:
    """Without a reader's second pick of the same article in the hour."""
    _, first = np.unique(pair_key(reads["reader"], reads["article"]), return_index=True)
    return take(reads, np.sort(first))


def timed(setting: Setting, reads: Table, words: np.ndarray, hour: int) -> Table:
    """The same reads with occurred, recorded (hours since the epoch) and dwell_seconds (NaN where not measured).

    A read is recorded when it ends, `late_share` of them up to a day later.
    """
    rng = draw(setting.seed, Stream.RECORDING, hour)
    p, n = setting.parameters.reading, len(words)
    engaged = np.exp(np.clip(0.7 * reads["affinity"], -1.5, 1.5) + p.dwell_sigma * rng.normal(size=n))
    dwell = np.clip(0.55 * words / p.words_per_second * engaged, 2.0, 1800.0)
    spent = dwell + rng.exponential(p.gap_seconds, size=n)
    before = np.cumsum(spent) - spent
    first = np.searchsorted(reads["session"], reads["session"])
    occurred = hour + (reads["start"] + before - before[first]) / _SECONDS
    delay = rng.exponential(setting.parameters.recording.delay_seconds, size=n)
    late = rng.random(n) < setting.switches.late_share
    delay = delay + late * rng.uniform(0.02, 1.0, size=n) * setting.parameters.recording.late_hours * _SECONDS
    measured = rng.random(n) >= p.dwell_missing_share
    return reads | {
        "occurred": occurred,
        "recorded": occurred + (dwell + delay) / _SECONDS,
        "dwell": np.where(measured, np.round(dwell, 1), np.nan),
        "surface": rng.choice(3, size=n, p=[0.55, 0.37, 0.08]),
        "referrer": rng.choice(4, size=n, p=[0.5, 0.24, 0.18, 0.08]),
        "kind": np.zeros(n, dtype=np.int64),
    }


def reactions(setting: Setting, reads: Table, hour: int) -> Table:
    """Likes, bookmarks, shares and comments that follow the reads of the hour, as rows of their own."""
    rng = draw(setting.seed, Stream.RECORDING, -hour % (1 << 32))
    shares = setting.parameters.reading.reactions
    chance = rng.random(len(reads["reader"])) / np.exp(np.clip(reads["affinity"], -1, 1))
    kind = np.searchsorted(np.cumsum(list(shares.values())), chance, side="right")
    reacted = take(reads | {"kind": kind + 1}, kind < len(shares))
    after = np.nan_to_num(reacted["dwell"], nan=30.0) / _SECONDS
    gone = reacted["recorded"] - reacted["occurred"]
    occurred = reacted["occurred"] + after
    return reacted | {"occurred": occurred, "recorded": occurred + gone, "dwell": np.full(len(after), np.nan)}
