"""Articles as numbers: who publishes what in an hour, about which story, and when attention is on it."""

from dataclasses import dataclass

import numpy as np

from frontpage.newsroom import stories as st
from frontpage.newsroom.cycles import cycle
from frontpage.newsroom.faults import Switches
from frontpage.newsroom.parameters import NewsroomParameters
from frontpage.newsroom.tables import N_TASTES, Stream, Table, concat, draw
from frontpage.newsroom.vocabulary import Vocabulary

_MINUTES = 60.0
#: An article's code is its hour and its number in that hour: a stable integer name.
CODE_BITS = 14
#: Articles that a copy looks at to find one in its language.
_TRIES = 6
NOT_A_COPY, SYNDICATED, COPIED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Setting:
    """What never changes in one synthetic world."""

    parameters: NewsroomParameters
    vocabulary: Vocabulary
    seed: int
    articles_per_day: int
    n_readers: int
    switches: Switches


def articles_of_hour(setting: Setting, hour: int) -> Table:
    """The articles first seen in UTC hour `hour`, ordered by that time: a function of the setting and the hour."""
    rng = draw(setting.seed, Stream.ARTICLES, hour)
    publisher = _publishers(setting, hour, rng)
    n = len(publisher)
    live = _live(setting, hour)
    topics = _topics(setting, live, hour, n, rng)
    seen = hour + np.sort(rng.uniform(0, 1, size=n))
    columns = {
        "code": (np.int64(hour) << CODE_BITS) + np.arange(n),
        "publisher": publisher,
        "language": _by_publisher(setting, "language", setting.parameters.languages)[publisher],
        "region": _by_publisher(setting, "region", list(setting.parameters.regions))[publisher],
        "seen": seen,
        "published": seen - rng.exponential(setting.parameters.articles.seen_after_minutes / _MINUTES, size=n),
        "dated": rng.random(n) >= setting.parameters.articles.undated_share,
    }
    table = columns | topics | _attention(setting, topics, seen, rng)
    return _mark_copies(setting, table, rng)


def _publishers(setting: Setting, hour: int, rng: np.random.Generator) -> np.ndarray:
    """Publisher of each article of the hour, in random order."""
    p = setting.parameters
    zones = [p.regions[publisher.region].timezones[0] for publisher in p.publishers]
    rhythm = cycle(hour, zones, p.cycles.publishing_hours, p.cycles.publishing_weekdays)
    shares = np.array([publisher.share for publisher in p.publishers])
    expected = setting.articles_per_day / 24 * rhythm * shares / shares.sum()
    counts = np.minimum(rng.poisson(expected), (1 << CODE_BITS) // len(shares))
    counts[[_is_out(setting, number, hour) for number in range(len(shares))]] = 0
    return rng.permutation(np.repeat(np.arange(len(shares), dtype=np.int16), counts))


def _is_out(setting: Setting, publisher: int, hour: int) -> bool:
    names = ("", setting.parameters.publishers[publisher].name, setting.parameters.publishers[publisher].host)
    return any(outage.covers(hour) and outage.publisher in names for outage in setting.switches.outages)


def _by_publisher(setting: Setting, field: str, names: list[str]) -> np.ndarray:
    return np.array([names.index(getattr(p, field)) for p in setting.parameters.publishers], dtype=np.int16)


def _live(setting: Setting, hour: int) -> Table:
    ordinary = st.live_stories(setting.parameters, setting.vocabulary, setting.seed, hour)
    breaking = st.breaking_stories(setting.parameters, setting.vocabulary, setting.seed, setting.switches)
    on = [story for story in breaking if 0 <= hour - story["begins"][0] < setting.parameters.stories.live_days * 24]
    return concat([ordinary, *on])


def _topics(setting: Setting, live: Table, hour: int, n: int, rng: np.random.Generator) -> Table:
    """What each article is about: a live story, by its heat, or something of its own."""
    p = setting.parameters
    shares = np.array([category.articles for category in p.categories.values()])
    own = st.draw_topics(n, rng.choice(len(shares), size=n, p=shares / shares.sum()), setting.vocabulary, rng)
    chosen = _choose_stories(setting, live, hour, n, rng)
    on_story = chosen >= 0
    topics = {name: own[name].copy() for name in own}
    for name in own:
        topics[name][on_story] = live[name][chosen[on_story]]
    topics["taste"] = np.where(on_story[:, None], 0.85, 1.0) * topics["taste"]
    topics["taste"] = topics["taste"] + on_story[:, None] * 0.5 * rng.normal(size=(n, N_TASTES)) / np.sqrt(N_TASTES)
    topics["place"] = np.where(rng.random(n) < 0.25, own["place"], topics["place"])
    pick = np.maximum(chosen, 0)
    calm = {"story": -1, "begins": 0.0, "burst": 1.0, "half_life": 1.0}
    return topics | {name: np.where(on_story, live[name][pick], empty) for name, empty in calm.items()}


def _choose_stories(setting: Setting, live: Table, hour: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """Position in `live` of each article's story, or -1."""
    p = setting.parameters.stories
    heat = st.intensity(live, hour + 0.5) + 1e-9
    heat = np.where(live["breaking"], 0.0, heat)
    chosen = rng.choice(len(heat), size=n, p=heat / heat.sum())
    chosen = np.where(rng.random(n) < p.article_share, chosen, -1)
    for position in np.flatnonzero(live["breaking"]):
        lives = (hour - live["begins"][position]) / live["half_life"][position]
        pull = p.breaking_article_share * 2.0 ** (-lives / 3)
        chosen = np.where(rng.random(n) < pull, position, chosen)
    return chosen


def _attention(setting: Setting, topics: Table, seen: np.ndarray, rng: np.random.Generator) -> Table:
    """How good each article is, when it is promoted and for how long, and its length in words."""
    p = setting.parameters.articles
    n = len(seen)
    words = np.array([category.words for category in setting.parameters.categories.values()])[topics["category"]]
    delay = 24 * rng.exponential(p.delay_days, size=n) * (rng.random(n) >= p.immediate_share)
    return {
        "quality": np.exp(p.quality_sigma * np.minimum(rng.normal(size=n), p.quality_limit)),
        "regional": np.exp(p.region_sigma * rng.normal(size=(n, len(setting.parameters.regions)))),
        "promoted": seen + delay,
        "attention": p.attention_hours * np.exp(p.attention_sigma * rng.normal(size=n)),
        "words": np.maximum(40, words * np.exp(p.words_sigma * rng.normal(size=n))),
    }


def _mark_copies(setting: Setting, table: Table, rng: np.random.Generator) -> Table:
    """The table with `copy_kind` and `copy_of`: the position of an earlier article of the hour, same language."""
    p = setting.parameters.articles
    n = len(table["code"])
    chance = rng.random(n)
    kind = np.where(chance < p.copied_share + p.syndicated_share, SYNDICATED, NOT_A_COPY)
    kind[chance < p.copied_share] = COPIED
    tried = np.floor(rng.random((n, _TRIES)) * np.arange(n)[:, None]).astype(np.int64)
    usable = (table["language"][tried] == table["language"][:, None]) & (kind[tried] == NOT_A_COPY)
    source = tried[np.arange(n), np.argmax(usable, axis=1)]
    fits = (np.arange(n) > 0) & (kind > NOT_A_COPY) & usable.any(axis=1)
    copied = table | {"copy_kind": np.where(fits, kind, NOT_A_COPY), "copy_of": np.where(fits, source, -1)}
    same = np.flatnonzero(fits)
    for name in ("category", "taste", "story", "begins", "burst", "half_life", "words", "regional"):
        copied[name] = table[name].copy()
        copied[name][same] = table[name][source[same]]
    copied["quality"] = table["quality"] * np.where(fits, p.copy_attention, 1.0)
    return copied
