"""What every importer shares: rows streamed out of published files, canonical files, a count of what was dropped."""

import csv
import gzip
import hashlib
import io
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import pyarrow as pa
from pyarrow import parquet

from frontpage.core.errors import BadInputError
from frontpage.core.schema.canonical import Kind

Row = dict[str, Any]
_LONGEST_CELL = 16 * 1024 * 1024
#: Small enough that a pull that waits for a later time leaves few rows unread, large enough to be read fast.
_ROWS_OF_A_GROUP = 50_000


@dataclass(slots=True)
class ImportReport:
    """What an import read, wrote and dropped; for each file rows_in = rows used + rows dropped, with reasons."""

    format: str
    rows_in: Counter[str] = field(default_factory=Counter)
    rows_out: Counter[str] = field(default_factory=Counter)
    dropped: dict[str, Counter[str]] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)

    def drop(self, file: str, reason: str, n: int = 1) -> None:
        """Counts `n` rows of `file` as unusable."""
        if n:
            self.dropped.setdefault(file, Counter())[reason] += n

    @property
    def n_dropped(self) -> int:
        """Rows dropped from all files."""
        return sum(reasons.total() for reasons in self.dropped.values())

    def plain(self) -> Row:
        """The report as it is written to import_report.json."""
        return {
            "format": self.format,
            "rows_in": dict(self.rows_in),
            "rows_out": dict(self.rows_out),
            "dropped": {file: dict(reasons) for file, reasons in self.dropped.items()},
            "notes": dict(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Importer:
    """A published data set that we can read. `run(path, sink, report)` streams it through."""

    name: str
    files: tuple[str, ...]
    run: Callable[[Path, "Sink", ImportReport], None]


class Sink:
    """Canonical files being written under hidden names; `finish` gives them their own."""

    def __init__(self, out: Path, report: ImportReport, stack: ExitStack) -> None:
        self._out, self._report, self._stack = out, report, stack
        self._open: dict[Kind, BinaryIO] = {}
        self._tables: dict[Kind, parquet.ParquetWriter] = {}
        self._waiting: dict[Kind, list[pa.Table]] = {}

    def write(self, kind: Kind, row: Row) -> None:
        """Adds one canonical row; absent values are left out."""
        if kind not in self._open:
            self._open[kind] = self._stack.enter_context(self._new(kind, "jsonl").open("wb"))
        line = {name: value for name, value in row.items() if value is not None}
        self._open[kind].write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        self._report.rows_out[kind.value] += 1

    def write_table(self, kind: Kind, table: pa.Table) -> None:
        """Adds many canonical rows at once, as Parquet; times are timestamps with a timezone."""
        if kind not in self._tables:
            writer = parquet.ParquetWriter(self._new(kind, "parquet"), table.schema, compression="zstd")
            self._tables[kind] = self._stack.enter_context(writer)
        self._waiting.setdefault(kind, []).append(table)
        if sum(map(len, self._waiting[kind])) >= _ROWS_OF_A_GROUP:
            self._flush(kind)
        self._report.rows_out[kind.value] += len(table)

    def finish(self) -> None:
        """Puts the files in place; those of an earlier import of the same format are replaced."""
        for kind in self._tables:
            self._flush(kind)
        self._stack.close()
        for kind, suffix in self._written():
            self._unfinished(kind, suffix).replace(self._out / kind.value / f"{self._report.format}.{suffix}")

    def discard(self) -> None:
        """Removes what was written so far; nothing half-made is left."""
        self._stack.close()
        for kind, suffix in self._written():
            self._unfinished(kind, suffix).unlink(missing_ok=True)

    def _flush(self, kind: Kind) -> None:
        if waiting := self._waiting.pop(kind, []):
            self._tables[kind].write_table(pa.concat_tables(waiting))

    def _written(self) -> list[tuple[Kind, str]]:
        return [(kind, "jsonl") for kind in self._open] + [(kind, "parquet") for kind in self._tables]

    def _new(self, kind: Kind, suffix: str) -> Path:
        path = self._unfinished(kind, suffix)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _unfinished(self, kind: Kind, suffix: str) -> Path:
        return self._out / kind.value / f".{self._report.format}.{suffix}.tmp"


def import_with(importer: Importer, path: Path, out: Path) -> ImportReport:
    """The report of reading `path` into canonical files under `out`; it is also `out/import_report.json`.

    Memory grows with the number of distinct ids, and of reads where a format can repeat them; not with the texts.
    Raises BadInputError where a file is missing, is not what its name says, or gives no usable row at all.
    """
    report = ImportReport(importer.name)
    with ExitStack() as stack:
        sink = Sink(out, report, stack)
        try:
            importer.run(path, sink, report)
            _check_not_empty(path, report)
        except BaseException:
            sink.discard()
            raise
        sink.finish()
    (out / "import_report.json").write_bytes(orjson.dumps(report.plain(), option=orjson.OPT_INDENT_2))
    return report


def _check_not_empty(path: Path, report: ImportReport) -> None:
    if not report.rows_out:
        raise BadInputError(f"{path} holds no usable {report.format} row; dropped: {_reasons(report)}")


def _reasons(report: ImportReport) -> str:
    lines = [f"{file}: {reason} {n}" for file, reasons in report.dropped.items() for reason, n in reasons.items()]
    return "; ".join(lines) or "nothing, the files are empty"


def find(folder: Path, *names: str) -> Path:
    """The first of `names` that is in `folder`, plain or gzip.

    Raises BadInputError naming the file and the remedy.
    """
    for name in names:
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                return path
    raise BadInputError(f"{folder / names[0]} (or .gz) does not exist; give the folder that holds the published files")


@contextmanager
def readable(path: Path) -> Iterator[io.TextIOWrapper]:
    """The text of a file, plain or gzip; bytes that are not UTF-8 become U+FFFD.

    Raises BadInputError where the file is not gzip as its name says, or no table of text.
    """
    try:
        with ExitStack() as stack:
            raw = stack.enter_context(path.open("rb"))
            plain = stack.enter_context(gzip.open(raw)) if path.suffix == ".gz" else raw
            yield stack.enter_context(io.TextIOWrapper(plain, encoding="utf-8-sig", errors="replace", newline=""))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise BadInputError(f"{path} is not a whole gzip file ({error}); fetch it again") from error
    except csv.Error as error:
        raise BadInputError(f"{path}: {error}; the file is not a table of text") from error


def rows(
    path: Path, columns: tuple[str, ...], report: ImportReport, *, header: bool = True, delimiter: str = ","
) -> Iterator[Row]:
    """Each usable row of a CSV or TSV file, by column; others are counted in `report` with their reason.

    Raises BadInputError where the file cannot be read, or its header lacks a column.
    """
    csv.field_size_limit(_LONGEST_CELL)
    with readable(path) as text:
        lines = (line.replace("\0", "") for line in text)
        reader = csv.reader(lines) if delimiter == "," else csv.reader(lines, "excel-tab", quoting=csv.QUOTE_NONE)
        names = check_header(next(reader, []), columns, path) if header else list(columns)
        yield from _cells(reader, names, path.name.removesuffix(".gz"), report)


def check_header(names: list[str], columns: tuple[str, ...], path: Path) -> list[str]:
    """The names themselves. Raises BadInputError where one of `columns` is not among them."""
    missing = [column for column in columns if column not in names]
    if missing:
        raise BadInputError(f"{path} has no column {missing[0]!r}; expected {', '.join(columns)}")
    return names


def _cells(reader: Iterator[list[str]], names: list[str], file: str, report: ImportReport) -> Iterator[Row]:
    for cells in reader:
        if not cells:
            continue
        report.rows_in[file] += 1
        if len(cells) == len(names):
            yield dict(zip(names, cells, strict=True))
        else:
            report.drop(file, "wrong_number_of_cells")


def stable_id(*parts: str) -> str:
    """A short name made from `parts`, the same for the same parts."""
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=12).hexdigest()
