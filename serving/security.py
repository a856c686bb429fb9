"""Who may read: anybody on loopback in development, elsewhere only holders of a key."""

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated

from fastapi import Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from core.errors import BadInputError
from core.settings import Settings
from serving.problems import unauthorized
from serving.quick import guarded_by

MIN_KEY_LENGTH = 20
_HASHED = re.compile(r"sha256:([0-9a-f]{64})")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="ApiKey")
_bearer = HTTPBearer(auto_error=False, scheme_name="Bearer")

Check = Callable[..., Awaitable[None]]


def key_hashes(settings: Settings) -> tuple[bytes, ...]:
    """SHA-256 of each key of FRONTPAGE_API_KEYS; the keys themselves are not kept.

    Keys are long and random, so a plain hash suffices. Raises BadInputError for one that is too short to be.
    """
    entries = [entry.strip() for entry in settings.api_keys.get_secret_value().split(",")]
    return tuple(_hash_of(entry) for entry in entries if entry)


def refuse_open_door(settings: Settings, host: str = "127.0.0.1") -> None:
    """Raise BadInputError where lists would be open to others: no key, and not loopback in development."""
    if key_hashes(settings) or (settings.env == "development" and is_loopback(host)):
        return
    where = f"on {host}" if not is_loopback(host) else f"with FRONTPAGE_ENV={settings.env}"
    raise BadInputError(f"the API does not start {where} without keys; set FRONTPAGE_API_KEYS")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def key_check(hashes: Sequence[bytes]) -> Check:
    """A FastAPI dependency that lets holders of one of the keys pass and answers 401 to everybody else."""

    async def guard(request: Request) -> None:
        header = request.headers.get("x-api-key")
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if not is_known(header or (credentials if scheme.lower() == "bearer" else ""), hashes):
            raise unauthorized()

    @guarded_by(guard)
    async def check(
        header: Annotated[str | None, Security(_header)] = None,
        bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)] = None,
    ) -> None:
        given = header or (bearer.credentials if bearer else "")
        if not is_known(given, hashes):
            raise unauthorized()

    return check


def is_known(key: str, hashes: Sequence[bytes]) -> bool:
    """Whether `key` is one of ours; takes the same time whichever it is and however much of it is right."""
    digest = hashlib.sha256(key.encode()).digest()
    return sum(hmac.compare_digest(digest, known) for known in hashes) > 0


def _hash_of(entry: str) -> bytes:
    hashed = _HASHED.fullmatch(entry)
    if hashed:
        return bytes.fromhex(hashed[1])
    if len(entry) < MIN_KEY_LENGTH:
        raise BadInputError(f"FRONTPAGE_API_KEYS holds a key shorter than {MIN_KEY_LENGTH} characters; lengthen it")
    return hashlib.sha256(entry.encode()).digest()
