"""How the desk knows who asks: by a key of ours, or by Airflow's log-in."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from frontpage.desk.people import EVERYBODY, Person, Role, Seal, roles_of
from frontpage.store import keys
from frontpage.store.connect import Connection

COOKIE = "frontpage_desk"
Gate = Callable[[Request, Connection], Awaitable[Person | None]]
#: What Airflow's roles are here; a role of Airflow that is named like one of ours is that one.
_AIRFLOW = {
    "admin": EVERYBODY,
    "op": frozenset({Role.VIEWER, Role.OPERATOR}),
    "user": frozenset({Role.VIEWER}),
    "viewer": frozenset({Role.VIEWER}),
}


def by_key(seal: Seal) -> Gate:
    """Whoever holds a cookie that the log-in page gave for a key that is still in force."""

    async def who(request: Request, connection: Connection) -> Person | None:
        session = request.cookies.get(COOKIE, "")
        key_id = seal.key_id(session, datetime.now(UTC))
        return None if key_id is None else person_of(await run_in_threadpool(keys.by_id, connection, key_id), session)

    return who


def person_of(key: dict[str, Any] | None, session: str) -> Person | None:
    """Who a key lets in; None for one that is unknown, revoked, or opens the API alone."""
    roles = roles_of(key["scopes"]) if key else frozenset()
    return Person(key["name"], roles, session) if key and roles else None


def by_airflow() -> Gate:
    """Airflow's user, by its bearer token or cookie: Airflow does not look at requests of mounted applications."""
    from airflow.api_fastapi.core_api import security
    from fastapi import HTTPException

    async def who(request: Request, _connection: Connection) -> Person | None:
        try:
            user = await security.get_user(request, None, await security.bearer_scheme(request))
        except HTTPException:
            return None
        roles = airflow_roles(user)
        return Person(user.get_name(), roles, f"airflow:{user.get_id()}") if roles else None

    return who


def airflow_roles(user: Any) -> frozenset[Role]:
    """Our roles of one of Airflow's users, of the simple or the FAB manager of users.

    >>> from types import SimpleNamespace as User
    >>> one_role, listed = airflow_roles(User(role="OP")), airflow_roles(User(roles=[User(name="Auditor")]))
    >>> ", ".join(sorted(one_role)), ", ".join(sorted(listed))
    ('operator, viewer', 'auditor, viewer')
    """
    named = [getattr(user, "role", None), *(role.name for role in getattr(user, "roles", ()))]
    roles: frozenset[Role] = frozenset()
    for name in (str(one).lower() for one in named if one):
        roles |= _AIRFLOW.get(name) or roles_of([name])
    return roles
