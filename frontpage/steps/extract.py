"""`frontpage extract`: pull every source up to `as_of`."""

import os
import time
from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import SecretStr

from etl.pull import Pulled, Workers, details_of, is_due, pull
from etl.reading.source_file import installation_sources
from etl.reading.sources import INBOX, Source, in_pull_order
from etl.rows.context import RowContext
from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.core.identity.addresses import AddressKeys
from frontpage.core.identity.pseudonym import Erased
from frontpage.core.params import Params
from frontpage.core.progress import track
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.store.connect import connect
from frontpage.store.extracts import Counts
from frontpage.store.governance.erasures import erased
from frontpage.store.server import database_url


def run(
    settings: Settings, params: Params, as_of: datetime, sources: Sequence[str], beam_options: Sequence[str] = ()
) -> Summary:
    """What every source and the API's inbox recorded by `as_of`, loaded or quarantined, each in its own transaction.

    sources: URIs or names in the sources file; by default those of the installation (`installation_sources`). One whose
    `every` has not passed is left alone and counted in the details. One of `extract.held_sources` is left alone and
    named there; its rows come when it is held back no more.
    A source that fails, with whatever error, does not keep the others from loading. One that does not answer is
    reported in the details; the step fails with UnavailableError only if none answered. Any other error, such as
    BadInputError for a source that cannot be right, is raised after the others have loaded, the first of several.
    """
    began = time.perf_counter()
    named = in_pull_order([*installation_sources(settings, sources, os.environ), INBOX])
    known, held = _without_held(named, params.extract.held_sources, is_installation=not sources)
    url = database_url(settings)
    secret, addresses = settings.pseudonym_secret.get_secret_value(), AddressKeys.of(settings)
    context = RowContext.of(as_of, secret, params, _erased(settings), addresses)
    workers = Workers(SecretStr(url), context, params.threads, beam_options)
    pulled: list[Pulled] = []
    failed: dict[str, Exception] = {}
    with connect(url, application="frontpage extract") as connection:
        due = [source for source in known if is_due(connection, source, as_of)]
        for source in track(due, "sources"):
            try:
                pulled.append(pull(connection, source, as_of, workers))
            except Exception as error:  # noqa: BLE001 - a bug, too, is raised once the others have loaded
                failed[source.name] = error
    _raise_failure(failed, pulled)
    return _summary(pulled, failed, held, len(known) - len(due), time.perf_counter() - began)


def _without_held(
    named: Sequence[Source], held: Sequence[str], *, is_installation: bool
) -> tuple[list[Source], list[str]]:
    """Sources to pull, and names of those that are held back. Raises BadInputError for one that no installation has."""
    unknown = set(held) - {name for source in named for name in (source.name, source.label)}
    if is_installation and unknown:
        names = ", ".join(source.name for source in named)
        raise BadInputError(f"extract.held_sources: {', '.join(sorted(unknown))} is none of the sources ({names})")
    kept = [source for source in named if not {source.name, source.label} & set(held)]
    return kept, [source.name for source in named if source not in kept]


def _raise_failure(failed: Mapping[str, Exception], pulled: list[Pulled]) -> None:
    answered = [one for one in pulled if one.source != INBOX.name]
    fatal = [error for error in failed.values() if not isinstance(error, UnavailableError) or not answered]
    if fatal:
        raise fatal[0]


def _summary(
    pulled: list[Pulled], failed: Mapping[str, Exception], held: list[str], n_not_due: int, seconds: float
) -> Summary:
    total = sum((one.counts for one in pulled), Counts())
    details = details_of(pulled) | ({"unavailable": ",".join(failed)} if failed else {})
    details |= {"held_back": ",".join(held)} if held else {}
    details |= {"not_due": n_not_due} if n_not_due else {}
    inputs = {one.source: {"rows": one.counts.rows_in} for one in pulled}
    n_taken = total.loaded + total.updated
    outputs = {"canonical": {"rows": n_taken}}
    return Summary(
        "extract", total.rows_in, n_taken, total.quarantined, seconds, details=details, inputs=inputs, outputs=outputs
    )


def _erased(settings: Settings) -> dict[bytes, Erased]:
    with connect(database_url(settings), application="frontpage extract") as connection:
        return erased(connection)
