"""`make proof-rules`: `rules diff` on a world of the full size, against a real application of the same rules.

    python -m bench.rules --readers 15000

A world is refreshed; then rules (a block of the most listed article's publisher, a cap on the largest category, a pin)
are compared with what is served by `rules diff`, applied, and scored for real. Every number has to be the same.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from bench import record
from bench.refresh import home_of, reset
from bench.scale_server import params_of, served
from bench.scale_world import AS_OF, FULL_READERS, Size
from frontpage.core import columns as c
from frontpage.steps import features, gate, publish, rules, score
from frontpage.store import server
from frontpage.store.connect import Connection, connect, execute, fetch_all
from frontpage.store.lists import runs


def measure(home: Path, size: Size) -> dict[str, Any]:
    """Seconds of the diff, what it said, and whether a real application says the same."""
    params = params_of(size)
    with served(home, size) as settings:
        reset(settings)
        for step in (features, score, gate, publish):
            step.run(settings, params, AS_OF)
        with tempfile.TemporaryDirectory() as folder, connect(server.database_url(settings)) as connection:
            execute(connection, "delete from rule_set")
            before = runs.current(connection, "champion")
            assert before is not None
            files, figures = [_written(connection, Path(folder), before[c.RUN_ID])], Path(folder) / "figures.json"
            started = time.monotonic()
            rules.diff(settings, params, files, "champion", figures)
            diff_seconds = time.monotonic() - started
            told = json.loads(figures.read_text())
            rules.apply(settings, params, files, reason="a proof")
            started = time.monotonic()
            after = int(score.run(settings, params, AS_OF).artifact.removeprefix("run:"))
            apply_seconds = time.monotonic() - started
            real = _compared(connection, before[c.RUN_ID], after)
            execute(connection, "delete from rule_set")
    same = {name: told[name] == real[name] for name in real}
    return {
        "readers": told["n_readers"],
        "places": told["n_places"],
        "seconds_of_the_diff": round(diff_seconds, 1),
        "seconds_of_scoring_for_real": round(apply_seconds, 1),
        "places_changed": told["n_places_changed"],
        "readers_changed": told["n_readers_changed"],
        "figures_compared": len(same),
        "figures_equal": sum(same.values()),
    }


def _written(connection: Connection, folder: Path, run_id: int) -> Path:
    found = fetch_all(connection, _LISTED.format(table=runs.table_of(run_id)))
    pinned = found[-1]["article_id"]
    written = [
        {"id": "block", "kind": "block", "reason": "a proof", "match": {"article": found[0]["article_id"]}},
        {"id": "cap", "kind": "cap", "reason": "a proof", "match": {"category": found[1]["category"]}, "most": 2},
        {
            "id": "pin",
            "kind": "pin",
            "reason": "a proof",
            "article": pinned,
            "place": 3,
            "until": "2026-04-01T00:00:00Z",
        },
    ]
    file = folder / "rules.yaml"
    file.write_text("rules:\n" + "".join(f"  - {json.dumps(rule)}\n" for rule in written))
    return file


def _compared(connection: Connection, before: int, after: int) -> dict[str, Any]:
    """The figures of an effect, counted by PostgreSQL over both runs' tables."""
    tables = {"before": runs.table_of(before), "after": runs.table_of(after)}
    changed = fetch_all(connection, _CHANGED.format(**tables))
    short = fetch_all(connection, _SHORT.format(**tables))[0]
    worst = [[row[c.READER_KEY], row["n"]] for row in changed[:10]]
    return {
        "n_places_changed": sum(row["n"] for row in changed),
        "n_readers_changed": len(changed),
        "below_ten_before": short["before"],
        "below_ten_after": short["after"],
        "worst": worst,
        "exposure": {name: _exposure(connection, name, tables) for name in (c.PUBLISHER, c.CATEGORY)},
    }


def _exposure(connection: Connection, label: str, tables: dict[str, str]) -> dict[str, list[int]]:
    rows = fetch_all(connection, _EXPOSURE.format(label=label, **tables))
    return {row["label"]: [row["before"], row["after"]] for row in rows}


_LISTED = """select article_id, category, count(*) as n from {table} join article using (article_id)
group by 1, 2 order by n desc, 1"""
_CHANGED = """select reader_key, count(*) as n
from {before} b full join {after} a using (reader_key, rank)
where a.article_id is distinct from b.article_id
group by reader_key order by n desc, reader_key"""
_SHORT = """select (select count(*) from (select 1 from {before} group by reader_key having count(*) < 10) s) as before,
(select count(*) from (select 1 from {after} group by reader_key having count(*) < 10) s) as after"""
_EXPOSURE = """with labels as (select article_id, coalesce({label}, '') as label from article)
select label, count(*) filter (where side = 'b') as before, count(*) filter (where side = 'a') as after
from (select article_id, 'b' as side from {before} union all select article_id, 'a' from {after}) listed
join labels using (article_id) group by label"""


def main() -> None:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=FULL_READERS)
    parser.add_argument("--home", type=Path, default=home_of())
    given = parser.parse_args()
    figures = measure(given.home, Size(given.readers))
    is_full = given.readers == FULL_READERS
    name = "rules" if is_full else f"rules-{given.readers}"
    record.write(name, {f"{given.readers:,} readers": figures}, "generated", record.command("rules", is_full=is_full))
    print(figures)  # noqa: T201 - a command's result


if __name__ == "__main__":
    main()
