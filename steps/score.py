"""`frontpage score`: every active reader's ten, and the fallback lists, as a new run beside what is served."""

from datetime import datetime

from core import columns as c
from core.params import Params
from core.settings import Settings
from core.summary import Summary
from features.activity import States, compute_states
from features.repository import feature_store, materialised_at, online_readers
from models import registry
from models.fallback import fallback_lists, popularity_lists
from models.ledger import ledger
from models.moment import moment
from models.score import Lister, ranking, score_blocks
from store import runs
from store.connect import connect
from store.history import load_already_read, load_history
from store.locks import exclusive
from store.server import database_url


def run(settings: Settings, params: Params, as_of: datetime, variant: str = "champion") -> Summary:
    """A run for (as_of, variant) in state `built`. Before any training the lists are decayed popularity."""
    url = database_url(settings)
    with connect(url, application="frontpage score") as connection, exclusive(connection, f"score {variant}"):
        version = registry.serving(connection, as_of, variant)
        history = load_history(connection, as_of, params.data, with_text=version is not None)
        already_read = load_already_read(connection, as_of, params.max_age)
        now = moment(ledger(history), as_of, params.lists, already_read=already_read)
        lister: Lister = popularity_lists
        if version is not None:
            states = _states(url, compute_states(history), as_of)
            lister = ranking(registry.loaded(version), now, states, params).lists
        name = version.version if version else registry.POPULARITY
        run_id = runs.begin_run(connection, as_of, variant, name, version.snapshot_hash if version else None)
        n_rows = sum(runs.write_lists(connection, run_id, block) for block in score_blocks(now, params, lister))
        runs.write_fallbacks(connection, run_id, fallback_lists(now, params))
        checksum = runs.finish_run(connection, run_id)
    details = {"variant": variant, "model": name, "checksum": checksum[:12]}
    return Summary("score", len(now.readers), n_rows, artifact=f"run:{run_id}", details=details)


def _states(url: str, states: States, as_of: datetime) -> States:
    """Readers' states from the online store where it holds this very moment; a back-fill computes them again."""
    store = feature_store(url)
    if materialised_at(store) != as_of:
        return states
    online = online_readers(store, states.readers[c.READER_KEY])
    return States(states.articles, states.article_regions, states.regions, online)
