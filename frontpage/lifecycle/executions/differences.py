"""What differed between two executions of a verb: code, packages, parameters, data, and nothing else."""

from collections.abc import Iterator, Mapping
from typing import Any

_ABSENT = "-"
_CODE = (("code_commit", "code"), ("lock_hash", "lock file"), ("image", "image"))


def differences(one: Mapping[str, Any], other: Mapping[str, Any], n_late: int = 0) -> list[str]:
    """One line for each thing that differs between two rows of `execution` with their params and packages.

    n_late: reads that had happened by the earlier as_of and became known until the later one.
    """
    return [
        *_changed("moment", {"as_of": one["as_of"]}, {"as_of": other["as_of"]}),
        *(line for column, name in _CODE for line in _one(name, one[column], other[column])),
        *_changed("package", one["packages"] or {}, other["packages"] or {}),
        *_changed("parameter", flat(one["params"] or {}), flat(other["params"] or {})),
        *_changed("option", _plain(one["options"]), _plain(other["options"])),
        *_data(flat(one["inputs"]), flat(other["inputs"]), n_late),
    ]


def flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Leaves by their dotted path.

    >>> flat({"ranker": {"n_trees": 60}, "seed": 1})
    {'ranker.n_trees': 60, 'seed': 1}
    """
    leaves: dict[str, Any] = {}
    for name, value in tree.items():
        leaves |= flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return leaves


def _plain(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options but for the moment, which stands above."""
    return {name: value for name, value in options.items() if name != "as_of"}


def _changed(what: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(one.keys() | other.keys()):
        yield from _one(f"{what} {name}", one.get(name, _ABSENT), other.get(name, _ABSENT))


def _one(what: str, one: Any, other: Any) -> Iterator[str]:
    if one != other:
        yield f"{what}: {_ABSENT if one is None else one} -> {_ABSENT if other is None else other}"


def _data(one: Mapping[str, Any], other: Mapping[str, Any], n_late: int) -> Iterator[str]:
    for line in _changed("data", one, other):
        name = line.split(":", 1)[0].removeprefix("data ")
        before, after = one.get(name), other.get(name)
        counted = isinstance(before, int) and isinstance(after, int)
        late = f", {n_late} of them late" if name == "reads.rows" and n_late else ""
        yield (
            f"{line} ({after - before:+d} rows{late})" if counted and before is not None and after is not None else line
        )
