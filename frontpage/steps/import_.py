"""`frontpage import`: a published data set as canonical files."""

import time
from pathlib import Path

from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.newsroom.importers import format_names, importer_of
from frontpage.newsroom.importing.base import import_with


def run(settings: Settings, params: Params, format_name: str, path: Path, out: Path) -> Summary:
    """Summary of the rows read, written and dropped; the reasons are in `out/import_report.json`.

    Raises BadInputError for an unknown format, a missing file, and files that are not what they should be.
    """
    del settings, params
    started = time.monotonic()
    if format_name not in format_names():
        raise BadInputError(f"format {format_name!r} is not known; choose one of: {', '.join(format_names())}")
    report = import_with(importer_of(format_name), path, out)
    return Summary(
        verb="import",
        rows_in=report.rows_in.total(),
        rows_out=report.rows_out.total(),
        rejected=report.n_dropped,
        seconds=time.monotonic() - started,
        artifact=str(out),
        details=dict(report.rows_out),
    )
