"""The shapes of `frontpage.core.schema` and whatever carries rows from room to room say the same.

Each comparison takes what is really there (tables after the migrations, the columns that a query gives, a Parquet
file, Feast's views, the expectations, the API's OpenAPI document) as `{shape: {field: type}}`; `!` marks what is never
missing.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from feast import Entity, FeatureView, FileSource
from pyarrow import parquet
from pydantic import SecretStr

from frontpage.core import columns as c
from frontpage.core.schema.articles import ARTICLE
from frontpage.core.schema.canonical import SHAPE_OF, Kind
from frontpage.core.schema.fields import Field, Layer, Shape, Type
from frontpage.core.schema.impressions import IMPRESSION
from frontpage.core.schema.inbox import INBOX_EVENT
from frontpage.core.schema.lists import FALLBACK, RECOMMENDATION
from frontpage.core.schema.readers import READER, READER_IDENTITY
from frontpage.core.schema.reads import READ
from frontpage.core.schema.shapes import SHAPES
from frontpage.core.sections.data import DataParams, QualityParams
from frontpage.core.settings import Settings
from frontpage.features.feature_store.definitions import definitions
from frontpage.features.snapshot import write_snapshot
from frontpage.quality.declare import Boundary, Part
from frontpage.quality.suites import all_checks
from frontpage.store import staging
from frontpage.store.connect import connect, fetch_all
from frontpage.store.copying.column_types import arrow_type, postgres_type
from frontpage.store.queries import query
from frontpage.store.write.inbox import InboxEvent
from serving.app import create_app
from serving.events.schemas import Event
from tests.feature_worlds import random_history

Columns = dict[str, dict[str, str]]
ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 2, tzinfo=UTC)
EVERY_LAYER = ~Layer(0)
PLANTED = Field("planted", Type.TEXT, EVERY_LAYER, "is nowhere", required=EVERY_LAYER)
_COLUMNS = """
select attname as name, format_type(atttypid, atttypmod) || case when attnotnull then '!' else '' end as type
from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped
"""


@dataclass(frozen=True)
class Place:
    """Where the artefacts are: a migrated database and a folder."""

    database: str
    folder: Path


def _described(fields: Iterable[Field], layer: Layer, word: Callable[[Field], str]) -> dict[str, str]:
    return {field.name: word(field) + ("!" if layer in field.required else "") for field in fields}


def _at(shapes: Iterable[Shape], layer: Layer, word: Callable[[Field], str]) -> Columns:
    return {shape.name: _described(shape.at(layer), layer, word) for shape in shapes if shape.at(layer)}


def _in_postgres(field: Field) -> str:
    return postgres_type(field).replace("timestamptz", "timestamp with time zone")


def _columns(connection: Any, table: str) -> dict[str, str]:
    return {row["name"]: row["type"] for row in fetch_all(connection, _COLUMNS, [table])}


def tables(place: Place) -> Columns:
    """Columns of the tables after the migrations."""
    with connect(place.database) as connection:
        return {shape.name: _columns(connection, shape.table) for shape in SHAPES}


def of_tables(shapes: tuple[Shape, ...]) -> Columns:
    return _at(shapes, Layer.TABLE, _in_postgres)


def staging_tables(place: Place) -> Columns:
    """Columns of the staging tables of an extract, but those that name a row of them."""
    with connect(place.database) as connection:
        staging.create(connection, 1)
        found = {SHAPE_OF[kind].name: _columns(connection, f"stage_{SHAPE_OF[kind].name}") for kind in Kind}
    return {
        name: {key: kind for key, kind in columns.items() if key not in (c.BLOCK, c.ROW_NO)}
        for name, columns in found.items()
    }


def of_staging(shapes: tuple[Shape, ...]) -> Columns:
    return _at(shapes, Layer.STAGED, _in_postgres)


def files_page(place: Place) -> Columns:
    """The rows of the reference page of canonical files."""
    text = (ROOT / "docs/reference/canonical-files.md").read_text()
    found: Columns = {}
    for kind in Kind:
        section = text.split(f"## {kind}\n")[1].split("\n## ")[0]
        rows = re.findall(r"^\| `(\w+)` \| (\w+)[^|]*\| (yes|) \|", section, re.MULTILINE)
        found[SHAPE_OF[kind].name] = {name: word + ("!" if required else "") for name, word, required in rows}
    return found


def of_files(shapes: tuple[Shape, ...]) -> Columns:
    return _at(shapes, Layer.FILE, lambda field: field.type)


def history_queries(place: Place) -> Columns:
    """Columns that the queries of `load_history` give, in order."""
    bounds = dict.fromkeys(("as_of", "since", "first_read", "unread_since"), NOW)
    bounds |= {"max_interactions": 1, "with_text": True, c.READER_KEY: [], c.SINCE_US: [], c.UNTIL_US: []}
    files = {ARTICLE.name: "articles", READ.name: "reads", READER.name: "readers", IMPRESSION.name: "shown"}
    found = {}
    with connect(place.database) as connection, connection.cursor() as cursor:
        for name, file in files.items():
            cursor.execute(query(f"history/{file}"), bounds)
            found[name] = {column.name: "" for column in cursor.description if column.name != "newest"}
    return found


def of_history(shapes: tuple[Shape, ...]) -> Columns:
    return {shape.name: dict.fromkeys(shape.names(Layer.HISTORY), "") for shape in shapes if shape.at(Layer.HISTORY)}


def snapshot_files(place: Place) -> Columns:
    """Columns of the Parquet files of a snapshot."""
    write_snapshot(random_history(1), place.folder)
    files = {ARTICLE.name: "articles", READ.name: "reads", READER.name: "readers", IMPRESSION.name: "shown"}
    schemas = {name: parquet.read_schema(place.folder / f"{file}.parquet") for name, file in files.items()}
    return {name: {field.name: str(field.type) for field in schema} for name, schema in schemas.items()}


def of_snapshot(shapes: tuple[Shape, ...]) -> Columns:
    read_back = {"list<item: string>": "list<element: string>"}  # Parquet's name for the members of a list
    return {
        shape.name: {
            field.name: read_back.get(str(arrow_type(field)), str(arrow_type(field)))
            for field in shape.at(Layer.HISTORY)
        }
        for shape in shapes
        if shape.at(Layer.HISTORY)
    }


def feast_views(place: Place) -> Columns:
    """Keys and fields of Feast's views."""
    made = definitions(lambda view: FileSource(name=view.name, path="x", timestamp_field=c.EVENT_TIMESTAMP))
    keys = {one.name: one.value_type.name.title() for one in made if isinstance(one, Entity)}
    return {
        view.name: {
            **{key: keys[key] for key in view.entities},
            **{field.name: str(field.dtype) for field in view.features},
        }
        for view in made
        if isinstance(view, FeatureView)
    }


def of_feast(shapes: tuple[Shape, ...]) -> Columns:
    words = {
        Type.TEXT: "String", Type.INTEGER: "Int64", Type.NUMBER: "Float64",
        Type.TEXTS: "Array(String)", Type.NUMBERS: "Array(Float64)",
    }  # fmt: skip
    return {
        shape.name: {field.name: words[field.type] for field in shape.at(Layer.FEATURE)}
        for shape in shapes
        if shape.at(Layer.FEATURE)
    }


_EXPECTED = {
    Boundary.ARTICLES: (ARTICLE.name, lambda shape: shape.names(Layer.HISTORY)),
    Boundary.READS: (READ.name, lambda shape: shape.names(Layer.HISTORY)),
    Boundary.READERS: (READER_IDENTITY.name, lambda shape: shape.names(Layer.TABLE)),
    Boundary.LISTS: (RECOMMENDATION.name, lambda shape: (c.RUN_ID, *shape.required(Layer.LIST))),
}


def expectations(place: Place) -> Columns:
    """Columns that Great Expectations looks for."""
    found: Columns = {}
    for check in all_checks(QualityParams()):
        if check.part == Part.TABLE and hasattr(check.expectation, "column_set"):
            found[_EXPECTED[check.boundary][0]] = dict.fromkeys(check.expectation.column_set, "")
    return found


def of_expectations(shapes: tuple[Shape, ...]) -> Columns:
    by_name = {shape.name: shape for shape in shapes}
    return {name: dict.fromkeys(names(by_name[name]), "") for name, names in _EXPECTED.values()}


def api_models(place: Place) -> Columns:
    """What the OpenAPI document says of events, articles and the places of a list."""
    url = "postgresql://u:p@127.0.0.1:1/frontpage"
    document = create_app(Settings(database_url=url, api_keys=SecretStr(""))).openapi()
    models = document["components"]["schemas"]
    sent = document["paths"]["/v1/events"]["post"]["requestBody"]["content"]["application/json"]["schema"]["oneOf"][0]
    article = _properties(models["PopularItem"])
    del article["n_reads"]
    return {
        ARTICLE.name: article,
        RECOMMENDATION.name: _properties(models["ListedArticle"]),
        INBOX_EVENT.name: _properties(sent),
    }


def _properties(model: dict[str, Any]) -> dict[str, str]:
    return {name: _word(schema) for name, schema in model["properties"].items()}


def _word(schema: dict[str, Any]) -> str:
    kinds = [kind for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null"]
    words = {"string": "text", "array": "json"}
    word = "time" if kinds[0].get("format") == "date-time" else words.get(kinds[0]["type"], kinds[0]["type"])
    return word + ("" if "anyOf" in schema else "!")


def of_api(shapes: tuple[Shape, ...]) -> Columns:
    by_name = _at(shapes, Layer.API, lambda field: field.type)
    del by_name[FALLBACK.name]  # a list that stands in is answered with like any other
    by_name[RECOMMENDATION.name] |= by_name[ARTICLE.name]
    return {name: by_name[name] for name in (ARTICLE.name, RECOMMENDATION.name, INBOX_EVENT.name)}


COMPARISONS = {
    "tables": (tables, of_tables),
    "staging tables": (staging_tables, of_staging),
    "page of canonical files": (files_page, of_files),
    "queries of the history": (history_queries, of_history),
    "snapshot": (snapshot_files, of_snapshot),
    "Feast's views": (feast_views, of_feast),
    "expectations": (expectations, of_expectations),
    "API": (api_models, of_api),
}
Comparison = tuple[Callable[[Place], Columns], Callable[[tuple[Shape, ...]], Columns]]


@pytest.fixture(params=COMPARISONS.values(), ids=list(COMPARISONS))
def comparison(request: pytest.FixtureRequest) -> Comparison:
    """What is there, and what the shapes say of it."""
    pair: Comparison = request.param
    return pair


@pytest.fixture
def place(database: str, tmp_path: Path) -> Place:
    """A migrated database and an empty folder."""
    return Place(database, tmp_path)


def test_what_is_there_has_the_shape(comparison: Comparison, place: Place) -> None:
    """Same fields, types and fields that are never missing, for each shape that is carried there."""
    found, said = comparison
    assert found(place) == said(SHAPES)


def test_a_field_that_only_the_shape_has_is_seen(comparison: Comparison, place: Place) -> None:
    """A field added to every shape is missed in each thing that is compared; nothing else is."""
    found, said = comparison
    there = found(place)
    wanted = said(tuple(replace(shape, fields=(*shape.fields, PLANTED)) for shape in SHAPES))
    missed = {name: wanted[name].keys() - there[name].keys() for name in there}
    assert missed == {name: {PLANTED.name} for name in there}


def test_a_column_that_only_the_database_has_is_seen(place: Place) -> None:
    """A migration without its line in the shape."""
    with connect(place.database) as connection, connection.cursor() as cursor:
        cursor.execute("alter table read_event add column planted text")
    assert tables(place) != of_tables(SHAPES)


def test_frames_have_the_columns_in_the_order_of_the_queries(place: Place) -> None:
    """COPY gives columns by their place, so here the order counts."""
    assert {name: list(columns) for name, columns in history_queries(place).items()} == {
        name: list(columns) for name, columns in of_history(SHAPES).items()
    }


def test_events_on_their_way_to_the_inbox_are_its_rows() -> None:
    """All columns but when they were received, one moment for a batch; as arrays in the order of the statement."""
    fields = list(InboxEvent._fields)
    assert set(fields) == set(INBOX_EVENT.names(Layer.TABLE)) - {c.RECEIVED_AT}
    assert set(fields) - {c.READER_KEY} == set(Event.model_fields)
    arrays = re.search(r"event \(([^)]*)\)", query("inbox/append"))
    assert arrays is not None
    assert re.split(r",\s*", arrays[1]) == [*fields, "place"]


def test_a_name_has_one_type_and_is_known() -> None:
    """Wherever it stands; and it is one of `frontpage.core.columns`."""
    types: dict[str, set[tuple[Type, bool]]] = {}
    for shape in SHAPES:
        for field in shape.fields:
            types.setdefault(field.name, set()).add((field.type, field.narrow))
    assert {name: found for name, found in types.items() if len(found) > 1} == {}
    assert types.keys() <= {value for name, value in vars(c).items() if name.isupper()}


def test_each_field_says_what_it_means() -> None:
    """The reference page would have an empty cell."""
    assert [(shape.name, field.name) for shape in SHAPES for field in shape.fields if not field.meaning] == []


def test_a_history_of_an_empty_database_has_the_shape(place: Place) -> None:
    """Through COPY: the frames' columns are the shape's."""
    from frontpage.store.history import load_history

    with connect(place.database) as connection:
        history = load_history(connection, NOW, DataParams())
    frames = {ARTICLE.name: history.articles, READ.name: history.reads, READER.name: history.readers}
    assert {name: tuple(frame.columns) for name, frame in frames.items()} == {
        shape.name: shape.names(Layer.HISTORY) for shape in (ARTICLE, READ, READER)
    }
