"""Which readers are in a share of them: a stable hash of salt and reader, the same in every process and on any day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b


def bucket(salt: str, reader_key: int) -> float:
    """A number in [0, 1), uniform over readers; another salt (at most 64 bytes) draws independently.

    >>> bucket("canary-7", 42) == bucket("canary-7", 42)
    True
    >>> 0.24 < sum(bucket("canary-7", key) < 0.25 for key in range(10_000)) / 10_000 < 0.26
    True
    """
    digest = blake2b(reader_key.to_bytes(8, "little", signed=True), digest_size=8, key=salt.encode()).digest()
    return (int.from_bytes(digest, "little") >> 11) / 2**53


def within(salt: str, reader_keys: Iterable[int], share: float) -> list[int]:
    """The readers of the first `share` (0 to 1) of buckets: growing the share keeps everybody who was in."""
    return [key for key in reader_keys if bucket(salt, key) < share]


def arm(salt: str, reader_key: int, shares: Sequence[tuple[str, float]]) -> str | None:
    """The arm of a reader, by shares that lie side by side from 0; None where they leave the reader out.

    Raises ValueError where the shares are above 1.
    """
    if sum(share for _, share in shares) > 1 + 1e-9:
        raise ValueError("shares are above 100 %")
    place, upper = bucket(salt, reader_key), 0.0
    for name, share in shares:
        upper += share
        if place < upper:
            return name
    return None
