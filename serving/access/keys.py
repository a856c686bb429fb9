"""The keys that open the API: those of the settings, and those of the database as this worker last saw them."""

import asyncio
import hmac
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import asyncpg

from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.core.identity.api_keys import Scope, key_hash
from frontpage.core.settings import Settings
from frontpage.store.read.keys import StoredKey, fetch_keys
from serving.http.background import beside

MIN_KEY_LENGTH = 20
#: How often a worker asks which keys are in force. A revoked key is refused after this and one deadline of the pool
#: (4 seconds together) while the database answers; while it does not, the keys last seen go on to work.
REFRESH_SECONDS = 2.0
_HASHED = re.compile(r"sha256:([0-9a-f]{64})")
#: Enough of a hash to find a key by; a hash cannot be steered, so the time that finding takes tells nothing of a key.
_FINGERPRINT_BYTES = 8


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key: its owner's name, hash, what it may do, and its own limit if it has one."""

    name: str
    hash: bytes
    scopes: frozenset[str]
    requests_per_second: int | None = None

    def allows(self, scope: Scope) -> bool:
        """Whether the key may do this; `admin` may everything."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


class KeyRing:
    """The keys of one worker. `is_complete` once the database has said which there are."""

    def __init__(self, settings: Settings) -> None:
        self.is_complete = False
        self._fixed = settings_keys(settings)
        self._keys = _by_fingerprint(self._fixed)

    def find(self, digest: bytes) -> Key | None:
        """The key with this hash; None for the hash of any other text, however much of it is right."""
        key = self._keys.get(digest[:_FINGERPRINT_BYTES])
        return key if key is not None and hmac.compare_digest(digest, key.hash) else None

    def replace(self, stored: Iterable[StoredKey]) -> None:
        """Take over what the database holds now; the keys of the settings stay."""
        known = (Key(key.name, key.key_hash, key.scopes, key.requests_per_second) for key in stored)
        self._keys = _by_fingerprint((*known, *self._fixed))
        self.is_complete = True


@asynccontextmanager
async def kept_fresh(ring: KeyRing, pool: asyncpg.Pool) -> AsyncIterator[None]:
    """Read the keys now, and again every REFRESH_SECONDS until the end of the block."""
    await _refresh(ring, pool)
    async with beside(_refresh_forever(ring, pool)):
        yield


def settings_keys(settings: Settings) -> tuple[Key, ...]:
    """The keys of FRONTPAGE_API_KEYS, plain or as `sha256:<hex>`: they may do everything.

    Raises BadInputError for one that is too short to be random.
    """
    entries = [entry.strip() for entry in settings.api_keys.get_secret_value().split(",")]
    given = [entry for entry in entries if entry]
    return tuple(Key(f"setting-{n}", _hash_of(entry), frozenset(Scope)) for n, entry in enumerate(given, 1))


async def _refresh_forever(ring: KeyRing, pool: asyncpg.Pool) -> None:
    while True:
        await asyncio.sleep(REFRESH_SECONDS)
        await _refresh(ring, pool)


async def _refresh(ring: KeyRing, pool: asyncpg.Pool) -> None:
    with suppress(UnavailableError):  # the keys last seen go on to work
        ring.replace(await fetch_keys(pool))


def _by_fingerprint(keys: Iterable[Key]) -> dict[bytes, Key]:
    return {key.hash[:_FINGERPRINT_BYTES]: key for key in keys}


def _hash_of(entry: str) -> bytes:
    hashed = _HASHED.fullmatch(entry)
    if hashed:
        return bytes.fromhex(hashed[1])
    if len(entry) < MIN_KEY_LENGTH:
        raise BadInputError(f"FRONTPAGE_API_KEYS holds a key shorter than {MIN_KEY_LENGTH} characters; lengthen it")
    return key_hash(entry)
