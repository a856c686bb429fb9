"""Types of fields in PostgreSQL and in Arrow."""

from collections.abc import Iterable, Mapping
from typing import Final

import pyarrow as pa

from frontpage.core.schema.fields import Field, Type

_POSTGRES: Final[Mapping[Type, str]] = {
    Type.TEXT: "text", Type.TIME: "timestamptz", Type.INTEGER: "bigint", Type.NUMBER: "double precision",
    Type.BOOLEAN: "boolean", Type.TEXTS: "text[]", Type.NUMBERS: "double precision[]", Type.JSON: "jsonb",
    Type.BYTES: "bytea",
}  # fmt: skip
_NARROW: Final[Mapping[Type, str]] = {Type.INTEGER: "smallint", Type.NUMBER: "real"}
_ARROW: Final[Mapping[Type, pa.DataType]] = {
    Type.TEXT: pa.string(), Type.TIME: pa.timestamp("us", "UTC"), Type.INTEGER: pa.int64(), Type.NUMBER: pa.float64(),
    Type.BOOLEAN: pa.bool_(), Type.TEXTS: pa.list_(pa.string()), Type.NUMBERS: pa.list_(pa.float64()),
    Type.JSON: pa.string(), Type.BYTES: pa.binary(),
}  # fmt: skip


def postgres_type(field: Field) -> str:
    """The type of a field's column in PostgreSQL."""
    return _NARROW[field.type] if field.narrow else _POSTGRES[field.type]


def arrow_type(field: Field) -> pa.DataType:
    """The type of a field in Arrow and Parquet; a narrow number is a float64 all the same."""
    return pa.int16() if field.narrow and field.type is Type.INTEGER else _ARROW[field.type]


def arrow_schema(fields: Iterable[Field]) -> pa.Schema:
    """Fields with their types, in order."""
    return pa.schema([(field.name, arrow_type(field)) for field in fields])
