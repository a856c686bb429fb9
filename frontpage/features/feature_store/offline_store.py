"""Feast's PostgreSQL offline store, with a fast way for the entities of one view; Feast loads it by its name.

Feast's own way uploads the entities row by row, joins, and holds every value of the answer as an object of Python:
2,000 readers take it seconds. A block of readers asks for one view with one key at one moment, which is read by one
COPY; a training for the entities of one view each at its own moment: one COPY there and one back. Everything else is
Feast's.
"""
# ruff: noqa: FBT001 (the signatures are Feast's)

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from feast.infra.offline_stores.contrib.postgres_offline_store.postgres import (
    PostgreSQLOfflineStore,
    PostgreSQLOfflineStoreConfig,
)
from feast.infra.offline_stores.offline_store import RetrievalJob
from pydantic import SecretStr

from frontpage.core import columns as c
from frontpage.features.feature_store.views import VIEWS, View
from frontpage.features.grouping import rows_in
from frontpage.store.connect import connect
from frontpage.store.features.feature_rows import states_at, states_of

_VIEWS = {view.name: view for view in VIEWS}


class BlockOfflineStoreConfig(PostgreSQLOfflineStoreConfig):
    """Feast's settings, and the URL of the same database for COPY."""

    type: Literal["frontpage.features.feature_store.offline_store.BlockOfflineStore"] = (
        "frontpage.features.feature_store.offline_store.BlockOfflineStore"  # type: ignore[assignment]
    )
    database_url: SecretStr


class BlockRetrievalJob(RetrievalJob):
    """States of one view for entities at one moment, in the order asked for; nulls where there is none by then."""

    full_feature_names = False
    on_demand_feature_views: list[Any] = []  # noqa: RUF012 - Feast asks for it, and there are none
    metadata = None

    def __init__(self, url: str, view: View, features: list[str], asked: pd.DataFrame) -> None:
        self._url, self._view, self._features, self._asked = url, view, features, asked

    def _to_arrow_internal(self, timeout: int | None = None) -> pa.Table:  # noqa: ARG002 - the signature is Feast's
        view, key = self._view, self._view.keys[0]
        keys = self._asked[key].to_numpy(dtype=np.int64)
        moments = self._asked[c.EVENT_TIMESTAMP]
        fields = [view[name] for name in (key, *self._features)]
        with connect(self._url, application="frontpage features") as connection:
            found = states_at(connection, view, fields, keys, moments.iloc[0].to_pydatetime())
        place = rows_in(found[key].to_numpy(), keys)
        rows = found.take(pa.array(place, mask=place < 0))
        columns = {name: rows[name].combine_chunks() for name in self._features}
        return pa.table({key: keys, c.EVENT_TIMESTAMP: pa.Array.from_pandas(moments), **columns})

    def _to_df_internal(self, timeout: int | None = None) -> pd.DataFrame:
        frame: pd.DataFrame = self._to_arrow_internal(timeout).to_pandas()
        return frame

    def persist(self, storage: Any, allow_overwrite: bool | None = False, timeout: int | None = None) -> None:
        """Not done: what is asked for here is stored already."""
        raise NotImplementedError


class EntityRetrievalJob(BlockRetrievalJob):
    """The same where each entity, of however many keys, stands at a moment of its own."""

    def _to_arrow_internal(self, timeout: int | None = None) -> pa.Table:  # noqa: ARG002 - the signature is Feast's
        moments = pd.to_datetime(self._asked[c.EVENT_TIMESTAMP], utc=True).astype("datetime64[us, UTC]")
        keys = {key: pa.Array.from_pandas(self._asked[key]) for key in self._view.keys}
        asked = pa.table({**keys, c.EVENT_TIMESTAMP: pa.Array.from_pandas(moments)})
        with connect(self._url, application="frontpage features") as connection:
            found = states_of(connection, self._view, [self._view[name] for name in self._features], asked)
        return pa.table([*asked.columns, *found.columns], [*asked.column_names, *found.column_names])


class BlockOfflineStore(PostgreSQLOfflineStore):
    """Feast's store, but for the entities of one view."""

    @staticmethod
    def get_historical_features(  # type: ignore[override]
        config: Any,
        feature_views: list[Any],
        feature_refs: list[str],
        entity_df: Any,
        registry: Any,
        project: str,
        full_feature_names: bool = False,
        **options: Any,
    ) -> RetrievalJob:
        """By COPY where one view is asked for entities and nothing else is to be handed back; else Feast's join."""
        view = _VIEWS.get(feature_views[0].name) if len(feature_views) == 1 else None
        if view is None or full_feature_names or options or not _is_of_view(view, entity_df):
            return PostgreSQLOfflineStore.get_historical_features(
                config, feature_views, feature_refs, entity_df, registry, project, full_feature_names, **options
            )
        url = config.offline_store.database_url.get_secret_value()
        job = BlockRetrievalJob if _is_block(view, entity_df) else EntityRetrievalJob
        return job(url, view, [ref.partition(":")[2] for ref in feature_refs], entity_df)


def _is_of_view(view: View, entities: Any) -> bool:
    """Whether these are entities of the view, with nothing else to hand back."""
    return (
        isinstance(entities, pd.DataFrame)
        and len(entities) > 0
        and set(entities.columns) == {*view.keys, c.EVENT_TIMESTAMP}
    )


def _is_block(view: View, entities: pd.DataFrame) -> bool:
    """Whether these have a number as key and stand at one moment."""
    of_one_number = len(view.keys) == 1 and pd.api.types.is_integer_dtype(entities[view.keys[0]])
    moments = entities[c.EVENT_TIMESTAMP]
    return of_one_number and bool((moments == moments.iloc[0]).all())
