"""What published files say, by way of a database that lives only as long as that takes.

The same extract as every night reads them, so a snapshot made from files is the snapshot that the nightly run would
have made; and the served database is never touched.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from core.history import History
from core.params import Params
from core.settings import Settings
from steps import extract
from store import migrate, server
from store.connect import connect
from store.history import load_history

CANONICAL = "canonical"


def history_of_files(
    settings: Settings, params: Params, as_of: datetime, source: Path, format_name: str = CANONICAL
) -> History:
    """What was known at `as_of` to somebody who had only these files.

    format_name: `canonical`, or the name of a published format that `frontpage import` knows.
    Raises what import and extract raise for files that cannot be used.
    """
    with _database(settings.path("scratch")) as scratch_home:
        scratch = settings.model_copy(update={"home": scratch_home, "database_url": ""})
        files = source if format_name == CANONICAL else scratch_home / "canonical"
        if format_name != CANONICAL:
            from steps import import_

            import_.run(scratch, params, format_name=format_name, path=source, out=files)
        extract.run(scratch, params, as_of, sources=[str(files.absolute())])
        with connect(server.database_url(scratch)) as connection:
            return load_history(connection, as_of, params.data)


@contextmanager
def _database(home: Path) -> Iterator[Path]:
    """An empty, migrated server below `home`; a killed run's remains are cleared away by the next one."""
    _clear(home)
    running = server.up(home, fsync="off", full_page_writes="off")
    try:
        migrate.upgrade(running.url())
        yield home
    finally:
        _clear(home)


def _clear(home: Path) -> None:
    server.down(home)
    shutil.rmtree(home, ignore_errors=True)
