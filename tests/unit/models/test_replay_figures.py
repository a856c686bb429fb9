"""The figures of a replay by hand: who is best, by how much, for whom, and how sure that is."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from frontpage.core.params import Params
from frontpage.core.sections.lists import ListParams
from models.evaluation.baselines import BASELINE_NAMES
from models.evaluation.evaluator import MEASURES
from models.replay.bootstrap import interval, ratio, resampled, sums_by_group, sums_by_reader
from models.replay.figures import figures
from models.replay.groups import groupings, winners
from models.replay.lists import Lists
from models.replay.replayed import OURS, Cadence, Replayed, ReplayedTraining
from models.replay.report import table, write_report
from models.replay.variants import changes
from models.reranking.rerank import RULES
from models.variants import complete

DAY = timedelta(days=1)
START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
SAID = Lists(2, 0.5, 3.0, 2.0, float("nan"), 0.1, float("nan"))


def replayed(ndcg: dict[str, list[float]], cutoffs: list[int], readers: list[int], **fields: Any) -> Replayed:
    """Lists at some days by some readers with these values of nDCG; all other policies score 0."""
    n = len(cutoffs)
    values = {name: np.array(ndcg.get(name, [0.0] * n), dtype=np.float32) for name in [*ndcg, *BASELINE_NAMES]}
    ones = np.ones(n, dtype=np.int64)
    made = Replayed(
        cadence=Cadence(START, START + max(cutoffs) * DAY + DAY, DAY, DAY),
        cutoffs=[START + day * DAY for day in range(max(cutoffs) + 1)],
        regions=np.array(["region=north", "region=south", None], dtype=object),
        cutoff=np.array(cutoffs), reader=np.array(readers), region=ones * 0, n_known=ones * 0, has_interests=ones < 0,
        n_answers=ones * 2, n_existing=ones * 2, n_listable=ones, n_timed=ones * 0,
        ceiling=ones * 0.5, chance=ones * 0.01,
        measures={name: dict.fromkeys(MEASURES, value) for name, value in values.items()},
        lists={name: [SAID] * (max(cutoffs) + 1) for name in values},
        trainings=[ReplayedTraining(START, "v", "ranker", ("it <reaches> it",))],
    )  # fmt: skip
    return replace(made, **fields)


#: Two days of two readers: latest is best on the first day, als on the second and over both.
TWO_DAYS: dict[str, list[float]] = {
    OURS: [0.6, 0.4, 0.5, 0.5], "latest": [0.5, 0.5, 0.0, 0.0], "als": [0.2, 0.4, 0.4, 0.6],
}  # fmt: skip


def test_best_rule_and_daily_hindsight_by_hand() -> None:
    """Ours 2.0 of four lists, als 1.6, each day's best 1.0 + 1.0: ratios of 1.25 and 1."""
    found = replayed(TWO_DAYS, [0, 0, 1, 1], [1, 2, 1, 2])
    best, told = winners(found), figures(found)
    assert best.best_rule == told["best_rule"] == "als"
    assert best.of_day == {"2026-03-02": "latest", "2026-03-03": "als"}
    assert told["ratio_to_best_rule"] == pytest.approx(1.25, abs=1e-6)
    assert told["ratio_to_daily_hindsight"] == pytest.approx(1.0, abs=1e-6)
    assert told["days"]["2026-03-02"]["ratio_to_best_rule"] == pytest.approx(1 / 0.6, abs=1e-5)
    assert told["days"]["2026-03-03"]["best_of_day"] == "als"


def test_the_ratio_by_reading_time_is_over_the_lists_whose_time_is_known() -> None:
    """Of the first and the last list: ours 1.1, als 0.8; without a time there is no ratio."""
    told = figures(replayed(TWO_DAYS, [0, 0, 1, 1], [1, 2, 1, 2], n_timed=np.array([1, 0, 0, 2])))
    assert told["ratio_by_reading_time"] == pytest.approx(1.1 / 0.8, abs=1e-6)
    untimed = figures(replayed(TWO_DAYS, [0, 0, 1, 1], [1, 2, 1, 2], n_timed=np.zeros(4, dtype=np.int64)))
    assert untimed["ratio_by_reading_time"] is untimed["ratio_by_reading_time_ci95"] is None


def test_ours_and_its_variants_are_no_rules() -> None:
    """However good they are."""
    found = replayed({**TWO_DAYS, "without max_similarity": [1.0] * 4}, [0, 0, 1, 1], [1, 2, 1, 2])
    assert winners(found).best_rule == "als"


def test_the_interval_of_a_ratio_draws_readers_with_all_their_lists() -> None:
    """Two readers: a draw is (1, 1), (1, 2) or (2, 2), with a quarter, a half, a quarter of the chance."""
    told = figures(replayed(TWO_DAYS, [0, 0, 1, 1], [1, 2, 1, 2]))
    assert told["ci95"] == pytest.approx([0.9 / 1.0, 1.1 / 0.6], abs=1e-5)
    same = {OURS: [0.4] * 4, "latest": [0.2] * 4}
    assert figures(replayed(same, [0, 0, 1, 1], [1, 2, 1, 2]))["ci95"] == pytest.approx([2.0, 2.0], abs=1e-5)


def test_one_reader_has_no_interval() -> None:
    """Drawn again and again it is always the same reader."""
    told = figures(replayed(TWO_DAYS, [0, 0, 1, 1], [1, 1, 1, 1]))
    assert told["ratio_to_best_rule"] == pytest.approx(1.25, abs=1e-6)
    assert told["ci95"] is None


def test_an_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    """The mean of 80 draws of a known law lies within its interval in 88 to 99 of 100 worlds."""
    random, hits = np.random.default_rng(5), 0
    for seed in range(100):
        table = np.stack([random.exponential(1.0, 80), np.ones(80)])
        drawn = resampled({"all": table}, seed, 300)["all"]
        low, high = interval(ratio(drawn[0], drawn[1])) or (0.0, 0.0)
        hits += low <= 1.0 <= high
    assert 88 <= hits <= 99


def test_groups_are_drawn_with_the_same_readers() -> None:
    """Sums of groups add up to those of everything, resample by resample."""
    random = np.random.default_rng(2)
    reader, group, value = random.integers(0, 30, 200), random.integers(0, 3, 200), random.random(200)
    reader = np.unique(reader, return_inverse=True)[1]
    tables = {"all": sums_by_reader(reader, [value]), "few": sums_by_group(reader, group, 3, [value])}
    drawn = resampled(tables, 1, 40)
    np.testing.assert_allclose(drawn["few"].sum(axis=0), drawn["all"][0])
    assert drawn["all"].tolist() == resampled(tables, 1, 40)["all"].tolist()


def test_lists_are_told_by_segment_region_and_weekday() -> None:
    """Reads known at the cutoff: 0 (with interests or without), 4, 5, 20; a region not known has a row of its own."""
    known, region = np.array([0, 4, 5, 20]), np.array([0, 0, 1, -1])
    two_days, interests = replayed(TWO_DAYS, [0, 0, 1, 1], [1, 2, 3, 4], n_known=known, region=region), known == 0
    told = figures(two_days)
    assert next(iter(figures(replace(two_days, has_interests=interests))["segments"])) == "no history, interests"
    assert [row["n_lists"] for row in told["segments"].values()] == [1, 1, 1, 1]
    assert list(told["segments"]) == ["no history", "1-4 reads", "5-19 reads", "20+ reads"]
    assert {name: row["n_lists"] for name, row in told["regions"].items()} == {"north": 2, "south": 1, "no region": 1}
    assert list(told["weekdays"]) == ["Monday", "Tuesday"]
    assert "months" not in told


def test_many_regions_and_many_months() -> None:
    """Thirty regions by name and the rest as one; months where the period is longer than one."""
    cutoffs = list(range(40))
    regions = np.array([*(f"region=r{number:02d}" for number in range(40)), None], dtype=object)
    found = replayed({OURS: [0.5] * 40}, cutoffs, cutoffs, region=np.arange(40), regions=regions)
    by = groupings(found)
    assert list(by) == ["days", "weekdays", "months", "regions", "segments"]
    assert list(figures(found)["months"]) == ["2026-03", "2026-04"]
    assert list(figures(found)["regions"].values())[-1]["n_lists"] == 10


def test_reading_time_counts_where_it_is_known() -> None:
    """Only the first list was answered by a timed read; without any there is no number."""
    found = replayed(TWO_DAYS, [0, 0, 1, 1], [1, 2, 1, 2], n_timed=np.array([1, 0, 0, 0]))
    assert figures(found)["policies"][OURS]["dwell_ndcg_at_10"] == pytest.approx(0.6, abs=1e-6)
    none = figures(replayed(TWO_DAYS, [0, 0, 1, 1], [1, 2, 1, 2]))["policies"][OURS]
    assert none["dwell_ndcg_at_10"] is None
    assert none["dwell_ndcg_at_10_ci95"] is None
    assert none["categories_per_list"] is None


def test_a_rule_costs_what_is_lost_by_it() -> None:
    """Without a rule 0.6, with it 0.5: it costs 0.1. With another one 0.4, without it 0.5: that costs 0.1, too."""
    asked = changes(Params(lists=ListParams(max_per_publisher=3)))
    without, added = asked["without max_per_publisher"], asked["with min_fresh 3"]
    assert (without.params.lists.max_per_publisher, added.params.lists.min_fresh) == (0, 3)
    found = replayed({OURS: [0.5] * 4, without.name: [0.6] * 4, added.name: [0.4] * 4}, [0, 0, 1, 1], [1, 2, 1, 2])
    told = figures(found, {change.name: change for change in (without, added)})["costs"]
    assert [row["cost"] for row in told.values()] == pytest.approx([0.1, 0.1], abs=1e-6)
    assert told[added.name]["cost_ci95"] == pytest.approx([0.1, 0.1], abs=1e-6)
    assert told[added.name]["relative_cost"] == pytest.approx(0.2, abs=1e-6)
    assert (told[without.name]["switched"], told[added.name]["switched"]) == ("off", "on")


def test_every_rule_and_exploration_is_switched() -> None:
    """Each one once, away from what the parameters say; the names are those of the parameters."""
    made = changes(Params())
    assert {change.rule for change in made.values()} == {*RULES, "exploration.share"}
    assert [name for name in made if name.startswith("without")] == ["without max_similarity"]
    assert (
        len({change.params.model_dump_json() for change in made.values()} | {complete(Params()).model_dump_json()}) == 7
    )


def test_the_report_is_json_a_page_and_a_table(tmp_path: Path) -> None:
    """The same figures in all three; the page is whole, fetches nothing and has texts escaped."""
    told = figures(replayed(TWO_DAYS, [0, 0, 1, 1], [1, 2, 1, 2]))
    write_report(told, tmp_path / "r.json", tmp_path / "r.html")
    assert json.loads((tmp_path / "r.json").read_text()) == told
    page = (tmp_path / "r.html").read_text()
    seen = _Tags()
    seen.feed(page)
    assert seen.unclosed == []
    assert seen.tags.isdisjoint({"script", "img", "link", "iframe"})
    assert "http" not in page
    assert "it &lt;reaches&gt; it" in page
    assert "1.250 ×" in page
    text = table(told)
    assert "to the best rule of the period (als): 1.250" in text
    assert text.splitlines()[1].startswith(OURS)


class _Tags(HTMLParser):
    """Tags that are there, and those left open."""

    _VOID = frozenset({"meta", "br", "circle", "line", "rect", "path", "polyline", "polygon"})

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.unclosed: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        if tag not in self._VOID:
            self.unclosed.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._VOID:
            assert self.unclosed.pop() == tag
