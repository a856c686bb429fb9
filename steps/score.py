"""`frontpage score`: every active reader's ten, and the fallback lists, as a new run beside what is served."""

from datetime import datetime

import pandas as pd

from core.clock import iso
from core.errors import NothingPublishedError
from core.params import Params
from core.settings import Settings
from core.summary import Summary
from features.activity import States, compute_states
from features.repository import feature_store, readers_at
from models import registry
from models.fallback import fallback_lists, popularity_lists
from models.ledger import ledger
from models.moment import Moment, moment
from models.score import Lister, ranking, score_blocks
from store import runs
from store.connect import Connection, connect
from store.feature_rows import written_ticks
from store.history import load_already_read, load_excluded, load_history
from store.locks import exclusive
from store.server import database_url


def run(settings: Settings, params: Params, as_of: datetime, variant: str = "champion") -> Summary:
    """A run for (as_of, variant) in state `built`. Before any training the lists are decayed popularity.

    Raises NothingPublishedError where a model is to make the lists but the features of `as_of` were not written.
    """
    url = database_url(settings)
    with connect(url, application="frontpage score") as connection, exclusive(connection, f"lists of {variant}"):
        version = registry.serving(connection, as_of, variant)
        history = load_history(connection, as_of, params.data, with_text=version is not None)
        unlisted = pd.concat([load(connection, as_of, params.max_age) for load in (load_already_read, load_excluded)])
        now = moment(ledger(history), as_of, params.lists, already_read=unlisted)
        lister: Lister = popularity_lists
        if version is not None:
            lister = ranking(registry.loaded(version), now, _states(url, connection, now), params).lists
        name = version.version if version else registry.POPULARITY
        run_id = runs.begin_run(connection, as_of, variant, name, version.snapshot_hash if version else None)
        n_rows = sum(runs.write_lists(connection, run_id, block) for block in score_blocks(now, params, lister))
        runs.write_fallbacks(connection, run_id, fallback_lists(now, params))
        checksum = runs.finish_run(connection, run_id)
    details = {"variant": variant, "model": name, "checksum": checksum[:12]}
    return Summary("score", len(now.readers), n_rows, artifact=f"run:{run_id}", details=details)


def _states(url: str, connection: Connection, now: Moment) -> States:
    """Articles and regions computed from the history, the readers to serve from Feast as they stood at that moment."""
    as_of = now.ledger.as_of
    if as_of not in written_ticks(connection):
        raise NothingPublishedError(
            f"there are no features of {iso(as_of)}; run `frontpage features --as-of {iso(as_of)}`"
        )
    states = compute_states(now.ledger.history)
    readers = readers_at(feature_store(url), now.ledger.reader_keys[now.readers], as_of)
    return States(states.articles, states.article_regions, states.regions, readers)
