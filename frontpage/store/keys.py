"""API keys as the command line makes, lists and revokes them; serving reads them with frontpage.store.read.keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from frontpage.core.errors import BadInputError
from frontpage.store import audit
from frontpage.store.connect import Connection, fetch_all, fetch_one, transaction
from frontpage.store.queries import query


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to be kept by its hash. requests_per_second: None where the setting holds."""

    name: str
    key_hash: bytes
    scopes: Sequence[str]
    requests_per_second: int | None = None


def add_key(connection: Connection, key: NewKey, actor: str, reason: str) -> int:
    """Keep a new key; its number."""
    kept = {"name": key.name, "scopes": list(key.scopes), "requests_per_second": key.requests_per_second}
    with transaction(connection):
        row = fetch_one(connection, query("keys/insert"), {**kept, "key_hash": key.key_hash})
        assert row is not None
        audit.record(connection, "key create", f"key:{row['key_id']}", actor, reason, None, kept)
    return int(row["key_id"])


def list_keys(connection: Connection) -> list[dict[str, Any]]:
    """key_id, name, scopes, requests_per_second, created_at, revoked_at of every key, oldest first."""
    return fetch_all(connection, query("keys/list"))


def revoke_key(connection: Connection, key_id: int, actor: str, reason: str) -> str:
    """Take a key back, once and for all; its name.

    Raises BadInputError where there is no such key.
    """
    with transaction(connection):
        row = fetch_one(connection, query("keys/revoke"), {"key_id": key_id})
        if row is None:
            raise BadInputError(f"there is no key {key_id}; `frontpage key list` shows them")
        audit.record(connection, "key revoke", f"key:{key_id}", actor, reason, {"name": row["name"]})
    return str(row["name"])


def by_id(connection: Connection, key_id: int) -> dict[str, Any] | None:
    """key_id, name, scopes of a key that is in force; None where there is none."""
    return fetch_one(connection, query("keys/one"), {"key_id": key_id, "key_hash": None})


def by_hash(connection: Connection, key_hash: bytes) -> dict[str, Any] | None:
    """key_id, name, scopes of the key with this hash that is in force; None where there is none."""
    return fetch_one(connection, query("keys/one"), {"key_id": None, "key_hash": key_hash})
