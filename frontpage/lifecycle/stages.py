"""Stages of versions: what may follow what. Everything that sets a stage goes through here."""

from collections.abc import Mapping

from frontpage.core.actor import Actor
from frontpage.core.errors import BadInputError, NothingPublishedError
from frontpage.store import versions
from frontpage.store.connect import Connection
from frontpage.store.versions import ModelVersion, Stage

#: What may follow a stage. Nothing becomes a candidate again, and the champion goes to no trial: it leaves its place.
NEXT_STAGES: Mapping[Stage, tuple[Stage, ...]] = {
    "candidate": ("shadow", "canary", "champion", "archived", "rejected"),
    "shadow": ("canary", "champion", "archived", "rejected"),
    "canary": ("champion", "archived", "rejected"),
    "champion": ("archived", "rejected"),
    "archived": ("shadow", "canary", "champion", "rejected"),
    "rejected": ("shadow", "canary", "champion", "archived"),
}
#: Stages whose lists are made beside those of the champion.
ON_TRIAL: tuple[Stage, ...] = ("shadow", "canary")


def require_reason(reason: str) -> None:
    """Raise BadInputError where there is none: whoever reads the trail later asks why."""
    if not reason.strip():
        raise BadInputError("give a reason for the change: --reason 'why'")


def change_stage(
    connection: Connection, version: str, stage: Stage, *, actor: Actor, reason: str
) -> ModelVersion | None:
    """Change a version's stage, with a line in the trail; the champion that had to make way (archived now), or None.

    A version that has the stage already is left alone. Raises BadInputError without a reason and for a stage that may
    not follow the one it has, NothingPublishedError for an unknown version.
    """
    require_reason(reason)
    now = versions.get(connection, version).stage
    if stage != now and stage not in NEXT_STAGES[now]:
        raise BadInputError(f"{version} is {now}, and {stage} does not follow that; {', '.join(NEXT_STAGES[now])} may")
    return versions.set_stages(connection, [(version, stage)], actor, reason)


def take_back(connection: Connection, *, actor: Actor, reason: str) -> tuple[str, str]:
    """The champion, rejected now, and the one before it, champion again: in one step.

    Raises BadInputError without a reason, NothingPublishedError where there is no champion, or none before it.
    """
    require_reason(reason)
    now, former = versions.champion(connection), versions.former(connection)
    if now is None or former is None:
        which = "champion" if now is None else f"version before {now.version}"
        raise NothingPublishedError(f"there is no {which} to go back to; promote a version by name")
    versions.set_stages(connection, [(now.version, "rejected"), (former, "champion")], actor, reason)
    return now.version, former
