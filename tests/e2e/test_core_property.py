"""The one property of the whole core: whatever happens on the way, the lists are those of an undisturbed run.

A random sequence of extract, refresh, retrain, `kill -9`, re-run, back-fill, late rows and rollback on 200 readers;
then counts balance, checksums equal a clean run's, and the API never mixed two runs.
"""

import random
from dataclasses import dataclass
from datetime import timedelta

import pytest

from frontpage.core.clock import iso
from frontpage.store.connect import connect, fetch_all
from tests.support.databases import admin
from tests.support.installation import UNTIL, Installation, Watcher, serving

TICKS = [UNTIL - timedelta(hours=hours) for hours in (30, 24, 6, 1, 0)]
RETRAIN_AT = TICKS[1]
#: Verbs of one tick, in order; `retrain` stands for train and evaluate.
REFRESH = ("extract", "validate", "features", "score", "gate", "publish")


@dataclass(frozen=True)
class Disturbance:
    """Something that goes wrong, or is done twice, around a verb."""

    kind: str
    verb: str
    after_seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.kind} {self.verb}" + (f" after {self.after_seconds:.1f} s" if self.kind == "kill -9" else "")


def verbs(tick) -> tuple[str, ...]:
    """What an undisturbed Airflow would call at a tick."""
    return (
        (*REFRESH[:2], "features", "train", "evaluate", "accept", "release", *REFRESH[2:])
        if tick == RETRAIN_AT
        else REFRESH
    )


def draw(rng: random.Random, tick) -> list[Disturbance]:
    """One to three disturbances of a tick."""
    kinds = {"kill -9": verbs(tick), "repeat": verbs(tick), "back-fill": ("features",), "rollback": ("publish",)}
    chosen = rng.choices(list(kinds), weights=[5, 3, 1, 1], k=rng.randint(1, 3))
    return [Disturbance(kind, rng.choice(kinds[kind]), rng.uniform(0.2, 3.0)) for kind in chosen]


def disturbed_tick(world: Installation, tick, disturbances: list[Disturbance], earlier) -> list[str]:
    """Run a tick's verbs with its disturbances; what was done, for people."""
    done = []
    for verb in verbs(tick):
        for disturbance in (d for d in disturbances if d.verb == verb):
            done.append(str(disturbance))
            disturb(world, tick, disturbance, earlier)
        world.run(verb, "--as-of", iso(tick))
        done.append(verb)
    return done


def disturb(world: Installation, tick, disturbance: Disturbance, earlier) -> None:
    """Make one disturbance happen, before its verb's own turn."""
    if disturbance.kind == "kill -9":
        world.attempt(disturbance.verb, "--as-of", iso(tick), kill_after=disturbance.after_seconds)
    elif disturbance.kind == "repeat":
        world.run(disturbance.verb, "--as-of", iso(tick))
    elif disturbance.kind == "back-fill" and earlier:
        for verb in ("extract", "refresh"):
            world.run(verb, "--as-of", iso(earlier[-1]))
    elif disturbance.kind == "rollback" and len(earlier) > 1:
        world.run("rollback", "--reason", "looks bad")
        world.run("rollback", "--lift", "--reason", "was good after all")


def checksums(database: str) -> dict:
    """Checksum of the newest attempt that was ever served, for each as_of."""
    sql = """select distinct on (as_of) as_of, checksum from rec_run where state in ('published', 'superseded')
             order by as_of, attempt desc"""
    with connect(database) as connection:
        return {row["as_of"]: row["checksum"] for row in fetch_all(connection, sql)}


@pytest.fixture(scope="module")
def clean(small_world, small_params, postgres, zygote, tmp_path_factory):
    """Checksums of an undisturbed run over the ticks."""
    admin(postgres, "create database clean_run template template_frontpage")
    world = Installation(postgres.url("clean_run"), tmp_path_factory.mktemp("clean"), small_world, small_params, zygote)
    for tick in TICKS:
        for verb in verbs(tick):
            world.run(verb, "--as-of", iso(tick))
    yield checksums(world.database)
    admin(postgres, "drop database clean_run with (force)")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11, 12])
@pytest.mark.ml_test("infra-3")
def test_any_sequence_gives_the_lists_of_a_clean_run(
    seed, clean, small_world, small_params, zygote, database, tmp_path, capsys
):
    """Checksums equal, counts balance, the API never mixed two runs and never went without a list."""
    rng = random.Random(seed)
    world = Installation(database, tmp_path / "home", small_world, small_params, zygote)
    with serving(world, tmp_path) as base_url:
        watcher = Watcher(base_url, [*reader_ids(small_world)[:20], "nobody"])
        watcher.start()
        for position, tick in enumerate(TICKS):
            done = disturbed_tick(world, tick, draw(rng, tick), TICKS[:position])
            with capsys.disabled():
                print(f"\nseed {seed} {iso(tick)}: {' -> '.join(done)}")
        watcher.stop()
    assert checksums(database) == clean
    assert balances(database) == []
    assert watcher.failures == []
    assert len(watcher.answers) > 100
    assert mixed(database, watcher.answers) == []


def reader_ids(world) -> list[str]:
    """Ids of readers of the world, in file order."""
    import json

    files = sorted((world / "readers").glob("*.jsonl"))
    return [json.loads(line)["reader_id"] for file in files for line in file.read_text().splitlines()]


def balances(database: str) -> list[dict]:
    """Extracts that lost or invented a row."""
    sql = "select * from extract_run where state = 'done' and rows_in <> loaded + updated + unchanged + quarantined"
    with connect(database) as connection:
        return fetch_all(connection, sql)


def mixed(database: str, answers: list[dict]) -> list[dict]:
    """Answers that are not, word for word, a list of the run they name.

    A fallback is filled up from that run's broader lists, without what the reader has read.
    """
    sql = """select run_id, reader_id, array_agg(article_id order by rank) as articles
             from recommendation join reader using (reader_key) group by run_id, reader_id"""
    fallback_sql = "select run_id, array_agg(distinct article_id) as articles from fallback_list group by run_id"
    with connect(database) as connection:
        lists = {(row["run_id"], row["reader_id"]): row["articles"] for row in fetch_all(connection, sql)}
        fallbacks = {row["run_id"]: set(row["articles"]) for row in fetch_all(connection, fallback_sql)}
    return [answer for answer in answers if not _whole(answer, lists, fallbacks)]


def _whole(answer: dict, lists: dict, fallbacks: dict) -> bool:
    articles = [item["article_id"] for item in answer["items"]]
    run_id = int(answer["run_id"])
    if answer["fallback"]:
        return 0 < len(articles) == len(set(articles)) and set(articles) <= fallbacks[run_id]
    return lists[run_id, answer["reader_id"]] == articles
