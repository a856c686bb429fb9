"""Files that only the holder of the key can read or make: AES-256-GCM in blocks.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizar 2015): each block's nonce holds its number and whether it
is the last, so that blocks cannot be changed, swapped, left out or cut off without it being noticed.
"""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from frontpage.core.errors import BadInputError

MAGIC: Final = b"FPSEAL1\n"
BLOCK_BYTES: Final = 1 << 20
_KEY_BYTES, _PREFIX_BYTES, _TAG_BYTES = 32, 7, 16


def make_key(path: Path) -> None:
    """A new key in a file for its owner only. Raises BadInputError where there is one: its backups would be lost."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(_KEY_BYTES) + "\n")
    except FileExistsError as error:
        raise BadInputError(f"{path} is there already; what it sealed can only be read with it") from error


def read_key(path: Path) -> bytes:
    """The key of a file. Raises BadInputError where there is none, without showing a part of it."""
    try:
        key = bytes.fromhex(path.read_text().strip())
    except OSError as error:
        raise BadInputError(
            f"cannot read the backups' key {path} ({error.strerror}); `frontpage backup key` makes one"
        ) from error
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise BadInputError(f"{path} does not hold {2 * _KEY_BYTES} hexadecimal digits, which is what a key is")
    return key


def seal(source: BinaryIO, target: BinaryIO, key: bytes) -> int:
    """Write all of `source` sealed; the number of bytes read. An empty source is one empty block."""
    prefix, cipher, n_bytes = secrets.token_bytes(_PREFIX_BYTES), AESGCM(key), 0
    target.write(MAGIC + prefix)
    for number, (block, is_last) in enumerate(_blocks(source, BLOCK_BYTES)):
        target.write(cipher.encrypt(_nonce(prefix, number, is_last), block, None))
        n_bytes += len(block)
    return n_bytes


def unseal(source: BinaryIO, target: BinaryIO, key: bytes) -> int:
    """Write what was sealed; the number of bytes written.

    Raises BadInputError for another key or a damaged file. Blocks before the damaged one are written by then: callers
    write to a file that they drop.
    """
    head = source.read(len(MAGIC) + _PREFIX_BYTES)
    if not head.startswith(MAGIC) or len(head) != len(MAGIC) + _PREFIX_BYTES:
        raise BadInputError("this is no sealed file")
    cipher, n_bytes = AESGCM(key), 0
    for number, (block, is_last) in enumerate(_blocks(source, BLOCK_BYTES + _TAG_BYTES)):
        try:
            clear = cipher.decrypt(_nonce(head[len(MAGIC) :], number, is_last), block, None)
        except InvalidTag as error:
            raise BadInputError("the sealed file is damaged, or was sealed with another key") from error
        target.write(clear)
        n_bytes += len(clear)
    return n_bytes


def _nonce(prefix: bytes, number: int, is_last: bool) -> bytes:  # noqa: FBT001 - one bit of the nonce
    return prefix + number.to_bytes(4, "big") + bytes([is_last])


def _blocks(source: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    """Blocks of `size` bytes, and whether each is the last; one empty block of an empty source."""
    block = _read(source, size)
    while True:
        following = _read(source, size) if len(block) == size else b""
        yield block, not following
        if not following:
            return
        block = following


def _read(source: BinaryIO, size: int) -> bytes:
    """Exactly `size` bytes but at the end: a pipe gives what it has."""
    parts = []
    while size and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
