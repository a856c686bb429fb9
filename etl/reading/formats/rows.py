"""Raw rows, and how one that cannot be decoded is shown."""

from typing import Any

from etl.blocks import MAX_PAYLOAD_CHARACTERS, Bad

#: Number of a row in its file, and its fields by name.
Row = tuple[int, dict[str, Any] | Bad]


def shown(raw: bytes | str) -> str:
    """The beginning of a row for people: bytes that are no text are escaped, NUL is left out."""
    start = raw[: MAX_PAYLOAD_CHARACTERS * 4]
    data = start.encode("utf-8", "surrogateescape") if isinstance(start, str) else start
    return data.decode("utf-8", "backslashreplace").replace("\x00", "")[:MAX_PAYLOAD_CHARACTERS]
