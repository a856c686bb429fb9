"""What rules on data are worth: the history without each, the same judge for all, and where the model errs."""

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.errors import NothingToLearnError
from frontpage.core.history import READ_COLUMNS, History
from frontpage.core.params import Params
from frontpage.features.interactions import InteractionDataset, interaction_dataset
from models.context import scoring_context
from models.evaluation.data_rules import (
    ALL_RULES,
    DATA_RULES,
    DataRule,
    SetAside,
    with_copies_apart,
    with_reads,
    without_all,
)
from models.evaluation.data_worth import JudgedCutoff, data_worth
from models.evaluation.errors import OUTCOMES, WAYS
from models.inputs import ScoringInputs, scoring_inputs
from models.retrieval import als
from models.topk import TopK
from models.training.held_back import HeldBack

from .newsroom_world import PARAMS, newsroom
from .worlds import NOW, article, history, hours_ago, read, reader

NOBODY = pd.DataFrame(columns=list(READ_COLUMNS))
NOTHING = SetAside(NOBODY, NOBODY)
AS_OF = hours_ago(4)


def aside(rows: list[dict]) -> pd.DataFrame:
    """Reads as a frame."""
    return history([], rows, []).reads


def rule(name: str) -> DataRule:
    """One of the rules."""
    return next(one for one in DATA_RULES if one.name == name)


def test_each_rule_is_turned_back_by_itself() -> None:
    """Copies stand for themselves, reads set aside are there in order of time, and no reading time is known."""
    past = history(
        [article("a", 9), article("b", 8, duplicate_of="a", duplicate_kind="near")],
        [read(1, "a", 2, dwell_seconds=30), read(1, "b", 1)],
        [reader(1)],
    )
    kept = SetAside(aside([read(1, "b", 1.5), read(9, "b", 1.5)]), aside([read(1, "a", 3), read(1, "gone", 3)]))
    within = kept.within(past)
    assert [one.n_rows(past, within) for one in DATA_RULES] == [1, 1, 1, 1]
    assert rule("cleaning").without(past, within).reads[c.ARTICLE_ID].tolist() == ["a", "b", "b"]
    assert rule("suspicion").without(past, within).reads[c.ARTICLE_ID].tolist() == ["a", "a", "b"]
    assert rule("duplicates").without(past, within).articles[c.DUPLICATE_OF].isna().all()
    assert rule("dwell").without(past, within).reads[c.DWELL_SECONDS].isna().all()
    everything = without_all(past, within)
    assert (len(everything.reads), everything.reads[c.DWELL_SECONDS].notna().sum()) == (4, 0)
    assert past.reads[c.DWELL_SECONDS].notna().sum() == 1


def bare_view(dataset: InteractionDataset, moment: JudgedCutoff) -> ScoringInputs:
    """The moment of another dataset, without factors or texts."""
    at = scoring_context(dataset, AS_OF, Params(), readers=moment.at.readers)
    nothing = als.Factors(np.zeros((len(at.readers), 2), np.float32), np.zeros((len(at.live), 2), np.float32))
    return scoring_inputs(at, Params(), nothing, np.zeros((len(dataset.article_ids), 2), np.float32))


def test_a_copy_in_a_list_is_what_it_repeats_and_counts_once() -> None:
    """Read next: a, for 40 seconds. A list of its copy b, a itself and z is one hit at the first place."""
    articles = [article("a", 9), article("b", 9, duplicate_of="a", duplicate_kind="url"), article("z", 9)]
    past = history(articles, [read(1, "a", 3.5, dwell_seconds=40)], [reader(1)])
    held = HeldBack((AS_OF,), timedelta(hours=1), AS_OF)
    moment = JudgedCutoff.of(interaction_dataset(past), AS_OF, held, Params())
    now = bare_view(interaction_dataset(with_copies_apart(past)), moment)
    assert now.context.dataset.article_ids[now.context.live].tolist() == ["a", "b", "z"]
    made = TopK(np.zeros(3, dtype=np.int64), np.array([1, 2, 3]), np.array([1, 0, 2]))
    told = moment.told(now, made)
    assert (told.article.tolist(), told.rank.tolist()) == ([0, 2], [1, 3])
    assert moment.evaluator.measures(told)["ndcg_at_10"].tolist() == [1.0]
    assert moment.evaluator.seconds(told).tolist() == [40.0]


def swarm(past: History) -> pd.DataFrame:
    """Every reader, hour by hour, reads the newest article of the category and region that they do not care for."""
    odd = {"sport": "m", "money": "s"}
    rows = [
        read(key, f"{odd[('sport', 'money')[key % 2]]}{('s', 'n')[key // 2 % 2]}{hour:03d}", 48 - hour - 0.5)
        for key in past.readers[c.READER_KEY]
        for hour in range(48)
    ]
    return aside(rows)


@pytest.fixture(scope="module")
def found() -> dict:
    """The report on a newsroom with old news read, a swarm of reads that no person made, and one that was refused."""
    past = with_reads(newsroom(60, 48), aside([read(key, f"mn{key % 9:03d}", 0.4) for key in range(60)]))
    refused = aside([read(1, "sn010", 30, dwell_seconds=-5.0)])
    return data_worth(past, SetAside(refused, swarm(past)).within(past), PARAMS)


@pytest.mark.slow
def test_reads_that_no_person_made_are_worth_leaving_out(found: dict) -> None:
    """Planted noise costs; without copies that rule concerns nothing; all figures are the same answers' figures."""
    rows = {row["rule"]: row for row in found["rules"]}
    assert [*rows] == [*(one.name for one in DATA_RULES), ALL_RULES]
    assert (rows["suspicion"]["n_rows"], rows["cleaning"]["n_rows"]) == (60 * 48, 1)
    assert rows["duplicates"]["verdict"] == "concerns no row"
    worth = rows["suspicion"]["ndcg_at_10"]
    assert worth["worth"] == pytest.approx(worth["with"] - worth["without"], abs=2e-6)
    assert worth["worth_ci95"][0] > 0
    assert rows["suspicion"]["verdict"] == "worth having"
    assert rows["suspicion"]["seconds_per_list"]["worth"] > 0
    assert len({row["ndcg_at_10"]["with"] for row in found["rules"] if "ndcg_at_10" in row}) == 1
    low, high = rows["cleaning"]["ndcg_at_10"]["worth_ci95"]
    assert low <= rows["cleaning"]["ndcg_at_10"]["worth"] <= high


@pytest.mark.slow
def test_errors_add_up_and_have_examples(found: dict) -> None:
    """Each way counts every read once; an example's list holds nothing that it calls missed."""
    json.dumps(found)
    assert found["examples"]
    assert {row["by"] for row in found["errors"]} == set(WAYS)
    per_way = {way: sum(row["n_reads"] for row in found["errors"] if row["by"] == way) for way in WAYS}
    assert len(set(per_way.values())) == 1
    for row in found["errors"]:
        assert row["missed"] == pytest.approx(row["not_proposed"] + row["ranked_low"], abs=2e-6)
    for one in found["examples"]:
        listed = {row["article_id"] for row in one["list"]}
        assert len(one["list"]) <= 10
        missed = {row["article_id"] for row in one["read_next"] if row["outcome"] in OUTCOMES[2:]}
        assert missed
        assert not missed & listed
        assert {row["article_id"] for row in one["read_next"] if row["outcome"] == OUTCOMES[0]} <= listed


def test_a_history_that_is_too_short_is_said() -> None:
    """No hours are held back, so nothing can be judged."""
    short = history([article("a", 2)], [read(1, "a", 1.0)], [reader(1)])
    with pytest.raises(NothingToLearnError, match="nothing to judge by"):
        data_worth(replace(short, as_of=NOW), NOTHING, PARAMS)
