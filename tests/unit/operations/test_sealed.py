"""Sealed files: what goes in comes out, and nothing else is taken for it."""

import io
from pathlib import Path

import pytest

from frontpage.backup.folder import Backups
from frontpage.backup.sealed import BLOCK_BYTES, make_key, read_key, seal, unseal
from frontpage.core.errors import BadInputError

KEY, OTHER = bytes(32), bytes([1] * 32)


def sealed(clear: bytes) -> bytes:
    out = io.BytesIO()
    seal(io.BytesIO(clear), out, KEY)
    return out.getvalue()


def opened(data: bytes, key: bytes = KEY) -> bytes:
    out = io.BytesIO()
    unseal(io.BytesIO(data), out, key)
    return out.getvalue()


@pytest.mark.parametrize("size", [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES])
def test_what_was_sealed_is_opened(size: int):
    clear = bytes(range(256)) * (size // 256 + 1)
    assert opened(sealed(clear[:size])) == clear[:size]


def test_nothing_of_it_can_be_read_or_repeated():
    """The same twice looks different, and holds no word of it."""
    first, second = sealed(b"ann@readers.example" * 9), sealed(b"ann@readers.example" * 9)
    assert first != second
    assert b"ann@readers" not in first


@pytest.mark.parametrize("harm", ["cut off", "a block left out", "swapped", "changed", "other key", "not sealed"])
def test_damage_is_noticed(harm: str):
    good = sealed(bytes(3 * BLOCK_BYTES))
    head, size = 15, BLOCK_BYTES + 16
    blocks = [good[head + i * size : head + (i + 1) * size] for i in range(3)]
    bad = {
        "cut off": good[: head + 2 * size],
        "a block left out": good[:head] + blocks[0] + blocks[2],
        "swapped": good[:head] + blocks[1] + blocks[0] + blocks[2],
        "changed": good[:100] + bytes([good[100] ^ 1]) + good[101:],
        "other key": good,
        "not sealed": b"plain" + good,
    }[harm]
    with pytest.raises(BadInputError):
        opened(bad, OTHER if harm == "other key" else KEY)


def test_a_key_is_made_once_for_its_owner(tmp_path: Path):
    path = tmp_path / "keys" / "backup.key"
    make_key(path)
    assert (path.stat().st_mode & 0o777, len(read_key(path))) == (0o600, 32)
    with pytest.raises(BadInputError, match="is there already"):
        make_key(path)
    path.write_text("00")
    with pytest.raises(BadInputError, match="64 hexadecimal"):
        read_key(path)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..", ".hidden", "a/b", ""])
def test_the_name_of_a_segment_leads_nowhere_else(tmp_path: Path, name: str):
    with pytest.raises(BadInputError, match="no file of the WAL"):
        Backups(tmp_path, tmp_path / "key").segment(name)
