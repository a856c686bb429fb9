"""`frontpage score`: every active reader's ten, and the fallback lists, as a new run beside what is served."""

from collections.abc import Iterator
from datetime import datetime

import pandas as pd
import pyarrow as pa

from core.clock import iso
from core.errors import NothingPublishedError
from core.params import Params
from core.settings import Settings
from core.summary import Summary
from features.bulk import readers_at
from features.ledger import ledger
from features.states import States, states_at
from models import registry
from models.fallback import by_rule
from models.moment import Moment, moment
from models.score import ranking, score_blocks, stand_in_lists
from store import runs
from store.connect import Connection, connect
from store.feature_rows import written_ticks
from store.history import load_already_read, load_excluded, load_history
from store.locks import exclusive
from store.server import database_url
from store.versions import ModelVersion


def run(settings: Settings, params: Params, as_of: datetime, variant: str = "champion") -> Summary:
    """A run for (as_of, variant) in state `built`. Where no ranker is good enough the lists are made by a rule.

    Raises NothingPublishedError where a model is to make the lists but the features of `as_of` were not written.
    """
    url = database_url(settings)
    with connect(url, application="frontpage score") as connection, exclusive(connection, f"lists of {variant}"):
        version = registry.serving(connection, as_of, variant)
        history = load_history(connection, as_of, params.data, with_text=version is not None)
        unlisted = pd.concat([load(connection, as_of, params.max_age) for load in (load_already_read, load_excluded)])
        now = moment(ledger(history), as_of, params, already_read=unlisted)
        blocks, fallbacks = _lists(connection, now, params, version)
        name = version.version if version else registry.POPULARITY
        run_id = runs.begin_run(connection, as_of, variant, name, version.snapshot_hash if version else None)
        n_rows = sum(runs.write_lists(connection, run_id, block) for block in blocks)
        runs.write_fallbacks(connection, run_id, fallbacks)
        checksum = runs.finish_run(connection, run_id)
    details = {"variant": variant, "model": name, "checksum": checksum[:12]}
    return Summary("score", len(now.readers), n_rows, artifact=f"run:{run_id}", details=details)


def _lists(
    connection: Connection, now: Moment, params: Params, version: ModelVersion | None
) -> tuple[Iterator[pa.Table], pd.DataFrame]:
    """Blocks of everybody's lists, and the fallback lists: by the version's ranker, or by a rule."""
    hours = registry.rule_of(version, params)
    if version is None or hours is not None:
        rule = by_rule(now, params, hours or params.rule_half_life_hours)
        return score_blocks(len(now.readers), rule.lists, params.threads), rule.stand_ins()
    model = registry.loaded(version)
    ranker = ranking(model, now, params, _states(connection, now, params))
    return score_blocks(len(now.readers), ranker.lists, params.threads), stand_in_lists(ranker)


def _states(connection: Connection, now: Moment, params: Params) -> States:
    """Articles and totals computed from the history, the readers to serve from Feast as they stood at that moment."""
    as_of, book = now.as_of, now.ledger
    if as_of not in written_ticks(connection):
        raise NothingPublishedError(
            f"there are no features of {iso(as_of)}; run `frontpage features --as-of {iso(as_of)}`"
        )
    nobody = now.readers[:0]
    states = states_at(book, as_of, params.data, articles=now.live, readers=nobody)
    readers = readers_at(connection, book.reader_keys[now.readers], as_of, book.names)
    return States(states.names, states.articles, states.article_audiences, states.totals, readers)
