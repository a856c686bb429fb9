"""`frontpage arms`: the lists of the arms of running experiments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from frontpage.core.errors import CheckFailedError, FrontpageError
from frontpage.core.experiments.experiment import Experiment
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.scoring import interleaving
from frontpage.steps import gate, publish, score
from frontpage.store.connect import connect
from frontpage.store.judging import experiments
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url
from models.variants import CHAMPION


def run(settings: Settings, params: Params, as_of: datetime, beam_options: Sequence[str] = ()) -> Summary:
    """Score, check and publish every variant of an arm but the champion, then the interleaved lists.

    Rows out are variants with lists. One that cannot be made stops no other, and its readers keep the lists they have;
    at the end CheckFailedError names it.
    """
    url = database_url(settings)
    with connect(url, application="frontpage arms") as connection:
        running = experiments.running(connection)
    made: dict[str, str] = {}
    for variant in _variants(running):
        made[variant] = _tried(settings, params, as_of, variant, beam_options)
    for each in (one for one in running if one.kind == "interleaving"):
        with (
            connect(url, application="frontpage arms") as connection,
            exclusive(connection, f"lists of {each.variant}"),
        ):
            published = interleaving.publish(connection, each)
        made[each.variant] = "has no lists of both variants" if published is None else ""
    failed = {name: says for name, says in made.items() if says}
    if failed:
        raise CheckFailedError("; ".join(f"{name}: {says}" for name, says in failed.items()))
    return Summary("arms", rows_in=len(running), rows_out=len(made), details={"variants": ",".join(made) or "-"})


def _variants(running: Iterable[Experiment]) -> list[str]:
    """Each once, without the champion, whose lists every refresh makes."""
    return list(dict.fromkeys(arm.variant for one in running for arm in one.arms if arm.variant != CHAMPION))


def _tried(settings: Settings, params: Params, as_of: datetime, variant: str, beam_options: Sequence[str]) -> str:
    """What stopped a variant; empty where nothing did."""
    try:
        score.run(settings, params, as_of, variant=variant, beam_options=beam_options)
        gate.run(settings, params, as_of, variant=variant)
        publish.run(settings, params, as_of, variant=variant)
    except FrontpageError as error:
        return str(error)
    return ""
