"""Batches of Parquet to raw rows."""

from typing import Any

import pyarrow as pa

from etl.blocks import Bad, payload
from etl.reading.plain import plain_row
from etl.rows.reasons import RejectReason


def batch_rows(batch: pa.RecordBatch) -> list[dict[str, Any] | Bad]:
    """Rows as dicts; values that Python cannot hold make their own row Bad."""
    batch = _microseconds(batch)
    try:
        return [plain_row(row) for row in batch.to_pylist()]
    except (ValueError, OverflowError):
        return [_record(batch.slice(index, 1)) for index in range(batch.num_rows)]


def _record(batch: pa.RecordBatch) -> dict[str, Any] | Bad:
    try:
        return plain_row(batch.to_pylist()[0])
    except UnicodeDecodeError as error:
        return Bad(RejectReason.BAD_ENCODING, f"not UTF-8 at byte {error.start} of a text", payload(_cells(batch)))
    except (ValueError, OverflowError) as error:
        return Bad(RejectReason.BAD_TIME, str(error).splitlines()[0], payload(_cells(batch)))


def _cells(batch: pa.RecordBatch) -> dict[str, str]:
    """The cells of a one-row batch as far as they can be shown."""
    return {name: _cell(column[0]) for name, column in zip(batch.schema.names, batch.columns, strict=True)}


def _cell(value: pa.Scalar) -> str:
    try:
        return str(value.as_py())
    except UnicodeDecodeError:
        return str(value.cast(pa.binary()).as_py())
    except (ValueError, OverflowError):
        return str(value.cast(pa.int64()).as_py())


def _microseconds(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Times that Python can hold: to the microsecond, nanoseconds are cut, and in UTC, whatever the zone is called."""
    return batch.cast(pa.schema([field.with_type(_python_type(field.type)) for field in batch.schema]), safe=False)


def _python_type(kind: pa.DataType) -> pa.DataType:
    # Other units stay: made finer, a time beyond all calendars would overflow into one that looks right.
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us" if kind.unit == "ns" else kind.unit, "UTC" if kind.tz else None)
    if pa.types.is_duration(kind) and kind.unit == "ns":
        return pa.duration("us")
    return kind
