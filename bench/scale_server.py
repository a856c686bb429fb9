"""A server of the product's own schema that holds a world of `scale_world`, with a champion that was trained for it.

    python -m bench.scale_server --readers 60000 --home DIR

The ranker is trained once, on a small world of the same kind; ALS and content vectors are fitted to the world itself as
of the night before, as a nightly training leaves them: the articles of the last day are new to the model.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
from tqdm import tqdm

from bench.scale_world import AS_OF, FULL_READERS, Size, World
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.features.interactions import interaction_dataset, microseconds
from frontpage.features.known_reads import rows_known
from frontpage.lifecycle import stages
from frontpage.store import migrate, server, versions
from frontpage.store.connect import Connection, connect, execute, transaction
from frontpage.store.copying.copy_arrow import copy_table
from frontpage.store.history import load_history
from models.retrieval import als
from models.retrieval.content import fit_content
from models.threads import environment
from models.training import artefact
from models.training.feature_lookup import direct_lookup
from models.training.train import Inputs, train

#: The world that the ranker learns from.
SMALL = Size(n_readers=3_000, n_days=4, articles_a_day=1_500, live_days=2, seed=7)
#: Iterations of ALS from cold; a nightly training starts from the night before.
_ALS_ITERATIONS = 3
_WORLD = "world.json"


def params_of(size: Size) -> Params:
    """The product's own parameters, but for how long an article is listed."""
    params = Params()
    return params.model_copy(update={"lists": params.lists.model_copy(update={"max_age_days": float(size.live_days)})})


def settings_of(home: Path) -> Settings:
    """Settings of the installation below `home`."""
    return Settings(home=home)


@contextmanager
def served(home: Path, size: Size) -> Iterator[Settings]:
    """The installation of a world below `home`, made where it is not there yet; its server runs inside the block."""
    settings = settings_of(home / size.name)
    try:
        if not (settings.home / _WORLD).is_file():
            _make(settings, size, _ranker(home))
        server.up(settings.home)
        yield settings
    finally:
        server.down(settings.home)


def _make(settings: Settings, size: Size, ranker: Path) -> None:
    server.down(settings.home)
    shutil.rmtree(settings.home, ignore_errors=True)  # what a killed run left behind
    running = server.up(settings.home, synchronous_commit="off", autovacuum="off", max_wal_size="8GB")
    migrate.upgrade(running.url())
    with connect(running.url()) as connection:
        load(connection, World(size))
        _register(connection, settings, params_of(size), artefact.load(ranker))
    server.down(settings.home)
    (settings.home / _WORLD).write_text(json.dumps(asdict(size)) + "\n")


def load(connection: Connection, world: World) -> None:
    """COPY a world into the canonical tables, a piece at a time; foreign keys are true by construction, not checked."""
    execute(connection, "set session_replication_role = replica")
    with transaction(connection):
        copy_table(connection, "reader", world.readers())
        copy_table(connection, "reader_version", world.reader_versions())
        for rows in tqdm(world.articles(), desc="articles", disable=None):
            copy_table(connection, "article_version", rows)
        for rows in tqdm(world.reads(), desc="reads", disable=None):
            copy_table(connection, "read_event", rows)
    execute(connection, "set session_replication_role = default")
    execute(connection, "vacuum analyze")


def _ranker(home: Path) -> Path:
    """Folder of the model of the small world; trained where it is not there yet."""
    folder = home / f"ranker-{SMALL.name}"
    if not folder.exists():
        settings, params = settings_of(home / SMALL.name), params_of(SMALL)
        running = server.up(settings.home)
        try:
            migrate.upgrade(running.url())
            with connect(running.url()) as connection:
                load(connection, World(SMALL))
                history = load_history(connection, AS_OF, params.data)
        finally:
            server.down(settings.home)
        made = train(Inputs(history, params, direct_lookup), "bench-small")
        artefact.save(made.model, folder, environment(params.threads))
    return folder


def _register(connection: Connection, settings: Settings, params: Params, small: artefact.Model) -> None:
    """Make the small world's ranker, with factors and vectors of this world, its champion."""
    night = AS_OF - timedelta(days=1)
    history = load_history(connection, night, params.data)
    dataset = interaction_dataset(history)
    confidence = als.interactions(dataset, rows_known(dataset, microseconds(night), params.data), params.als.alpha)
    short = params.als.model_copy(update={"iterations": _ALS_ITERATIONS})
    factors, _ = als.fit_with_checkpoints(
        confidence, als.cold_start(dataset, short, params.seed), short, params.threads
    )
    content = fit_content(history.articles, params.content, params.seed)
    model = replace(
        small,
        version="bench",
        params=params,
        reader_keys=dataset.reader_keys,
        article_ids=np.array(dataset.article_ids, dtype=np.str_),
        factors=factors,
        content=content,
        vectors=content.vectors(history.articles),
    )
    folder = settings.path("models", model.version).absolute()
    digest = artefact.save(model, folder, environment(params.threads))
    row = versions.ModelVersion(model.version, night, folder.as_uri(), digest)
    versions.insert(connection, row, actor=settings.acting, reason="the bench's only one")
    stages.change_stage(connection, model.version, "champion", actor=settings.acting, reason="the bench's only one")


def main() -> None:
    """Make a world and its champion, and leave its server stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=FULL_READERS)
    parser.add_argument("--days", type=int, default=2)
    parser.add_argument("--live-days", type=int, default=1)
    parser.add_argument("--home", type=Path, required=True)
    given = parser.parse_args()
    with served(given.home, Size(given.readers, given.days, live_days=given.live_days)) as settings:
        print(settings.home)  # noqa: T201 - a command


if __name__ == "__main__":
    main()
