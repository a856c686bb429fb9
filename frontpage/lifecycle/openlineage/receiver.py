"""Feast's receiver of OpenLineage events, in this process, on schema `lineage` of our database.

`feast serve_lineage` answers over HTTP from the same tables; in a process of our own nobody else can write into them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from frontpage.core.database.url import DatabaseUrl

SCHEMA = "lineage"


@dataclass(frozen=True, slots=True)
class Receiver:
    """take: an event. forget: what is older than so many days; how many runs that were."""

    take: Callable[[dict[str, Any]], Any]
    forget: Callable[[int], Mapping[str, int]]


@contextmanager
def receiver(database_url: str) -> Iterator[Receiver]:
    """The receiver, its tables made where they are missing."""
    from feast.openlineage.processor import OpenLineageProcessor
    from feast.openlineage.store import OpenLineageStore

    store = OpenLineageStore(connection_string=_url(database_url))
    try:
        store.initialize()  # type: ignore[no-untyped-call]  # Feast does not say what it returns
        yield Receiver(OpenLineageProcessor(store).process_event, store.prune_expired)
    finally:
        store.engine.dispose()


def _url(database_url: str) -> str:
    url = DatabaseUrl.parse(database_url)
    options = f"{url.parameters.get('options', '')} -csearch_path={SCHEMA}".strip()
    return replace(url, parameters={**url.parameters, "options": options}).sqlalchemy()
