"""The DVC pipeline on a snapshot that was pulled from the remote: the nightly model again, and nothing done twice."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
import yaml

from frontpage.store import migrate, server
from tests.support.databases import admin
from tests.support.installation import UNTIL, Installation

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
ROOT = Path(__file__).resolve().parents[2]
AS_OF = UNTIL.isoformat()
STAGES = ["snapshot", "validate", "features", "inputs", "ranker", "evaluate", "accept", "explain"]
SMALL: dict[str, dict[str, int]] = {
    "als": {"factors": 8, "iterations": 4, "checkpoint_every": 1},
    "content": {"n_dimensions": 8},
    "ranker": {
        "n_trees": 12, "n_leaves": 7, "chunk_trees": 4, "n_cutoffs": 4, "cutoff_hours": 5, "min_child_samples": 5,
    },
    "evaluation": {"n_cutoffs": 2, "cutoff_hours": 5},
}  # fmt: skip


def write_params(path: Path, n_leaves: int = 7) -> None:
    """The repository's params.yaml with sizes that train in seconds."""
    params = yaml.safe_load((ROOT / "params.yaml").read_text())
    for section, values in SMALL.items():
        params[section].update(values)
    params["ranker"]["n_leaves"] = n_leaves
    path.write_text(yaml.safe_dump(params))


@dataclass(frozen=True)
class Nightly:
    """An installation after one night: its database, its home, and what it trained."""

    database: str
    home: Path
    snapshot: Path
    model: Path


@dataclass(frozen=True)
class Pipeline:
    """A checkout of the pipeline's files only, with data of its own."""

    folder: Path
    environment: dict[str, str]

    def repro(self) -> list[str]:
        """Names of the stages that `dvc repro` ran."""
        done = subprocess.run(
            [sys.executable, "-m", "dvc", "repro"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return re.findall(r"Running stage '(\w+)'", done.stdout)


def show_lists(url: str) -> None:
    """Each read was seen in a list a second before, mostly high; with it stood what others read, which was not read."""
    statement = """
        with seen as (
            select *, lag(article_id) over (order by event_id) as other, abs(hashtext(event_id)) % 10 as lot
            from read_event
        )
        insert into impression (impression_id, article_id, reader_key, position, clicked, occurred_at, recorded_at,
                                source, extract_id)
        select event_id, named, reader_key, place, named = article_id, occurred_at - interval '1 second', recorded_at,
               'app', extract_id
        from seen, lateral (values (article_id, 1 + lot / 2), (other, 1 + lot)) as stood (named, place)
        where named is not null and (named = article_id or other <> article_id)
        on conflict do nothing
    """
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture(scope="module")
def nightly(postgres: server.Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nightly]:
    """Extract, snapshot, train and explain on a database; the snapshot is then only in the remote."""
    admin(postgres, "create database dvc_test")
    url = postgres.url("dvc_test")
    migrate.upgrade(url)
    folder = tmp_path_factory.mktemp("nightly")
    world, home, params = folder / "world", folder / "home", folder / "params.yaml"
    write_params(params)
    installed = Installation(url, home, world, params)
    installed.run("simulate", "--readers", "200", "--days", "5", "--articles-per-day", "120", "--seed", "5",
                  "--until", AS_OF, "--out", str(world))  # fmt: skip
    installed.run("extract", "--as-of", AS_OF)
    show_lists(url)
    for verb, *options in (("snapshot",), ("train", "--full"), ("explain",)):
        installed.run(verb, "--as-of", AS_OF, *options)
    (pointer,) = (home / "snapshots").glob("[!.]*.dvc")
    shutil.rmtree(pointer.with_suffix(""))
    (model,) = (home / "models").glob("[!.]*")
    yield Nightly(url, home, pointer.with_suffix(""), model)
    admin(postgres, "drop database dvc_test with (force)")


@pytest.fixture(scope="module")
def pipeline(nightly: Nightly, tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """The repository's dvc.yaml on the pulled snapshot, after its first `dvc repro`."""
    pointer = nightly.snapshot.with_suffix(".dvc")
    subprocess.run([sys.executable, "-m", "dvc", "pull", "-q", pointer.name], cwd=pointer.parent, check=True)
    folder = tmp_path_factory.mktemp("pipeline")
    shutil.copy(ROOT / "dvc.yaml", folder)
    shutil.copytree(ROOT / ".dvc", folder / ".dvc", ignore=shutil.ignore_patterns("tmp", "cache", "config.local"))
    (folder / ".dvc" / "config.local").write_text("[core]\n    no_scm = true\n")
    write_params(folder / "params.yaml")
    (folder / "dvc-source.yaml").write_text(f'as_of: "{AS_OF}"\nformat: snapshot\npath: {nightly.snapshot}\n')
    environment = {**os.environ, "FRONTPAGE_DATABASE_URL": nightly.database, "DVC_NO_ANALYTICS": "true"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    return Pipeline(folder, environment)


def counts(url: str) -> dict[str, int]:
    """Rows of every table of the served database, but the record that each execution leaves of itself."""
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select schemaname || '.' || tablename from pg_tables "
            "where schemaname in ('public', 'feast') and tablename not like 'execution%'"
        )
        tables = [row[0] for row in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute(f"select count(*) from {table}")
            found[table] = cursor.fetchone()[0]
    connection.close()
    return found


def sha256(path: Path) -> str:
    """Of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_pipeline_from_a_pulled_snapshot(nightly: Nightly, pipeline: Pipeline):
    """All stages run; model and lists equal the night's byte for byte; the served database keeps its rows.

    Then nothing is left to do; and another shape of trees re-runs the ranker and what follows, no more.
    """
    before = counts(nightly.database)
    assert pipeline.repro() == STAGES
    data = pipeline.folder / "data"
    assert sha256(data / "model" / "manifest.json") == sha256(nightly.model / "manifest.json")
    metrics = json.loads((data / "model" / "metrics.json").read_text())
    assert metrics["metrics"]["seen_reads"] > 50
    assert metrics["histories"]["examination"][9] < 1
    lists = "explanation/lists.parquet"
    assert sha256(data / lists) == sha256(nightly.model / lists)
    assert "Data as of" in (data / "profile.html").read_text()
    assert pipeline.repro() == []
    write_params(pipeline.folder / "params.yaml", n_leaves=5)
    assert pipeline.repro() == ["ranker", "evaluate", "accept", "explain"]
    assert counts(nightly.database) == before
