"""API keys as the command line makes, lists and revokes them; serving reads them with frontpage.store.read.keys."""

from collections.abc import Sequence
from typing import Any

from frontpage.core.errors import BadInputError
from frontpage.store.connect import Connection, fetch_all, fetch_one
from frontpage.store.queries import query


def add_key(
    connection: Connection, name: str, key_hash: bytes, scopes: Sequence[str], requests_per_second: int | None
) -> int:
    """Keep a new key by its hash; its number."""
    row = fetch_one(connection, query("keys/insert"), {
        "name": name, "key_hash": key_hash, "scopes": list(scopes), "requests_per_second": requests_per_second,
    })  # fmt: skip
    assert row is not None
    return int(row["key_id"])


def list_keys(connection: Connection) -> list[dict[str, Any]]:
    """key_id, name, scopes, requests_per_second, created_at, revoked_at of every key, oldest first."""
    return fetch_all(connection, query("keys/list"))


def revoke_key(connection: Connection, key_id: int) -> str:
    """Take a key back, once and for all; its name.

    Raises BadInputError where there is no such key.
    """
    row = fetch_one(connection, query("keys/revoke"), {"key_id": key_id})
    if row is None:
        raise BadInputError(f"there is no key {key_id}; `frontpage key list` shows them")
    return str(row["name"])
