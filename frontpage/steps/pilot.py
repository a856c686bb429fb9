"""`frontpage pilot`: chosen readers get our lists, a control group among them and everybody else today's product."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from frontpage.core.assignment import within
from frontpage.core.errors import BadInputError, NothingPublishedError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle.pilot.choose import PilotChoice, arms, ids_in, require_known
from frontpage.store.connect import Connection, connect
from frontpage.store.lifecycle import pilots
from frontpage.store.lifecycle.pilots import Pilot
from frontpage.store.server import database_url


def run(
    settings: Settings, params: Params, choice: PilotChoice, *, control: float | None, as_of: datetime, reason: str
) -> Summary:
    """A pilot begun: the next refresh makes our lists for the treated readers, and today's product for all others.

    Raises BadInputError where readers are not chosen in one way, an id is unknown, too few are chosen, or one is on.
    """
    choice.check()
    _require(reason)
    share = params.pilot.control if control is None else control
    if not 0 <= share < 1:
        raise BadInputError(f"--control {share:g} is no share: give one of at least 0 and below 1")
    with connect(database_url(settings)) as connection:
        chosen = _chosen(connection, choice, as_of)
        if not chosen:
            raise BadInputError(f"no reader is chosen by {choice}; look at the readers' regions, or take another way")
        treatment, held_back = arms([*chosen.values()], share, f"pilot-control-{as_of:%Y%m%d}")
        groups: dict[pilots.PilotArm, list[int]] = {"treatment": treatment, "control": held_back}
        pilot = pilots.begin(connection, groups, str(choice), share, as_of, settings.acting, reason)
    return _told(pilot, "started")


def stop(settings: Settings, _params: Params, *, as_of: datetime, reason: str) -> Summary:
    """The pilot ended: the next refresh makes our lists for all. Raises NothingPublishedError where none is on."""
    _require(reason)
    with connect(database_url(settings)) as connection:
        return _told(pilots.end(connection, as_of, settings.acting, reason), "ended")


def status(settings: Settings, _params: Params) -> Summary:
    """The last pilot. Raises NothingPublishedError where there was none."""
    with connect(database_url(settings)) as connection:
        pilot = pilots.newest(connection)
    if pilot is None:
        raise NothingPublishedError("there was no pilot yet; begin one with --readers, --region or --share")
    return _told(pilot, "on" if pilot.ended_at is None else "ended")


def _chosen(connection: Connection, choice: PilotChoice, as_of: datetime) -> Mapping[str, int]:
    if choice.readers is not None:
        ids = ids_in(choice.readers)
        known = pilots.readers_chosen(connection, ids=ids)
        require_known(choice.readers, ids, known)
        return known
    found = pilots.readers_chosen(connection, region=choice.region)
    if choice.share is None:
        return found
    taken = set(within(f"pilot-{as_of:%Y%m%d}", found.values(), choice.share))
    return {name: key for name, key in found.items() if key in taken}


def _told(pilot: Pilot, state: str) -> Summary:
    details = {
        "state": state, "chosen_by": pilot.chosen_by, "treatment": pilot.n_treatment, "control": pilot.n_control,
        "actor": pilot.actor, "reason": pilot.reason,
    }  # fmt: skip
    n_chosen = pilot.n_treatment + pilot.n_control
    return Summary(
        "pilot", rows_in=n_chosen, rows_out=pilot.n_treatment, artifact=f"pilot:{pilot.pilot_id}", details=details
    )


def _require(reason: str) -> None:
    if not reason.strip():
        raise BadInputError("give a reason: --reason 'why'")
