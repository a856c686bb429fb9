"""`frontpage learnable`: whether a first training is due, or after too small a first one the next."""

from datetime import datetime

from frontpage.core import columns as c
from frontpage.core.clock import iso
from frontpage.core.errors import NothingToLearnError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.features.interactions import interaction_dataset
from frontpage.lifecycle import registry
from frontpage.store import versions
from frontpage.store.connect import connect
from frontpage.store.history import load_history
from frontpage.store.server import database_url
from models.training.cutoffs import is_learnable
from models.training.held_back import history_to_learn

#: A model that was too small to beat a rule is tried again at this many times its reads.
GROWTH = 2


def run(settings: Settings, params: Params, as_of: datetime) -> Summary:
    """Ends well where no model ranks yet and a training at `as_of` has something, or twice as much, to learn from.

    Raises NothingToLearnError where a model ranks the lists, where no read came after a moment that a training looks
    back to, or where there are fewer than twice the reads of the last training, whose model a rule was better than.
    """
    with connect(database_url(settings), application="frontpage learnable") as connection:
        champion = registry.champion_at(connection, as_of)
        if champion is not None and registry.choice_of(champion).uses_ranker:
            raise NothingToLearnError("a model ranks the lists already; retrain_nightly trains the next one")
        last = versions.newest(connection, until=as_of, limit=1)
        history = load_history(connection, as_of, params.data, with_text=False)
    n_reads = len(history.reads)
    n_then = int((history.reads[c.RECORDED_AT] <= last[0].as_of).sum()) if last else 0
    if n_then and n_reads < GROWTH * n_then:
        raise NothingToLearnError(
            f"{n_reads} reads, {n_then} at the last training; the next one is due at twice as many"
        )
    if not is_learnable(interaction_dataset(history_to_learn(history, params)), params):
        raise NothingToLearnError(
            f"there is nothing to learn from yet: {n_reads} reads of {len(history.articles)} articles are known at "
            f"{iso(as_of)}, none of them after a moment that a training looks back to"
        )
    return Summary("learnable", n_reads, 1, details={"articles": len(history.articles), "reads_before": n_then})
