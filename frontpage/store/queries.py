"""The statements of this room: one file each, in folders by area."""

from functools import cache
from pathlib import Path

_SQL = Path(__file__).parent / "sql"


@cache
def query(name: str) -> str:
    """The text of `frontpage/store/sql/<name>.sql`, e.g. `lists/run_flip`."""
    return (_SQL / f"{name}.sql").read_text()
