"""Feast's PostgreSQL offline store, whose rows for the online store come in pieces; Feast loads it by its name.

Feast's own way holds every value of every row as an object of Python twice: half a million readers took 20 GB.
"""
# ruff: noqa: ARG002 (the signatures are Feast's)

from __future__ import annotations

from typing import Any, Literal

import pyarrow as pa
from feast.infra.offline_stores.contrib.postgres_offline_store.postgres import (
    PostgreSQLOfflineStore,
    PostgreSQLOfflineStoreConfig,
    PostgreSQLRetrievalJob,
)
from feast.infra.offline_stores.offline_store import RetrievalJob
from feast.infra.utils.postgres.connection_utils import _get_conn
from feast.type_map import pg_type_code_to_arrow

#: Rows that are objects of Python at the same time.
PIECE_ROWS = 10_000


class PiecewiseOfflineStoreConfig(PostgreSQLOfflineStoreConfig):
    """The same settings under another name."""

    type: Literal["frontpage.features.feature_store.offline_store.PiecewiseOfflineStore"] = (
        "frontpage.features.feature_store.offline_store.PiecewiseOfflineStore"  # type: ignore[assignment]
    )


class PiecewiseRetrievalJob(PostgreSQLRetrievalJob):
    """The same query, read by a cursor of the server's."""

    def _to_arrow_internal(self, timeout: int | None = None) -> pa.Table:
        with (
            self._query_generator() as query,
            _get_conn(self.config.offline_store) as connection,
            connection.cursor(name="feast_rows") as cursor,
        ):
            cursor.execute(query)
            described = cursor.description or ()
            schema = pa.schema([(column.name, pg_type_code_to_arrow(column.type_code)) for column in described])
            pieces = [schema.empty_table()]
            while rows := cursor.fetchmany(PIECE_ROWS):
                columns = zip(*rows, strict=True)
                arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
                pieces.append(pa.Table.from_arrays(arrays, schema=schema))
            return pa.concat_tables(pieces)


class PiecewiseOfflineStore(PostgreSQLOfflineStore):
    """The same queries."""

    @staticmethod
    def pull_latest_from_table_or_query(config: Any, *arguments: Any, **options: Any) -> RetrievalJob:
        """A job over the newest row of each entity within a span of time."""
        theirs = PostgreSQLOfflineStore.pull_latest_from_table_or_query(config, *arguments, **options)
        assert isinstance(theirs, PostgreSQLRetrievalJob)
        return PiecewiseRetrievalJob(theirs.to_sql(), config, full_feature_names=False)
