"""Whose lists a run of a variant makes: everybody's, or those of some readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from frontpage.core.assignment import within
from frontpage.core.experiments.experiment import Experiment
from frontpage.core.params import Params
from frontpage.store.connect import Connection
from frontpage.store.judging import experiments
from frontpage.store.lifecycle import pilots, rollouts
from models.variants import CHAMPION, TODAY

#: Variants that a rollout makes lists of.
SHADOW, CANARY = "shadow", "canary"
#: Key of `rec_run.details`: the pilot whose treated readers alone have a list.
PILOT = "pilot"
_ROLLOUT, _SHARE, _EXPERIMENTS = "rollout", "share", "experiments"
#: How many readers were to have a list.
N_READERS = "n_readers"

Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class RunReaders:
    """Who has a list. of_pilot: keys of its treated readers, ascending (None: everybody); of these a share by salt.

    of_experiments: of a variant, the running experiments that it is an arm of: their readers alone. details: what the
    run writes down of it.
    """

    of_pilot: Keys | None = None
    salt: str = ""
    share: float = 1.0
    details: Mapping[str, Any] = field(default_factory=dict)
    of_experiments: tuple[str, tuple[Experiment, ...]] = ("", ())

    @property
    def is_everybody(self) -> bool:
        """Whether nobody is left out."""
        return self.of_pilot is None and not self.salt and not self.of_experiments[1]

    def details_of(self, n_readers: int) -> dict[str, Any]:
        """What is written down of a run for so many readers; nothing of one for everybody."""
        return {} if self.is_everybody else {**self.details, N_READERS: n_readers}

    def rows(self, reader_keys: Keys) -> Keys:
        """Positions of its readers among these keys, ascending."""
        rows = np.arange(len(reader_keys), dtype=np.int64)
        if self.of_pilot is not None:
            rows = rows[np.isin(reader_keys, self.of_pilot)]
        variant, running = self.of_experiments
        if running:
            keys = reader_keys[rows].tolist()
            asked = (any(each.needs(variant, key) for each in running) for key in keys)
            rows = rows[np.fromiter(asked, bool, len(keys))]
        if self.salt:
            chosen = within(self.salt, reader_keys[rows].tolist(), self.share)
            rows = rows[np.isin(reader_keys[rows], np.array(chosen, dtype=np.int64))]
        return rows


def audience_of(connection: Connection, params: Params, variant: str) -> RunReaders:
    """The readers of a variant now: in a pilot the champion and what is on trial have its treated readers alone.

    Any other variant has the readers of the experiments that it is an arm of, and everybody where there is none.
    """
    pilot = pilots.under_way(connection)
    if variant not in (CHAMPION, SHADOW, CANARY):
        return RunReaders() if pilot is not None and variant == TODAY else _of_experiments(connection, variant)
    keys = None if pilot is None else pilots.reader_keys(connection, pilot.pilot_id, "treatment")
    details = {} if pilot is None else {PILOT: pilot.pilot_id}
    rollout = rollouts.under_way(connection)
    if variant == CHAMPION or rollout is None:
        return RunReaders(keys, details=details)
    share = params.rollout.shadow_share if variant == SHADOW else rollout.share
    salt = f"{rollout.salt}-shadow" if variant == SHADOW else rollout.salt
    return RunReaders(keys, salt, share, {**details, _ROLLOUT: rollout.rollout_id, _SHARE: share})


def _of_experiments(connection: Connection, variant: str) -> RunReaders:
    asking = tuple(one for one in experiments.running(connection) if variant in {arm.variant for arm in one.arms})
    details = {_EXPERIMENTS: [one.salt for one in asking]} if asking else {}
    return RunReaders(of_experiments=(variant, asking), details=details)


def companions(connection: Connection, variant: str) -> tuple[str, ...]:
    """Variants whose lists go with the champion's, made and published first: today's product, while a pilot is on."""
    return (TODAY,) if variant == CHAMPION and pilots.under_way(connection) is not None else ()


def on_trial(connection: Connection, as_of: datetime) -> str | None:
    """The variant that a rollout makes lists of at `as_of`; none where its version knows what came after."""
    rollout = rollouts.under_way(connection)
    return None if rollout is None or rollout.version_as_of > as_of else rollout.variant
