"""The archive: each published run as Parquet below one URL, only what it made anew, before its rows are dropped.

A list that a run kept lies where it was made: `kept.parquet` says for whom and of which run. Files are written beside
their place and moved there whole; pages carry checksums, which are verified when they are read.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import fsspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from frontpage.core import columns as c
from frontpage.core.errors import UnavailableError
from frontpage.core.settings import Settings
from frontpage.store.connect import Connection
from frontpage.store.lists import archived
from frontpage.store.lists.archived import KEPT, LISTS, SCORED_RUN, ArchivedRun

_LISTS, _KEPT = "lists.parquet", "kept.parquet"
#: Rows of a row group: what is read to find one reader.
_GROUP_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder on any file system that fsspec knows."""

    url: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The installation's: FRONTPAGE_ARCHIVE_URL, else below its home."""
        return cls(settings.archive_url or settings.path("archive").as_uri())

    def add(self, connection: Connection, run: Mapping[str, Any]) -> ArchivedRun:
        """Write a published run and note that it is here; killed half-way, it is written again.

        Raises UnavailableError where the file system refuses.
        """
        run_id = int(run[c.RUN_ID])
        folder = f"{self.url.rstrip('/')}/{run['variant']}/run-{run_id}"
        with _reachable(folder):
            with archived.lists_of(connection, run) as rows:
                n_lists, n_bytes, named = _write(folder, _LISTS, LISTS, rows, one=c.RANK)
            with archived.kept_of(connection, run) as rows:
                n_kept, more_bytes, kept_from = _write(folder, _KEPT, KEPT, rows)
        made = ArchivedRun(run_id, folder, n_lists, n_kept, n_bytes + more_bytes, tuple(sorted(named | kept_from)))
        archived.note(connection, made)
        return made

    def lists(self, connection: Connection, run_id: int, reader_keys: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
        """Rows (`archived.LISTS`) of the lists that readers had in a run, best first; who had none is left out.

        A row's scored_run is the run that made it. Empty where the run is not in the archive.
        """
        run = archived.find(connection, run_id)
        if run is None:
            return {}
        found = _by_reader(_read(run, _LISTS, reader_keys), run_id)
        missing = [key for key in reader_keys if key not in found]
        kept = _read(run, _KEPT, missing).to_pylist() if missing else []
        for maker in {row[SCORED_RUN] for row in kept}:
            found |= self.lists(connection, maker, [row[c.READER_KEY] for row in kept if row[SCORED_RUN] == maker])
        return found

    def places(self, connection: Connection, run_id: int, article_ids: Sequence[str]) -> set[tuple[int, int]]:
        """Reader and rank of where articles stood in a run's lists, whichever run made them.

        Empty where the run is not in the archive; a list is left out where the run that made it is not.
        """
        run = archived.find(connection, run_id)
        if run is None:
            return set()
        places = _places(run, article_ids)
        for maker in filter(None, (archived.find(connection, other) for other in run.refers_to)):
            made = _places(maker, article_ids)
            kept = _read(run, _KEPT, [key for key, _ in made]).to_pylist() if made else []
            keys = {row[c.READER_KEY] for row in kept if row[SCORED_RUN] == maker.run_id}
            places |= {(key, rank) for key, rank in made if key in keys}
        return places

    def drop(self, connection: Connection, run_id: int, uri: str) -> None:
        """Forget a run, and then delete its files. Raises UnavailableError where the file system refuses."""
        with _reachable(uri):
            files, place = fsspec.core.url_to_fs(uri)
            if files.exists(place):
                files.rm(place, recursive=True)
        archived.forget(connection, run_id)


def _write(
    folder: str, name: str, schema: pa.Schema, rows: Iterator[pa.RecordBatch], one: str = ""
) -> tuple[int, int, set[int]]:
    """Lists (rows where `one` is 1, else all), bytes, and the other runs that they name."""
    files, place = fsspec.core.url_to_fs(f"{folder}/{name}")
    files.makedirs(posixpath.dirname(place), exist_ok=True)
    n_lists, runs = 0, set[int]()
    with (
        files.open(f"{place}.new", "wb") as sink,
        pq.ParquetWriter(
            sink,
            schema,
            compression="zstd",
            write_page_checksum=True,
            use_dictionary=[*_REPEATED.intersection(schema.names)],
        ) as writer,
    ):
        for batch in rows:
            writer.write_batch(batch, row_group_size=_GROUP_ROWS)
            n_lists += sum(rank.as_py() == 1 for rank in batch[one]) if one else len(batch)
            runs |= {run for run in batch[SCORED_RUN].unique().to_pylist() if run is not None}
    files.mv(f"{place}.new", place)
    return n_lists, int(files.size(place)), runs


_REPEATED = frozenset((c.ARTICLE_ID, c.CANDIDATE_SOURCE, c.REASONS, c.SCORE, c.READER_KEY, SCORED_RUN, c.RANK))


def _places(run: ArchivedRun, article_ids: Sequence[str]) -> set[tuple[int, int]]:
    """Reader and rank of articles in lists that a run made."""
    wanted, found = pa.array(article_ids, pa.string()), set[tuple[int, int]]()
    with _reachable(run.uri):
        files, place = fsspec.core.url_to_fs(f"{run.uri}/{_LISTS}")
        with files.open(place, "rb") as source:
            file = pq.ParquetFile(source, page_checksum_verification=True)
            for batch in file.iter_batches(_GROUP_ROWS, columns=[c.READER_KEY, c.RANK, c.ARTICLE_ID]):
                rows = batch.filter(pc.is_in(batch[c.ARTICLE_ID], wanted))
                found |= set(zip(rows[c.READER_KEY].to_pylist(), rows[c.RANK].to_pylist(), strict=True))
    return found


def _read(run: ArchivedRun, name: str, reader_keys: Sequence[int]) -> pa.Table:
    with _reachable(run.uri):
        files, place = fsspec.core.url_to_fs(f"{run.uri}/{name}")
        with files.open(place, "rb") as source:
            file = pq.ParquetFile(source, page_checksum_verification=True)
            parts = [_of_readers(file, group, reader_keys) for group in range(file.num_row_groups)]
            return pa.concat_tables([file.schema_arrow.empty_table(), *(part for part in parts if part is not None)])


def _of_readers(file: pq.ParquetFile, group: int, reader_keys: Sequence[int]) -> pa.Table | None:
    """Their rows of a row group; of one that has none only the range of keys is read, or the keys."""
    at = file.schema_arrow.get_field_index(c.READER_KEY)
    ends = file.metadata.row_group(group).column(at).statistics
    wanted = [key for key in reader_keys if ends is None or ends.min <= key <= ends.max]
    if not wanted:
        return None
    found = pc.is_in(file.read_row_group(group, [c.READER_KEY])[c.READER_KEY], pa.array(wanted, pa.int64()))
    return file.read_row_group(group).filter(found) if pc.any(found).as_py() else None


def _by_reader(rows: pa.Table, run_id: int) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows.sort_by([(c.READER_KEY, "ascending"), (c.RANK, "ascending")]).to_pylist():
        found.setdefault(row[c.READER_KEY], []).append({**row, SCORED_RUN: row[SCORED_RUN] or run_id})
    return found


@contextmanager
def _reachable(place: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnavailableError(f"the archive at {place} cannot be used ({error}); nothing was dropped") from error
