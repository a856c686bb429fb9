r"""Line ends of every system as `\n`, byte for byte, so that offsets into a file stay what they are."""

import io
import re
from typing import Any

#: Old Macs, and programs that follow them, end lines in `\r` alone. One that a `\n` follows is part of its line end.
_LONE_RETURN = re.compile(rb"\r(?!\r*\n)")


def with_newlines(handle: Any) -> io.BufferedReader:
    r"""The bytes of a binary handle with each lone `\r` as `\n`; can be sought where the handle can.

    Read in small pieces, so that little of what comes before damage is lost with it.
    """
    return io.BufferedReader(_Newlines(handle))


class _Newlines(io.RawIOBase):
    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._ahead = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return bool(self._handle.seekable())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._ahead = b""
        return int(self._handle.seek(offset, whence))

    def tell(self) -> int:
        return int(self._handle.tell()) - len(self._ahead)

    def readinto(self, buffer: Any) -> int:
        r"""What follows a `\r` decides on it, so a piece that ends in one is read a little further."""
        data = self._ahead + self._handle.read(max(len(buffer) - len(self._ahead), 0))
        n_bytes = min(len(data), len(buffer))
        while data.endswith(b"\r") and (more := self._handle.read(1)):
            data += more
        self._ahead = data[n_bytes:]
        found = data if b"\r" not in data else _LONE_RETURN.sub(b"\n", data)
        buffer[:n_bytes] = found[:n_bytes]
        return n_bytes
