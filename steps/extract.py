"""`frontpage extract`: pull every source up to `as_of`."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import SecretStr
from tqdm import tqdm

from core.errors import BadInputError, UnavailableError
from core.params import Params
from core.settings import Settings
from core.summary import Summary
from etl.pull import Pulled, Workers, details_of, pull
from etl.sources import INBOX, in_pull_order, parse_source
from store.connect import connect
from store.extracts import Counts
from store.server import database_url


def run(
    settings: Settings, params: Params, as_of: datetime, sources: Sequence[str], beam_options: Sequence[str] = ()
) -> Summary:
    """What every source and the API's inbox recorded by `as_of`, loaded or quarantined, each in its own transaction.

    A source that fails, with whatever error, does not keep the others from loading. One that does not answer is
    reported in the details; the step fails with UnavailableError only if none answered. Any other error, such as
    BadInputError for a source that cannot be right, is raised after the others have loaded, the first of several.
    """
    sources = sources or settings.source_list
    if not sources:
        raise BadInputError("there is no source to extract; give --source or set FRONTPAGE_SOURCES")
    began = time.perf_counter()
    parsed = in_pull_order([*map(parse_source, sources), INBOX])
    url = database_url(settings)
    nobody = frozenset(name.strip().lower() for name in params.data.nobody)
    workers = Workers(SecretStr(url), settings.pseudonym_secret, params.threads, beam_options, nobody)
    pulled: list[Pulled] = []
    failed: dict[str, Exception] = {}
    with connect(url, application="frontpage extract") as connection:
        for source in tqdm(parsed, desc="extract", unit="source", disable=None):
            try:
                pulled.append(pull(connection, source, as_of, workers))
            except Exception as error:  # noqa: BLE001 - a bug, too, is raised once the others have loaded
                failed[source.name] = error
    _raise_failure(failed, pulled)
    return _summary(pulled, failed, time.perf_counter() - began)


def _raise_failure(failed: Mapping[str, Exception], pulled: list[Pulled]) -> None:
    answered = [one for one in pulled if one.source != INBOX.name]
    fatal = [error for error in failed.values() if not isinstance(error, UnavailableError) or not answered]
    if fatal:
        raise fatal[0]


def _summary(pulled: list[Pulled], failed: Mapping[str, Exception], seconds: float) -> Summary:
    total = sum((one.counts for one in pulled), Counts())
    details = details_of(pulled) | ({"unavailable": ",".join(failed)} if failed else {})
    return Summary("extract", total.rows_in, total.loaded + total.updated, total.quarantined, seconds, details=details)
