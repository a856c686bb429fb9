"""What Feast is told: entities, feature views and services, over tables in PostgreSQL or over Parquet files alike."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from feast import Entity, FeatureService, FeatureView, Field
from feast.data_source import DataSource
from feast.types import Array, Float64, Int64, String
from feast.value_type import ValueType

from frontpage.core import columns as c
from frontpage.core.schema.fields import Type
from frontpage.features.feature_store.views import ARTICLE_AUDIENCES, ARTICLES, READERS, TOTALS, VIEWS, View, columns_of

PROJECT: Final = "frontpage"
#: Service of what the ranker knows of a reader: all but the last articles, which no feature is made of.
RANKING: Final = "ranking"
#: Columns of readers that are not in it.
LAST_ARTICLES: Final = (c.RECENT_ARTICLES, c.RECENT_DWELL_SECONDS)

_TYPES: Final[dict[Type, Any]] = {
    Type.TEXT: String, Type.INTEGER: Int64, Type.NUMBER: Float64,
    Type.TEXTS: Array(String), Type.NUMBERS: Array(Float64),
}  # fmt: skip
_KEY_TYPES: Final = {c.READER_KEY: ValueType.INT64}
_DESCRIPTIONS: Final = {
    ARTICLES.name: "facts of an article and its reads, decayed to its last read with several half-lives",
    ARTICLE_AUDIENCES.name: "an article's reads from one audience: readers of one region, device or referrer",
    TOTALS.name: "all reads of a scope: an audience, a category, a publisher; the empty scope is everywhere",
    READERS.name: "a reader's reads, tastes and last articles",
}


def service_name(view: View) -> str:
    """Name of the service that gives one view alone."""
    return f"{view.name}s"


def definitions(source_of: Callable[[View], DataSource]) -> list[Any]:
    """Every Feast object of the project, over the sources that `source_of` gives for each view."""
    keys = sorted({key for view in VIEWS for key in view.keys})
    types = {key: _KEY_TYPES.get(key, ValueType.STRING) for key in keys}
    entities = {key: Entity(name=key, join_keys=[key], value_type=types[key]) for key in keys}
    views: list[Any] = [_feature_view(view, entities, source_of(view)) for view in VIEWS]
    alone = zip(VIEWS, views, strict=True)
    services = [FeatureService(name=service_name(view), features=[made]) for view, made in alone]
    ranked = [field.name for field in columns_of(READERS) if field.name not in LAST_ARTICLES]
    ranking = FeatureService(name=RANKING, features=[views[VIEWS.index(READERS)][ranked]])
    return [*entities.values(), *views, *services, ranking]


def _feature_view(view: View, entities: dict[str, Entity], source: DataSource) -> FeatureView:
    return FeatureView(
        name=view.name,
        description=_DESCRIPTIONS[view.name],
        entities=[entities[key] for key in view.keys],
        ttl=timedelta(0),  # a row counts until the next one, however old it is
        schema=[Field(name=field.name, dtype=_TYPES[field.type]) for field in columns_of(view)],
        online=False,
        source=source,
    )
