"""`frontpage bench retrain`: the steps of a night's retrain over a fortnight of a portal's reads, and what they cost.

Each step is the command itself in a process of its own, on a world of `scale_world` without a champion, so everything
starts cold; only the states of past moments, which hourly refreshes leave behind, are written before and timed apart.
The reference is what no recommender of this kind can do without: implicit's ALS on the same reads, and LightGBM's trees
on the same rows, in one plain process. With `--kill` the training is done once more, killed by SIGKILL amid the trees
and amid ALS, and begun again each time.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from bench import record
from bench.apart import apart
from bench.meter import metered
from bench.refresh import home_of
from bench.scale_server import load, params_of, settings_of
from bench.scale_world import ARTICLES_A_DAY, AS_OF, FULL_READERS, Size, World
from frontpage.core.clock import iso
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.features.feature_store.cutoffs import ensure_cutoffs
from frontpage.store import migrate, server
from frontpage.store.connect import connect, execute, fetch_one
from frontpage.store.history import load_history
from frontpage.store.queries import query
from models.training.artefact import artefact_hash
from models.training.cutoffs import past_cutoffs
from models.training.held_back import history_to_learn

#: After `extract`, which has a bench of its own.
STEPS = ("validate", "features", "snapshot", "train", "evaluate", "accept", "explain")
N_DAYS = 14
#: Files of a training under way at which it is killed: the fourth chunk of trees, the first checkpoint of ALS.
KILLED_AT = {"ranker": "ranker-*-003.txt", "als": "als.npz"}
_LOOK_SECONDS = 0.05
_USED = """
select count(*) as reads, (select count(*) from article_version) as articles from read_event"""


@contextmanager
def fortnight(home: Path, size: Size) -> Iterator[Settings]:
    """The installation of a world without a model, made below `home` where it is not there yet; its server runs."""
    settings = settings_of(home / f"untrained-{size.name}")
    made = settings.home / "world.json"
    server.down(settings.home)
    try:
        running = server.up(settings.home, synchronous_commit="off", max_wal_size="8GB")
        migrate.upgrade(running.url())
        if not made.is_file():
            with connect(running.url()) as connection:
                load(connection, World(size))
            made.write_text("{}\n")
        yield settings
    finally:
        server.down(settings.home)


def measure(settings: Settings, size: Size, names: Sequence[str] = STEPS, *, is_killed: bool) -> dict[str, Any]:
    """Figures of the steps named, of the reference, and of a training that is killed."""
    environment = _environment(settings, size)
    if "features" in names:
        with connect(server.database_url(settings)) as connection:
            execute(connection, query("bench/forget_tick"), {"as_of": AS_OF})
    with metered(settings.home / "postgres", counts_itself=False) as before:
        apart("bench.retrain:write_past_states", settings, params_of(size))
    steps = {}
    for name in names:
        with metered(settings.home / "postgres", counts_itself=False) as meter, _kept_rows(settings):
            _finish(_start(name, environment), name)
        steps[name] = meter.as_dict()
        print(name, steps[name], flush=True)  # noqa: T201 - a command's progress
    seconds = sum(step["wall_seconds"] for step in steps.values())
    with connect(server.database_url(settings)) as connection:
        there = fetch_one(connection, _USED) or {}
    return {
        "world": {"readers": size.n_readers, "days": size.n_days, **there},
        "seconds": {name: round(step["wall_seconds"], 1) for name, step in steps.items()} | {"all": round(seconds, 1)},
        "peak_gb": {name: round(step["peak_bytes"] / 1e9, 2) for name, step in steps.items()},
        "past_states": {"seconds": round(before.wall_seconds, 1), "peak_gb": round(before.peak_bytes / 1e9, 2)},
        **(_compared(settings, environment, steps["train"]["wall_seconds"]) if "train" in steps else {}),
        **({"killed": _killed(settings, environment)} if is_killed else {}),
    }


def _compared(settings: Settings, environment: dict[str, str], train_seconds: float) -> dict[str, Any]:
    """What a training used, and how its time compares with that of the reference."""
    command = [sys.executable, "-m", "bench.retrain_plain", str(settings.home), environment["FRONTPAGE_PARAMS_FILE"]]
    waiting = {"OMP_WAIT_POLICY": "PASSIVE"}  # as in the command itself; busy waiting would only slow it beside others
    made = subprocess.run(command, cwd=record.ROOT, check=True, capture_output=True, env=environment | waiting)
    bare = json.loads(made.stdout)
    ratio = round(train_seconds / sum(bare["seconds"].values()), 2)
    return {"used": bare["used"], "reference_seconds": bare["seconds"], "ratio": ratio}


def _killed(settings: Settings, environment: dict[str, str]) -> dict[str, float]:
    """Seconds of each part of a training that is killed twice, and whether it ends in the same bytes."""
    (folder,) = (path for path in settings.path("models").iterdir() if not path.name.startswith("."))
    undisturbed = artefact_hash(folder)
    folder.rename(settings.home / "undisturbed")
    work, parts = folder.with_name(f".{folder.name}.work") / folder.name, {}
    for name, pattern in KILLED_AT.items():
        began, process = time.perf_counter(), _start("train", environment)
        while not any(work.glob(pattern)):
            assert process.poll() is None, f"it ended before it could be killed in {name}"
            time.sleep(_LOOK_SECONDS)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        parts[f"until_{name}"] = round(time.perf_counter() - began, 1)
    began = time.perf_counter()
    _finish(_start("train", environment), "train")
    parts["to_the_end"] = round(time.perf_counter() - began, 1)
    return {**parts, "all": round(sum(parts.values()), 1), "is_equal": int(artefact_hash(folder) == undisturbed)}


def write_past_states(settings: Settings, params: Params) -> None:
    """The states of the moments that a training at AS_OF looks back to."""
    with connect(server.database_url(settings)) as connection:
        history = load_history(connection, AS_OF, params.data, with_text=False)
        ensure_cutoffs(connection, AS_OF, past_cutoffs(history_to_learn(history, params), params), params.data)


def _start(verb: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    # The nightly training is measured, though the world has no version yet.
    command = [record.FRONTPAGE, verb, "--as-of", iso(AS_OF), *(["--full"] if verb == "train" else [])]
    return subprocess.Popen(
        command, env=environment, cwd=record.ROOT, stdout=subprocess.DEVNULL, start_new_session=True
    )


def _finish(process: subprocess.Popen[bytes], verb: str) -> None:
    assert process.wait() == 0, f"{verb} ended with {process.returncode}"


@contextmanager
def _kept_rows(settings: Settings) -> Iterator[None]:
    """A training's rows, which it throws away at its end, kept as `rows.npz` of the home for the reference."""
    kept, done = settings.home / "rows.npz", threading.Event()

    def watch() -> None:
        while not done.wait(_LOOK_SECONDS):
            for rows in settings.path("models").glob(".*.work/*/rows.npz"):
                if not kept.exists():
                    os.link(rows, kept)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _environment(settings: Settings, size: Size) -> dict[str, str]:
    path = settings.home / "params.yaml"
    path.write_text(yaml.safe_dump(params_of(size).model_dump(mode="json")))
    return {**os.environ, "FRONTPAGE_HOME": str(settings.home), "FRONTPAGE_PARAMS_FILE": str(path)}


def main() -> None:
    """Measure and write `--json FILE`, or docs/measurements/retrain.json."""
    parser = argparse.ArgumentParser(prog="python -m bench.retrain", description=__doc__)
    parser.add_argument("--readers", type=int, default=FULL_READERS)
    parser.add_argument("--days", type=int, default=N_DAYS)
    parser.add_argument("--articles-per-day", type=int, default=ARTICLES_A_DAY)
    parser.add_argument("--home", type=Path, default=home_of())
    parser.add_argument("--steps", nargs="*", choices=STEPS, default=STEPS, help="all; the reference asks for train")
    parser.add_argument("--kill", action="store_true", help="train again, killed twice")
    parser.add_argument("--world-only", action="store_true", help="only make the world")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    size = Size(asked.readers, asked.days, asked.articles_per_day)
    with fortnight(asked.home, size) as settings:
        if asked.world_only:
            return
        measured = measure(settings, size, asked.steps, is_killed=asked.kill)
    if asked.json:
        result = {"name": "retrain", **measured, "machine": record.machine()}
        asked.json.write_text(json.dumps(result, indent=2) + "\n")
        return
    command = record.command("retrain", is_full=size == Size(n_days=N_DAYS))
    print(record.write("retrain", measured, f"scale_world {size.name}", command))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
