"""Stories: what several articles are about. They burst, are followed for days, and decay."""

import numpy as np

from frontpage.newsroom.cycles import hour_number
from frontpage.newsroom.faults import Switches
from frontpage.newsroom.parameters import NewsroomParameters
from frontpage.newsroom.tables import N_TASTES, Stream, Table, concat, draw, take
from frontpage.newsroom.vocabulary import Vocabulary

HOURS_A_DAY = 24
_RISE_HOURS = 2.0
_MOST_A_DAY = 1_000
#: Numbers of breaking stories start here, out of the way of the others.
_BREAKING = 10_000_000_000


def draw_topics(n: int, categories: np.ndarray, vocabulary: Vocabulary, rng: np.random.Generator) -> Table:
    """What `n` things in `categories` are about [thing]: subject, place, name and actor as numbers, and fine taste."""
    return {
        "category": categories.astype(np.int16),
        "subject": rng.integers(vocabulary.n_subjects, size=n),
        "place": rng.integers(1_000_000, size=n),
        "name": rng.integers(len(vocabulary.names), size=n),
        "actor": rng.integers(vocabulary.n_actors, size=n),
        "taste": rng.normal(size=(n, N_TASTES)) / np.sqrt(N_TASTES),
    }


def stories_of_day(parameters: NewsroomParameters, vocabulary: Vocabulary, seed: int, day: int) -> Table:
    """The stories that begin on day number `day` since the epoch [story]."""
    rng = draw(seed, Stream.STORIES, day)
    p = parameters.stories
    n = min(int(rng.poisson(p.per_day)) + 1, _MOST_A_DAY)
    shares = np.array([category.articles for category in parameters.categories.values()])
    topics = draw_topics(n, rng.choice(len(shares), size=n, p=shares / shares.sum()), vocabulary, rng)
    return topics | {
        "story": day * _MOST_A_DAY + np.arange(n, dtype=np.int64),
        "region": rng.integers(len(parameters.regions), size=n),
        "begins": day * HOURS_A_DAY + rng.uniform(0, HOURS_A_DAY, size=n),
        "burst": np.exp(p.burst_sigma * rng.normal(size=n)),
        "half_life": p.half_life_hours * np.exp(p.half_life_sigma * rng.normal(size=n)),
        "breaking": np.zeros(n, dtype=bool),
    }


def breaking_stories(
    parameters: NewsroomParameters, vocabulary: Vocabulary, seed: int, switches: Switches
) -> list[Table]:
    """One table of one row per switched-on breaking story."""
    tables = []
    for number, switch in enumerate(switches.breaking):
        rng = draw(seed, Stream.STORIES, _BREAKING + number)
        category = np.array([list(parameters.categories).index(switch.category)])
        tables.append(
            draw_topics(1, category, vocabulary, rng)
            | {
                "story": np.array([_BREAKING + number]),
                "region": np.array([list(parameters.regions).index(switch.region)]),
                "begins": np.array([float(hour_number(switch.at))]),
                "burst": np.array([parameters.stories.breaking_boost]),
                "half_life": np.array([parameters.stories.breaking_half_life_hours]),
                "breaking": np.array([True]),
            }
        )
    return tables


def live_stories(parameters: NewsroomParameters, vocabulary: Vocabulary, seed: int, hour: int) -> Table:
    """Stories that began before the end of UTC hour `hour` and are still followed, ordered by number."""
    day = hour // HOURS_A_DAY
    days = range(day - int(np.ceil(parameters.stories.live_days)), day + 1)
    stories = concat([stories_of_day(parameters, vocabulary, seed, each) for each in days])
    age = hour + 1 - stories["begins"]
    return take(stories, (age > 0) & (age < parameters.stories.live_days * HOURS_A_DAY))


def intensity(stories: Table, at: float) -> np.ndarray:
    """How hot each story is at `at` (hours since the epoch): a quick rise to its burst, then a decay by half-life."""
    age = np.maximum(at - stories["begins"], 0.0)
    heat: np.ndarray = (
        stories["burst"] * (1 - np.exp(-(age + 0.2) / _RISE_HOURS)) * 2.0 ** (-age / stories["half_life"])
    )
    return heat
