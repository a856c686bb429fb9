"""Editorial rules on real lists: what they do, what the gate holds them to, and what `rules diff` says beforehand."""

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.errors import BadInputError, CheckFailedError
from frontpage.core.settings import Settings
from frontpage.steps import features, gate, publish, rules, score
from frontpage.store import audit
from frontpage.store.connect import connect, execute, fetch_all
from frontpage.store.lists import runs

from .conftest import FIRST, HOUR, KEEPING, SECOND

pytestmark = pytest.mark.slow
LATER = (SECOND + timedelta(days=1)).isoformat()


def frame(settings: Settings, sql: str) -> pd.DataFrame:
    with connect(settings.database_url) as connection:
        return pd.DataFrame(fetch_all(connection, sql))


def served(settings: Settings) -> pd.DataFrame:
    """Rows of the served run."""
    with connect(settings.database_url) as connection:
        run = runs.current(connection, "champion")
    assert run is not None
    return lists_of(settings, run["run_id"])


def lists_of(settings: Settings, run_id: int) -> pd.DataFrame:
    return frame(settings, f"select * from {runs.table_of(run_id)} order by reader_key, rank")


def write(folder: Path, *written: dict) -> list[Path]:
    """A rule file; JSON is YAML."""
    file = folder / "rules.yaml"
    file.write_text("rules:\n" + "".join(f"  - {json.dumps(rule)}\n" for rule in written))
    return [file]


def refreshed(settings: Settings, as_of=SECOND) -> pd.DataFrame:
    """The next run's rows, published."""
    features.run(settings, KEEPING, as_of)
    run_id = int(score.run(settings, KEEPING, as_of).artifact.removeprefix("run:"))
    gate.run(settings, KEEPING, as_of)
    publish.run(settings, KEEPING, as_of)
    return lists_of(settings, run_id)


def test_every_kind_does_what_it_says(installation: Settings, tmp_path: Path):
    """On readers' own lists and on fallback lists, and the gate agrees; without rules again, lists are as before."""
    before = served(installation)
    articles = frame(installation, "select article_id, category, publisher from article").set_index("article_id")
    counts = before[c.ARTICLE_ID].value_counts()
    blocked, low, high, held = counts.index[0], counts.index[1], counts.index[-1], counts.index[2]
    pinned = next(name for name in reversed(counts.index) if name not in (blocked, low, high, held))
    category = articles.loc[before[c.ARTICLE_ID], "category"].value_counts().index[0]
    files = write(
        tmp_path,
        {"id": "b", "kind": "block", "reason": "false", "match": {"article": blocked}},
        {"id": "e", "kind": "embargo", "reason": "not yet", "match": {"article": held}, "until": LATER},
        {"id": "p", "kind": "pin", "reason": "election", "article": pinned, "place": 3, "until": LATER},
        {"id": "c", "kind": "cap", "reason": "too much", "match": {"category": category}, "most": 2},
        {"id": "d", "kind": "demote", "reason": "old hat", "match": {"article": low}, "amount": 10},
        {"id": "u", "kind": "boost", "reason": "our own", "match": {"article": high}, "amount": 10},
    )
    rules.apply(installation, KEEPING, files, reason="a test")
    after = refreshed(installation)
    fallback = frame(installation, "select * from fallback_list where run_id = (select run_id from published_run)")
    for lists, owner in ((after, [c.READER_KEY]), (fallback, ["scope", "scope_value"])):
        assert not lists[c.ARTICLE_ID].isin([blocked, held]).any()
        at = lists.loc[lists[c.CANDIDATE_SOURCE] == "pinned"]
        assert set(at[c.ARTICLE_ID]) == {pinned}
        assert set(at[c.RANK]) == {3}
        judged = lists[~lists[c.IS_WAIVED]]
        of_category = judged[judged[c.ARTICLE_ID].map(articles["category"]) == category]
        assert of_category.groupby(owner).size().max() <= 2
        assert (lists.groupby(owner)[c.RANK].apply(list).map(lambda ranks: ranks == [*range(1, len(ranks) + 1)])).all()
    read = frame(installation, f"select reader_key from read_event where article_id = '{pinned}'")
    without = set(after[c.READER_KEY]) - set(after.loc[after[c.ARTICLE_ID] == pinned, c.READER_KEY])
    assert without <= set(read.get(c.READER_KEY, []))
    assert (after[c.ARTICLE_ID] == low).sum() < (before[c.ARTICLE_ID] == low).sum()
    assert (after[c.ARTICLE_ID] == high).sum() >= (before[c.ARTICLE_ID] == high).sum()
    details = frame(installation, "select details from rec_run order by run_id desc limit 1").details[0]
    assert details["rules"] == 1
    rules.apply(installation, KEEPING, write(tmp_path), reason="over")
    assert refreshed(installation, SECOND + HOUR)[c.ARTICLE_ID].isin([blocked, held]).any()


def test_the_gate_finds_what_breaks_a_rule(installation: Settings, tmp_path: Path):
    """A row that was changed by hand after scoring."""
    blocked = served(installation)[c.ARTICLE_ID].value_counts().index[0]
    rule = {"id": "b", "kind": "block", "reason": "false", "match": {"article": blocked}}
    rules.apply(installation, KEEPING, write(tmp_path, rule), reason="a test")
    features.run(installation, KEEPING, SECOND)
    run_id = int(score.run(installation, KEEPING, SECOND).artifact.removeprefix("run:"))
    with connect(installation.database_url) as connection:
        execute(connection, f"update {runs.table_of(run_id)} set article_id = %s where rank = 5", [blocked])
    with pytest.raises(CheckFailedError, match="list_keeps_block_b"):
        gate.run(installation, KEEPING, SECOND)


@pytest.mark.parametrize("kind", ["block", "cap"])
def test_diff_says_what_applying_does(installation: Settings, tmp_path: Path, kind: str, capsys):
    """Places, readers, exposure and the worst-hit: the same as a count over the lists before and after."""
    before = served(installation)
    articles = frame(installation, "select article_id, category, publisher from article").set_index("article_id")
    blocked = before[c.ARTICLE_ID].value_counts().index[0]
    category = articles.loc[before[c.ARTICLE_ID], "category"].value_counts().index[0]
    written = {
        "block": {"id": "b", "kind": "block", "reason": "false", "match": {"article": blocked}},
        "cap": {"id": "c", "kind": "cap", "reason": "too much", "match": {"category": category}, "most": 4},
    }[kind]
    files, figures = write(tmp_path, written), tmp_path / "figures.json"
    rules.diff(installation, KEEPING, files, "champion", figures)
    told = json.loads(figures.read_text())
    assert capsys.readouterr().out.startswith(f"+ {written['id']} ({kind}): {written['reason']}\n")
    rules.apply(installation, KEEPING, files, reason="a test")
    run_id = int(score.run(installation, KEEPING, FIRST).artifact.removeprefix("run:"))
    after = lists_of(installation, run_id)
    shape = {"index": c.READER_KEY, "columns": c.RANK, "values": c.ARTICLE_ID, "aggfunc": "first"}
    grids = [lists.pivot_table(**shape) for lists in (before, after)]
    changed = (grids[0] != grids[1].reindex_like(grids[0])).sum(axis=1)
    assert told["n_places_changed"] == changed.sum() > 0
    assert told["n_readers_changed"] == (changed > 0).sum()
    assert (told["below_ten_before"], told["below_ten_after"]) == tuple(
        int((lists.groupby(c.READER_KEY).size() < 10).sum()) for lists in (before, after)
    )
    for name in ("category", "publisher"):
        found = [lists[c.ARTICLE_ID].map(articles[name]).value_counts() for lists in (before, after)]
        labels = set(found[0].index) | set(found[1].index)
        assert told["exposure"][name] == {
            label: [int(found[0].get(label, 0)), int(found[1].get(label, 0))] for label in labels
        }
    worst = changed[changed > 0].reset_index().sort_values([0, c.READER_KEY], ascending=[False, True]).head(10)
    assert told["worst"] == worst.astype(np.int64).to_numpy().tolist()


def test_applying_twice_is_once_and_audited(installation: Settings, tmp_path: Path):
    """The version stays; the trail names who and why; a pin on a blocked publisher's article is refused."""
    article = served(installation)[c.ARTICLE_ID].iloc[0]
    publisher = frame(installation, f"select publisher from article where article_id = '{article}'").publisher[0]
    block = {"id": "b", "kind": "block", "reason": "false", "match": {"publisher": publisher}}
    acting = installation.model_copy(update={"actor": "person:ana"})
    assert rules.apply(acting, KEEPING, write(tmp_path, block), reason="a test").details["version"] == 1
    assert rules.apply(acting, KEEPING, write(tmp_path, block), reason="again").details["outcome"] == "unchanged"
    with connect(installation.database_url) as connection:
        trail = [(row["actor"], row["reason"]) for row in audit.entries(connection, "rules apply")]
    assert trail == [("person:ana", "a test")]
    pin = {"id": "p", "kind": "pin", "reason": "why not", "article": article, "place": 1, "until": LATER}
    with pytest.raises(BadInputError, match=r"rules.yaml:3: rule 'p' pins an article that is withheld by the block"):
        rules.check(installation, KEEPING, write(tmp_path, block, pin))
