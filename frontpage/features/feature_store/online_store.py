"""Feast's PostgreSQL online store, written by COPY; Feast loads it by its name, and reads it as its own.

Feast's own way is one statement for each feature of each entity.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import Any, Literal

from feast.infra.key_encoding_utils import serialize_entity_key
from feast.infra.online_stores.helpers import _to_naive_utc as to_naive_utc
from feast.infra.online_stores.helpers import compute_table_id, extract_text_and_num
from feast.infra.online_stores.postgres_online_store.postgres import (
    PostgreSQLOnlineStore,
    PostgreSQLOnlineStoreConfig,
)
from feast.infra.utils.postgres.connection_utils import _get_conn

from frontpage.store.features import online_rows


class CopyOnlineStoreConfig(PostgreSQLOnlineStoreConfig):
    """The same settings under another name."""

    type: Literal["frontpage.features.feature_store.online_store.CopyOnlineStore"] = (
        "frontpage.features.feature_store.online_store.CopyOnlineStore"  # type: ignore[assignment]
    )


class CopyOnlineStore(PostgreSQLOnlineStore):
    """The same tables and reads."""

    @contextmanager
    def _get_conn(self, config: Any, autocommit: bool = False) -> Iterator[Any]:  # noqa: FBT001 - the signature is Feast's
        """One connection; Feast's own method insists on the name of its own store."""
        self._conn = self._conn or _get_conn(config.online_store)
        self._conn.set_autocommit(autocommit)
        yield self._conn

    def online_write_batch(self, config: Any, table: Any, data: list[Any], progress: Any) -> None:
        """Write a batch of entities; later rows of one replace earlier ones."""
        name = compute_table_id(config.project, table, config.registry.enable_online_feature_view_versioning)
        version = config.entity_key_serialization_version
        newest = {serialize_entity_key(row[0], version): row for row in data}
        by_moment = sorted(newest.items(), key=lambda item: item[1][2])
        with self._get_conn(config) as connection:
            for moment, entities in groupby(by_moment, key=lambda item: item[1][2]):
                online_rows.upsert(connection, name, _rows(entities), to_naive_utc(moment))
                connection.commit()
        if progress:
            progress(len(data))


def _rows(entities: Any) -> Iterator[online_rows.OnlineRow]:
    for key, (_, values, _, _) in entities:
        for name, value in values.items():
            yield key, name, value.SerializeToString(), extract_text_and_num(value, False)[0]
