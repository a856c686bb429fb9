"""Readers: where they live, what they like, how often they come; newcomers and leavers."""

import numpy as np

from frontpage.newsroom.articles import Setting
from frontpage.newsroom.tables import N_TASTES, Stream, Table, draw

NEVER = np.inf
#: The first readers have names, for examples and tests (docs/reference/newsroom.md).
NAMED = ("reader_new", "reader_heavy", "reader_only_sport")
_ESTABLISHED = 0
_HEAVY_SESSIONS_A_DAY = 8.0


def established(setting: Setting, start: int) -> Table:
    """The readership when the world begins at hour number `start` [reader]: `setting.n_readers` rows."""
    rng = draw(setting.seed, Stream.READERS, _ESTABLISHED)
    signed_up = start - 24 * rng.uniform(0.5, 700, size=setting.n_readers)
    return _named(setting, _readers(setting, signed_up, float(start), rng))


def newcomers(setting: Setting, hour: int) -> Table:
    """Readers who sign up in UTC hour `hour`, ordered by that time."""
    rng = draw(setting.seed, Stream.READERS, hour)
    n = int(rng.poisson(setting.n_readers * setting.parameters.readers.new_per_day / 24))
    signed_up = hour + np.sort(rng.uniform(0, 1, size=n))
    return _readers(setting, signed_up, signed_up, rng)


def _readers(setting: Setting, signed_up: np.ndarray, known: np.ndarray | float, rng: np.random.Generator) -> Table:
    """Traits of readers who signed up at `signed_up` and whom the newsroom's files know from `known`."""
    n = len(signed_up)
    p = setting.parameters.readers
    region, zone, edition = _homes(setting, n, rng)
    interest = _interests(setting, n, rng)
    spread = p.sessions_sigma
    return {
        "signed_up": signed_up,
        "known": np.broadcast_to(known, n).copy(),
        "leaves": np.broadcast_to(known, n) + 24 * rng.exponential(1 / max(p.leaving_per_day, 1e-9), size=n),
        "region": region,
        "zone": zone,
        "edition": edition,
        "interest": interest,
        "next_interest": _interests(setting, n, rng),
        "picks": _signed_up_for(interest, p.interest_picks, rng),
        "taste": rng.normal(size=(n, N_TASTES)),
        "sessions": p.sessions_per_day * np.exp(spread * rng.normal(size=n) - spread**2 / 2),
        "habit": rng.uniform(0, 24, size=n),
        "device": rng.choice(3, size=n, p=[0.62, 0.3, 0.08]),
        "has_email": rng.random(n) < p.email_share,
        "opted_in": rng.random(n) < p.digest_share,
    }


def _homes(setting: Setting, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(region, timezone, edition) of n readers; the edition is the front page in their region and language."""
    regions = list(setting.parameters.regions.values())
    shares = np.array([region.share for region in regions])
    home = rng.choice(len(regions), size=n, p=shares / shares.sum())
    zone, edition, first = np.zeros(n, np.int64), np.zeros(n, np.int64), 0
    for number, region in enumerate(regions):
        mine = home == number
        zone[mine] = rng.integers(len(region.timezones), size=mine.sum())
        tongues = np.array(list(region.languages.values()))
        edition[mine] = first + rng.choice(len(tongues), size=mine.sum(), p=tongues / tongues.sum())
        first += len(tongues)
    return home, zone, edition


def _interests(setting: Setting, n: int, rng: np.random.Generator) -> np.ndarray:
    """Interest in each category [reader, category], each row with mean 1."""
    base = np.array([category.interest for category in setting.parameters.categories.values()])
    concentration = setting.parameters.readers.interest_concentration
    drawn = rng.gamma(concentration, size=(n, len(base))) * base + 0.02
    scaled: np.ndarray = drawn / drawn.mean(axis=1, keepdims=True)
    return scaled


def _signed_up_for(interest: np.ndarray, bounds: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Categories picked at sign-up [reader, category]: those of most interest, not quite reliably."""
    noisy = np.log(interest) + 0.5 * rng.normal(size=interest.shape)
    rank = np.argsort(np.argsort(-noisy, axis=1), axis=1)
    picked: np.ndarray = rank < rng.integers(bounds[0], bounds[1] + 1, size=(len(interest), 1))
    return picked


def _named(setting: Setting, readers: Table) -> Table:
    """The same readers with the first three made into the named ones, as far as there are so many."""
    named = {name: column.copy() for name, column in readers.items()}
    sport = list(setting.parameters.categories).index("sport") if "sport" in setting.parameters.categories else 0
    n = min(setting.n_readers, len(NAMED))
    named["sessions"][:n] = np.array([0.0, _HEAVY_SESSIONS_A_DAY, 2.0])[:n]
    named["leaves"][:n] = NEVER
    named["has_email"][:n] = named["opted_in"][:n] = True
    if n == len(NAMED):
        only = np.zeros(named["interest"].shape[1])
        only[sport] = len(only)
        named["interest"][2] = named["next_interest"][2] = only
        named["picks"][2] = only > 0
    return named


def interests_at(setting: Setting, readers: Table, days: float) -> np.ndarray:
    """Interests after `days` of the world: moved from the first draw towards the second by the daily drift."""
    switched = setting.switches.drift_per_day
    drift = setting.parameters.readers.drift_per_day if switched is None else switched
    kept = (1 - min(drift, 1.0)) ** max(days, 0.0)
    return readers["interest"] if kept == 1.0 else kept * readers["interest"] + (1 - kept) * readers["next_interest"]
