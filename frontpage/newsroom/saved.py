"""The saved world beside its files: `OUT/.state/`, so that a later call goes on where the last one stopped."""

from pathlib import Path

import numpy as np
import orjson

from frontpage.core.errors import BadInputError
from frontpage.newsroom.world import State

_TABLES = ("articles", "readers", "pending")


def save_state(out: Path, state: State, written: int, identity: dict[str, int | str] | None = None) -> None:
    """Writes the state by rename; `written` is the minute since the epoch up to which the files go.

    `identity` is given once, when the world begins.
    """
    folder = out / ".state"
    folder.mkdir(parents=True, exist_ok=True)
    if identity is not None:
        _replace(folder / "identity.json", orjson.dumps(identity))
    columns = {f"{table}.{name}": column for table in _TABLES for name, column in getattr(state, table).items()}
    unfinished = folder / "world.tmp.npz"
    numbers = np.array([state.start, state.hour, written])
    np.savez(unfinished, numbers=numbers, read_before=state.read_before, **columns)
    unfinished.replace(folder / "world.npz")


def load_state(out: Path, identity: dict[str, int | str]) -> tuple[State, int] | None:
    """(state, minute written up to) of the world in `out`; None where there is none.

    Raises BadInputError where `out` holds a world of another size, seed or parameters.
    """
    folder = out / ".state"
    if not (folder / "world.npz").exists() or not (folder / "identity.json").exists():
        return None
    found = orjson.loads((folder / "identity.json").read_bytes())
    for name, value in identity.items():
        if found.get(name) != value:
            raise BadInputError(f"{out} holds a world with {name} {found.get(name)}, not {value}; choose another --out")
    with np.load(folder / "world.npz") as saved:
        tables = {table: _columns(saved, table) for table in _TABLES}
        start, hour, written = (int(number) for number in saved["numbers"])
        return State(start=start, hour=hour, read_before=saved["read_before"], **tables), written


def _columns(saved: np.lib.npyio.NpzFile, table: str) -> dict[str, np.ndarray]:
    return {name.split(".", 1)[1]: saved[name] for name in saved.files if name.startswith(f"{table}.")}


def _replace(path: Path, content: bytes) -> None:
    unfinished = path.with_suffix(".tmp")
    unfinished.write_bytes(content)
    unfinished.replace(path)
