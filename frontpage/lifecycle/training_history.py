"""The history that a training looks at, out of the database."""

from dataclasses import replace
from datetime import datetime

from frontpage.core.params import Params
from frontpage.features.interactions import InteractionDataset, interaction_dataset
from frontpage.store.connect import Connection
from frontpage.store.history import load_history, with_shown
from models.training.position_bias import learned_windows


def history_to_learn_from(connection: Connection, as_of: datetime, params: Params) -> InteractionDataset:
    """The history that a training at `as_of` looks at, with what was shown where it learns (`History.shown`)."""
    dataset = interaction_dataset(load_history(connection, as_of, params.data))
    return replace(dataset, history=with_shown(connection, dataset.history, learned_windows(dataset, params)))
