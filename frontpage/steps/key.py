"""`frontpage key`: create, list and revoke API keys."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from frontpage.core.errors import BadInputError
from frontpage.core.identity.api_keys import Scope, key_hash, new_key
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.store import keys
from frontpage.store.connect import Connection, connect
from frontpage.store.server import database_url

#: The reason that is written down where none was given.
BY_HAND = "by hand"


def run(settings: Settings, _params: Params, action: str, **options: Any) -> Summary:
    """Do `create`, `list` or `revoke`; running APIs notice within seconds.

    Raises BadInputError for a key without name or scope, and for one that is not there.
    """
    with connect(database_url(settings), application="frontpage key") as connection:
        if action == "list":
            return _list(connection)
        return _ACTIONS[action](connection, str(settings.acting), **options)


def _create(
    connection: Connection,
    actor: str,
    name: str,
    scopes: Sequence[str],
    secret: str,
    requests_per_second: int | None,
    reason: str = BY_HAND,
) -> Summary:
    """Print a new key. Only its hash is kept, so it cannot be shown again."""
    unknown = sorted(set(scopes) - set(Scope))
    if unknown or not scopes:
        raise BadInputError(f"scope {', '.join(unknown) or '(none)'} is not known; give {', '.join(Scope)}")
    if not name.strip():
        raise BadInputError("the key has no name; give --name, which tells it from others in `frontpage key list`")
    key = new_key(secret)
    new = keys.NewKey(name, key_hash(key), sorted(set(scopes)), requests_per_second)
    key_id = keys.add_key(connection, new, actor, reason)
    print(key)  # noqa: T201 - this verb's result is what it prints
    return Summary("key create", rows_out=1, artifact=f"key:{key_id}")


def _list(connection: Connection) -> Summary:
    """Print every key without its secret, as JSON lines, oldest first."""
    rows = keys.list_keys(connection)
    for row in rows:
        print(json.dumps(row, default=str, ensure_ascii=False))  # noqa: T201 - this verb's result is what it prints
    return Summary("key list", rows_out=len(rows))


def _revoke(connection: Connection, actor: str, key_id: int, reason: str = BY_HAND) -> Summary:
    """Take a key back; again is as good as once."""
    name = keys.revoke_key(connection, key_id, actor, reason)
    return Summary("key revoke", rows_out=1, artifact=f"key:{key_id}", details={"name": name})


_ACTIONS: dict[str, Callable[..., Summary]] = {"create": _create, "revoke": _revoke}
