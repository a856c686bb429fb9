"""The Feast repository, applied from code: states as they stood at any moment.

Two stores with the same views: PostgreSQL (source tables and registry in schema `feast` of our database), and Parquet
files under a folder, for work on files only. Neither has an online store (docs/adr/0015-no-online-store.md).
"""

import contextlib
import io
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.database.url import DatabaseUrl
from frontpage.core.errors import BadInputError
from frontpage.features.entities import Entities, Pairs, entities_of, pairs_of
from frontpage.features.feature_store.codec import Stored, states_of
from frontpage.features.feature_store.files import state_file
from frontpage.features.feature_store.views import (
    ARTICLE_AUDIENCES,
    ARTICLES,
    READERS,
    TOTALS,
    VIEWS,
    View,
    names_of,
    restored,
)
from frontpage.features.interactions import times
from frontpage.features.names import AUDIENCE_KINDS
from frontpage.features.total_states import EVERYWHERE
from frontpage.store.features.feature_rows import applying

SCHEMA: Final = "feast"
_PORT: Final = 5432
_LOCAL: Final = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class TrainingFeatures:
    """Rows asked for, as they stood at their moments: `pairs[i]` is row i of the request."""

    entities: Entities
    pairs: Pairs


def feature_store(database_url: str) -> Any:
    """The Feast store on our database, its views applied; applying again changes nothing."""
    from feast.infra.offline_stores.contrib.postgres_offline_store.postgres_source import PostgreSQLSource

    with applying(database_url):
        return _applied(
            _configured(database_url),
            lambda view: PostgreSQLSource(name=view.name, table=f"{SCHEMA}.{view.name}", **_times()),
        )


def opened(database_url: str) -> Any:
    """The Feast store on our database, where somebody has applied its views."""
    return _opened(_configured(database_url))


def _configured(database_url: str) -> dict[str, Any]:
    server = _postgres(database_url)
    return {
        "registry": {"registry_type": "sql", "path": _registry_url(database_url), "cache_ttl_seconds": 0},
        "offline_store": {
            "type": "frontpage.features.feature_store.offline_store.BlockOfflineStore",
            **server,
            "database_url": database_url,
        },
        "online_store": None,
    }


def file_store(folder: Path) -> Any:
    """The same views over `folder/features/*.parquet`.

    The registry is a temporary file, gone with the store: the folder's files stay as they are.
    Raises BadInputError where they are not there.
    """
    from feast import FileSource

    for view in VIEWS:
        if not state_file(folder, view).is_file():
            raise BadInputError(
                f"{state_file(folder, view)} is missing; run `frontpage features --data {folder}` first"
            )
    work = tempfile.mkdtemp(prefix="frontpage-feast-")
    config = {
        "registry": f"{work}/registry.db",
        "offline_store": {"type": "frontpage.features.feature_store.parquet_store.ParquetOfflineStore"},
        "online_store": None,
    }
    store = _applied(config, lambda view: FileSource(name=view.name, path=str(state_file(folder, view)), **_times()))
    weakref.finalize(store, shutil.rmtree, work, ignore_errors=True)
    return store


def historical(store: Any, rows: pd.DataFrame) -> TrainingFeatures:
    """Point-in-time features of `rows` [reader_key, article_id, event_timestamp], from Feast's historical retrieval.

    Each distinct reader, article, total and article of an audience is asked for once per moment. An entity without a
    state by then comes as one without reads. Audiences are those that the reader's state names at that moment.
    """
    moments = rows[c.EVENT_TIMESTAMP]
    readers = _retrieved(store, READERS, rows)
    articles = _retrieved(store, ARTICLES, rows)
    placed = _placed(rows, readers)
    audiences = _retrieved(store, ARTICLE_AUDIENCES, placed)
    read_there = audiences[audiences[c.N_READS] > 0].reset_index(drop=True)
    totals = _retrieved(store, TOTALS, _scopes(articles, placed))
    states = states_of(Stored(articles, read_there, totals, readers))
    entities = entities_of(states)
    ids = rows[c.ARTICLE_ID].to_numpy(dtype=object)
    return TrainingFeatures(entities, pairs_of(entities, rows[c.READER_KEY].to_numpy(), ids, times(moments)))


def _placed(rows: pd.DataFrame, readers: pd.DataFrame) -> pd.DataFrame:
    """[article_id, audience, event_timestamp] of each pair and each audience of its reader."""
    moments = {c.AS_OF: c.EVENT_TIMESTAMP}
    pairs = rows[[c.READER_KEY, c.ARTICLE_ID, c.EVENT_TIMESTAMP]]
    parts = []
    for kind in AUDIENCE_KINDS:
        home = readers.loc[readers[kind].notna(), [c.READER_KEY, c.AS_OF, kind]].rename(columns=moments)
        home[c.AUDIENCE] = f"{kind}=" + home[kind].astype(str)
        both = pairs.merge(home, on=[c.READER_KEY, c.EVENT_TIMESTAMP])
        parts.append(both[[c.ARTICLE_ID, c.AUDIENCE, c.EVENT_TIMESTAMP]].drop_duplicates())
    return pd.concat(parts, ignore_index=True)


def _scopes(articles: pd.DataFrame, placed: pd.DataFrame) -> pd.DataFrame:
    """[scope, event_timestamp] of every total that the rows are compared with."""
    moments = {c.AS_OF: c.EVENT_TIMESTAMP}
    parts = [placed[[c.AUDIENCE, c.EVENT_TIMESTAMP]].rename(columns={c.AUDIENCE: c.SCOPE})]
    parts.append(articles[[c.AS_OF]].rename(columns=moments).assign(**{c.SCOPE: EVERYWHERE}))
    for kind in (c.CATEGORY, c.PUBLISHER):
        named = articles.loc[articles[kind].notna(), [kind, c.AS_OF]].rename(columns=moments)
        parts.append(named.assign(**{c.SCOPE: f"{kind}=" + named[kind].astype(str)})[[c.SCOPE, c.EVENT_TIMESTAMP]])
    return pd.concat([part for part in parts if len(part)], ignore_index=True).drop_duplicates()


def readers_at(store: Any, reader_keys: Iterable[int], as_of: datetime) -> pd.DataFrame:
    """Reader states at `as_of`, one row per key in the order given; an unknown reader has an empty row."""
    moment = pd.Timestamp(as_of).tz_convert("UTC").as_unit("us")
    keys = np.array([int(key) for key in reader_keys], dtype=np.int64)
    rows = pd.DataFrame({c.READER_KEY: keys}).assign(**{c.EVENT_TIMESTAMP: moment})
    known = _retrieved(store, READERS, rows).drop(columns=c.AS_OF)
    return rows[[c.READER_KEY]].merge(known, on=c.READER_KEY, how="left")


def _retrieved(store: Any, view: View, rows: pd.DataFrame) -> pd.DataFrame:
    """State rows of the distinct keys and moments of `rows`, ordered by them, with the moment as `as_of`."""
    keys = [*view.keys, c.EVENT_TIMESTAMP]
    wanted = rows[keys].drop_duplicates().sort_values(keys).reset_index(drop=True)
    if wanted.empty:
        return restored(view, pd.DataFrame(columns=names_of(view))).assign(**{c.AS_OF: wanted[c.EVENT_TIMESTAMP]})
    got = store.get_historical_features(entity_df=wanted, features=_service(store, view)).to_df()
    got = wanted.merge(got.assign(**{c.EVENT_TIMESTAMP: _utc(got[c.EVENT_TIMESTAMP])}), on=keys, how="left")
    return restored(view, got).assign(**{c.AS_OF: got[c.EVENT_TIMESTAMP]})


def _utc(moments: "pd.Series[Any]") -> "pd.Series[Any]":
    return pd.to_datetime(moments, utc=True).astype("datetime64[us, UTC]")


def _service(store: Any, view: View) -> Any:
    from frontpage.features.feature_store.definitions import service_name

    return store.get_feature_service(service_name(view))


def _opened(config: dict[str, Any]) -> Any:
    from feast import FeatureStore, RepoConfig

    from frontpage.features.feature_store.definitions import PROJECT

    repo = RepoConfig(project=PROJECT, provider="local", entity_key_serialization_version=3, **config)
    return FeatureStore(config=repo)


def _applied(config: dict[str, Any], source_of: Any) -> Any:
    from frontpage.features.feature_store.definitions import definitions

    store = _opened(config)
    with _quiet():
        store.apply(definitions(source_of))
    return store


def _times() -> dict[str, Any]:
    return {"timestamp_field": c.EVENT_TIMESTAMP}


def _postgres(database_url: str) -> dict[str, Any]:
    """What Feast asks for one by one; it takes no other parameter of a URL."""
    url = DatabaseUrl.parse(database_url)
    ports = set(url.port.split(","))
    if len(ports) > 1:
        raise BadInputError("Feast takes one port for all hosts of FRONTPAGE_DATABASE_URL; give all of them the same")
    parameters = url.parameters
    return {
        "host": url.host,
        "port": int(ports.pop() or _PORT),
        "database": url.database,
        "db_schema": SCHEMA,
        "user": url.user,
        "password": url.password,
        "sslmode": parameters.get("sslmode", "disable" if url.host in _LOCAL else "prefer"),
        "sslkey_path": parameters.get("sslkey"),
        "sslcert_path": parameters.get("sslcert"),
        "sslrootcert_path": parameters.get("sslrootcert"),
    }


def _registry_url(database_url: str) -> str:
    url = DatabaseUrl.parse(database_url)
    options = f"{url.parameters.get('options', '')} -csearch_path={SCHEMA}".strip()
    return replace(url, parameters={**url.parameters, "options": options}).sqlalchemy()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Feast prints its progress in colours; ours is a summary line."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
