"""Large files a block at a time: CSV as columns, in which every cell stays the bytes that it is, and Parquet."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from frontpage.core.errors import BadInputError
from frontpage.newsroom.importing.base import ImportReport, Row, check_header, readable

_BLOCK_BYTES = 16 * 1024 * 1024
_PARQUET_ROWS = 2_000
_WHOLE_NUMBER = "^[0-9]{1,18}$"


def csv_blocks(
    path: Path, columns: tuple[str, ...], optional: tuple[str, ...], report: ImportReport, name: str
) -> Iterator[pa.Table]:
    """Blocks of rows with `columns` and `optional`, the latter null where the file lacks them.

    Rows are counted in `report` under `name`; those with too many or too few cells are dropped. A file without rows,
    even one without a header, gives no block and is noted.
    Raises BadInputError where the file cannot be read or lacks one of `columns`.
    """
    header, has_rows = _beginning(path)
    if header:
        check_header(header, columns, path)
    if not has_rows:
        report.notes["empty_files"] += 1
        return
    wanted = [*columns, *optional]
    convert = arrow_csv.ConvertOptions(
        include_columns=wanted, include_missing_columns=True, column_types=dict.fromkeys(wanted, pa.binary())
    )
    yield from _blocks(path, convert, report, name)


def _beginning(path: Path) -> tuple[list[str], bool]:
    """The names in the first line, and whether any row follows."""
    with readable(path) as text:
        return next(csv.reader(text), []), any(line.strip() for line in text)


def _blocks(path: Path, convert: arrow_csv.ConvertOptions, report: ImportReport, name: str) -> Iterator[pa.Table]:
    def skip(_row: arrow_csv.InvalidRow) -> str:
        report.rows_in[name] += 1
        report.drop(name, "wrong_number_of_cells")
        return "skip"

    options = {
        "read_options": arrow_csv.ReadOptions(block_size=_BLOCK_BYTES, use_threads=False),
        "parse_options": arrow_csv.ParseOptions(invalid_row_handler=skip),
        "convert_options": convert,
    }
    try:
        with pa.input_stream(path, compression="detect") as stream, arrow_csv.open_csv(stream, **options) as blocks:
            for batch in blocks:
                report.rows_in[name] += batch.num_rows
                yield pa.table(batch)
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).splitlines()[0]
        raise BadInputError(f"{path} cannot be read to its end ({reason}); fetch it again") from error


def digits(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The cells that are whole numbers of up to 18 digits, as text; null for all others."""
    is_number = pc.match_substring_regex(column, _WHOLE_NUMBER)
    return pc.if_else(is_number, column, pa.scalar(None, pa.binary())).cast(pa.string())


def parquet_rows(path: Path, columns: tuple[str, ...], optional: tuple[str, ...] = ()) -> Iterator[Row]:
    """Each row of a Parquet file, with `columns` and those of `optional` that are there.

    Raises BadInputError where the file does not exist, cannot be read or lacks one of `columns`.
    """
    if not path.is_file():
        raise BadInputError(f"{path} does not exist; give the folder that holds the published files")
    try:
        with parquet.ParquetFile(path) as file:
            there = check_header(file.schema_arrow.names, columns, path)
            wanted = [*columns, *(column for column in optional if column in there)]
            for batch in file.iter_batches(batch_size=_PARQUET_ROWS, columns=wanted):
                yield from batch.to_pylist()
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).splitlines()[0]
        raise BadInputError(f"{path} cannot be read to its end ({reason}); fetch it again") from error
