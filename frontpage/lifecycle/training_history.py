"""The history that a training looks at, out of the database."""

from dataclasses import replace
from datetime import datetime

from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.features.interactions import interaction_dataset
from frontpage.store.connect import Connection
from frontpage.store.history import load_history, with_shown
from models.training.held_back import history_to_learn
from models.training.position_bias import learned_windows


def history_to_learn_from(connection: Connection, as_of: datetime, params: Params) -> History:
    """What was known at `as_of`, with what was shown in lists (`History.shown`) where a training then learns from it.

    `models.training.held_back.history_to_learn` says how much of it that is.
    """
    history = load_history(connection, as_of, params.data)
    learned = history_to_learn(history, params)
    windows = learned_windows(interaction_dataset(learned), params)
    return replace(history, shown=with_shown(connection, learned, windows).shown)
