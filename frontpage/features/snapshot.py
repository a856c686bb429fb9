"""A history as Parquet files with a manifest: what training looked at, byte for byte, to be had again years later.

Holds reader keys, never reader ids or addresses. The same history gives the same bytes and the same manifest hash.
"""

import hashlib
import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from frontpage.core import columns as c
from frontpage.core.clock import iso, parse_as_of
from frontpage.core.errors import BadInputError
from frontpage.core.history import History
from frontpage.core.progress import track
from frontpage.core.schema.articles import ARTICLE
from frontpage.core.schema.fields import Layer, Shape
from frontpage.core.schema.impressions import IMPRESSION
from frontpage.core.schema.readers import READER
from frontpage.core.schema.reads import READ
from frontpage.features.feature_store.files import WRITE_OPTIONS
from frontpage.store.copying.column_types import arrow_schema

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
#: Each file with the shape of its rows.
_FILES: Final = {
    "articles": ARTICLE,
    "reads": READ,
    "readers": READER,
    "older_articles": ARTICLE,
    "older_readers": READER,
    "shown": IMPRESSION,
}
#: Files that snapshots had from the beginning; what came later is absent from older ones.
_FIRST: Final = frozenset(_FILES) - {"shown"}


def write_snapshot(history: History, out: Path) -> str:
    """Write the history into the folder `out`, replacing a snapshot that is there; the manifest hash.

    The manifest is written last: a killed run leaves a folder that `read_snapshot` refuses.
    """
    out.mkdir(parents=True, exist_ok=True)
    (out / MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(out / "features", ignore_errors=True)  # made from the snapshot that was here
    files = {}
    for name, shape in track(_FILES.items(), "tables"):
        frame = getattr(history, name)
        table = _table(frame, shape)
        parquet.write_table(table, out / f"{name}.parquet", **WRITE_OPTIONS)
        files[f"{name}.parquet"] = {"rows": table.num_rows, "sha256": _sha256(out / f"{name}.parquet")}
    content = {"format": FORMAT, "as_of": iso(history.as_of), "files": files}
    manifest = {**content, "hash": _hash(content)}
    partial = out / f"{MANIFEST}.partial"
    partial.write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n")
    partial.replace(out / MANIFEST)
    return str(manifest["hash"])


def read_snapshot(path: Path, as_of: datetime | None = None) -> History:
    """The history that was written into the folder `path`.

    Raises BadInputError naming the file that is missing, damaged or of another format, or where the snapshot was not
    taken at `as_of`.
    """
    manifest = read_manifest(path)
    if as_of is not None and manifest["as_of"] != iso(as_of):
        raise BadInputError(f"{path} was taken at {manifest['as_of']}; give that as --as-of, or another --data")
    for name, expected in manifest["files"].items():
        file = path / name
        if not file.is_file():
            raise BadInputError(f"snapshot {path}: {name} is missing; fetch it again (dvc pull)")
        if _sha256(file) != expected["sha256"]:
            raise BadInputError(f"snapshot {path}: {name} is damaged (its SHA-256 differs); fetch it again")
    frames = {name: _frame(path / f"{name}.parquet") for name in _FILES if f"{name}.parquet" in manifest["files"]}
    return History(as_of=parse_as_of(manifest["as_of"]), **frames)


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of the snapshot in `path`: format, as_of, files and hash.

    Raises BadInputError where there is none or it was changed.
    """
    try:
        manifest: dict[str, Any] = json.loads((path / MANIFEST).read_text())
        content = {key: value for key, value in manifest.items() if key != "hash"}
        names = {Path(name).stem for name in manifest["files"]}
        whole = manifest.get("hash") == _hash(content) and _FIRST <= names <= set(_FILES)
    except FileNotFoundError as error:
        remedy = "write it with `frontpage snapshot` or fetch it with `dvc pull`"
        raise BadInputError(f"{path} holds no whole snapshot ({MANIFEST} is missing); {remedy}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInputError(f"snapshot {path}: {MANIFEST} is not a manifest ({error}); fetch it again") from error
    if not whole or manifest.get("format") != FORMAT:
        raise BadInputError(f"snapshot {path}: {MANIFEST} was changed or has another format; fetch it again")
    return manifest


def _table(frame: "pd.DataFrame | None", shape: Shape) -> pa.Table:
    schema = arrow_schema(shape.at(Layer.HISTORY))
    if frame is None:
        return schema.empty_table()
    return pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False).replace_schema_metadata(None)


def _frame(file: Path) -> pd.DataFrame:
    frame: pd.DataFrame = parquet.read_table(file).to_pandas()
    if c.INTERESTS in frame:
        picked = [tuple(names) if isinstance(names, np.ndarray) else None for names in frame[c.INTERESTS]]
        frame[c.INTERESTS] = pd.Series(picked, index=frame.index, dtype=object)
    return frame


def _hash(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
