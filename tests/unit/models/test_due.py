"""Who is due for a new list: worked out on paper, one reason at a time."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from frontpage.core import columns as c
from frontpage.core.lists import LIST_LENGTH
from frontpage.core.params import Params
from frontpage.core.sections.lists import ListParams
from frontpage.features.interactions import HOUR_MICROSECONDS, interaction_dataset
from models.context import ScoringContext, scoring_context
from models.due import LastLists, due, visit_rate
from models.replay.replayed import OURS, Cadence
from models.replay.walk import replay

from .newsroom_world import PARAMS
from .replay_world import world
from .worlds import NOW, article, history, hours_ago, read, reader

HOUR = HOUR_MICROSECONDS
#: Only age and what happened count: no habit makes anybody due.
RULES = ListParams(max_list_age_hours=6, max_visit_age_hours=1e9)
NAMES = [f"a{number:02d}" for number in range(12)]
#: Readers 1 to 5: read long ago, read just now, retraction in the list, old list, no list.
QUIET, READING, RETRACTED, OLD, NEW = range(5)


def scene() -> tuple[ScoringContext, LastLists]:
    """Five readers whose lists were made two hours ago, but for one old and one that is not there."""
    articles = [article(name, 20) for name in NAMES] + [article("gone", 20, **{c.STATUS: "retracted"})]
    reads = [read(key, "a11", 15) for key in range(1, 6)] + [read(2, "a10", 0.5)]
    at = scoring_context(
        interaction_dataset(history(articles, reads, [reader(key) for key in range(1, 6)])), NOW, Params()
    )
    last = LastLists.none(len(at.dataset.reader_keys))
    last.articles[at.readers] = at.dataset.article_ids.get_indexer(NAMES[:LIST_LENGTH])
    last.made_us[at.readers] = at.now - np.array([2, 2, 2, 6, 0]) * HOUR
    last.articles[at.readers[RETRACTED], 3] = at.dataset.article_ids.get_loc("gone")
    last.made_us[at.readers[NEW]], last.articles[at.readers[NEW]] = LastLists.none(1).made_us[0], -1
    return at, last


def test_each_reason_alone_makes_a_reader_due() -> None:
    """A read since, a list that lost an article, an old list, none: the quiet reader keeps theirs."""
    at, last = scene()
    assert due(at, last, RULES, HOUR).tolist() == [False, True, True, True, True]


def test_other_interests_make_a_reader_due() -> None:
    """Known an hour ago, after the list: due. Known only later, or before the list: not."""
    at, last = scene()
    for hours, is_due in ((1, True), (-1, False), (3, False)):
        changed = at.dataset.reader_changed.copy()
        changed[at.readers[QUIET]] = at.now - hours * HOUR
        dataset = replace(at.dataset, reader_changed=changed, reader_known=changed)
        assert due(replace(at, dataset=dataset), last, RULES, HOUR)[QUIET] == is_due


def test_age_0_makes_everybody_due() -> None:
    """The switch to a full refresh."""
    at, last = scene()
    assert due(at, last, RULES.model_copy(update={"max_list_age_hours": 0.0}), HOUR).all()


def test_a_short_list_is_due() -> None:
    """Nine articles, however sound."""
    at, last = scene()
    last.articles[at.readers[QUIET], 9] = -1
    assert due(at, last, RULES, HOUR)[QUIET]


def test_an_article_that_was_read_or_hidden_makes_its_list_due() -> None:
    """Also where the history does not hold the read: it was suspicious, or the reader hid the article."""
    at, last = scene()
    key = np.array([QUIET * len(at.live) + 4])
    assert due(replace(at, seen=np.union1d(at.seen, key)), last, RULES, HOUR)[QUIET]


@pytest.mark.parametrize(("hours_later", "is_likelier"), [(0, True), (12, False)])
def test_readers_come_when_they_used_to_come(hours_later: int, is_likelier: bool) -> None:
    """Who came at this hour on each of five days is likelier than evenly spread visits to come now; not at night."""
    at_noon = [read(1, NAMES[day], 24 * day - 0.5) for day in range(1, 6)]
    spread = [read(2, NAMES[n], 24 * n + 5 * n) for n in range(1, 5)] + [read(2, NAMES[6], 119)]
    people = [reader(key, **{c.SIGNED_UP_AT: hours_ago(120), c.RECORDED_AT: hours_ago(120)}) for key in (1, 2)]
    past = history([article(name, 130) for name in NAMES], at_noon + spread, people, NOW + timedelta(hours=12))
    noon, evenly = rates(scoring_context(interaction_dataset(past), NOW + timedelta(hours=hours_later), Params()))
    assert (noon > evenly) == is_likelier
    assert 0.5 < evenly < 2


def test_over_a_day_the_average_reader_is_one() -> None:
    """The 24 hours of a day average to 1 for the only reader there is, at whatever hour they come."""
    reads = [read(1, NAMES[day], 24 * day - 3.5) for day in range(1, 11)]
    at = of_reads(reads, 240, 1)
    hours = [rates(replace(at, as_of=NOW + timedelta(hours=hour)))[0] for hour in range(24)]
    assert max(hours) > 3
    assert np.mean(hours) == pytest.approx(1.0, abs=0.02)


def test_who_came_more_often_is_likelier() -> None:
    """At the same hours, in the same ten days: nine visits, three, none."""
    nine = [read(1, NAMES[day], 24 * day) for day in range(1, 10)]
    three = [read(2, NAMES[day], 24 * day) for day in (2, 5, 8)]
    often, seldom, never = rates(of_reads(nine + three, 240, 3))
    assert often > seldom > never > 0


def test_the_visit_that_made_a_reader_known_does_not_count() -> None:
    """One visit ten days after sign-up tells more of a reader than one visit with which they began ten days ago."""
    reads = [read(1, "a01", 239), read(2, "a01", 239), read(3, "a02", 480), read(3, "a03", 239)]
    people = [reader(1, **{c.SIGNED_UP_AT: hours_ago(239), c.RECORDED_AT: hours_ago(239)})]
    dataset = interaction_dataset(history([article(name, 500) for name in NAMES], reads, people))
    began, too, _ = rates(scoring_context(dataset, NOW, Params()))
    signed_up_before = replace(dataset, signed_up=dataset.signed_up - 100 * HOUR)
    came, as_before, _ = rates(scoring_context(signed_up_before, NOW, Params()))
    assert began == too
    assert came > as_before


def test_before_the_first_visit_everybody_is_average() -> None:
    """Signed up, and nobody has read anything yet."""
    assert rates(of_reads([], 240, 2)) == pytest.approx([1, 1], abs=0.05)


def of_reads(reads: list[dict[str, object]], signed_up_hours_ago: float, n_readers: int) -> ScoringContext:
    """The moment of readers 1 to n, all signed up then."""
    since = {c.SIGNED_UP_AT: hours_ago(signed_up_hours_ago), c.RECORDED_AT: hours_ago(signed_up_hours_ago)}
    people = [reader(key, **since) for key in range(1, n_readers + 1)]
    return scoring_context(
        interaction_dataset(history([article(name, 300) for name in NAMES], reads, people)), NOW, Params()
    )


def rates(at: ScoringContext) -> list[float]:
    """Visits to expect in the next hour of each reader row."""
    return visit_rate(at, HOUR, half_life_days=30.0).tolist()


def test_a_replay_says_what_keeping_costs() -> None:
    """Kept for no time: the lists of who makes every list. Kept for hours: fewer readers due, and it may cost."""
    rules = {
        "all": ListParams(max_list_age_hours=0),
        "kept": ListParams(max_list_age_hours=6, max_visit_age_hours=10.0),
        "strict": ListParams(max_list_age_hours=6, max_visit_age_hours=0.2),
    }
    cadence = Cadence(hours_ago(8), NOW - timedelta(minutes=30), timedelta(hours=1), timedelta(hours=8))
    found = replay(world(), PARAMS, cadence, kept=rules)
    ours = found.measures[OURS]["ndcg_at_10"]
    assert found.measures["all"]["ndcg_at_10"].tolist() == ours.tolist()
    assert found.due["all"] == 1.0
    assert 0.1 < found.due["kept"] < found.due["strict"] < 1.0
    assert found.measures["kept"]["ndcg_at_10"].mean() < ours.mean() * 1.05
