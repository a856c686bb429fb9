"""What a database that says no looks like, and the sentence for it. Pure."""

import re
from collections.abc import Iterator
from typing import Any

from frontpage.core.database.url import DatabaseUrl
from frontpage.core.errors import BadInputError, FrontpageError, UnavailableError

_SETTING = "FRONTPAGE_DATABASE_URL"
#: The server answers, and will go on to say the same. Its words come in its own language; unknown ones count as away.
_NOT_LET_IN = re.compile(
    r"password authentication failed|no password supplied|no pg_hba\.conf entry|is not permitted to log in"
    r"|role \".*\" does not exist|permission denied for database|does not support SSL|requires? (SSL|authentication)"
    r"|certificate|authentication method|unrecognized configuration parameter"
    r"|invalid (connection option|value for param)"
)
_NO_DATABASE = re.compile(r'database ".*" does not exist')
_POOLER = re.compile(r"unsupported startup parameter|no such database|pgbouncer", re.IGNORECASE)
#: SQLSTATE classes of what may work later: lost connections, resources, an operator, the system, a lock.
_LATER = ("08", "53", "57", "58", "55P03", "40")


def connection_refusal(error: Exception, url: DatabaseUrl) -> FrontpageError:
    """Why no connection was made. No password is in it."""
    said = first_line(error)
    if _POOLER.search(said):
        return pooler_refusal()
    if _NO_DATABASE.search(said):
        name = url.database.replace('"', '""')
        owner = f' owner "{url.user}"' if url.user else ""
        statement = f"create database \"{name}\"{owner} encoding 'UTF8' template template0"
        return BadInputError(
            f"there is no database {url.database!r} on the server; let its administrator run: {statement}"
        )
    if _NOT_LET_IN.search(said):
        return BadInputError(f"PostgreSQL does not let us in ({said}); correct {_SETTING}")
    return UnavailableError(
        f"PostgreSQL does not answer ({said}); start it, with `frontpage db up` where it is ours, or correct {_SETTING}"
    )


def pooler_refusal() -> BadInputError:
    """A session through a pooler loses its locks, its settings and what it listens for."""
    return BadInputError(
        "a connection pooler (such as PgBouncer) stands between us and PostgreSQL, which loses locks and settings of a "
        f"session; give the address of PostgreSQL itself in {_SETTING}"
    )


def statement_refusal(error: BaseException) -> FrontpageError | None:
    """What the user can mend of a failed statement, of any of the drivers; None for a bug of ours."""
    for part in _causes(error):
        code = getattr(part, "pgcode", None) or getattr(part, "sqlstate", None)
        if code:
            return _by_code(str(code), first_line(part))
        if type(part).__name__ in ("OperationalError", "InterfaceError") and _is_driver(part):
            return UnavailableError(f"PostgreSQL broke off ({first_line(part)}); run this again")
    return None


def first_line(error: Any) -> str:
    """The first line of what a driver says."""
    return (str(error).strip().splitlines() or ["no reason given"])[0]


def _by_code(code: str, said: str) -> FrontpageError | None:
    if code == "57014":
        remedy = "let its administrator raise it: alter role NAME set statement_timeout = 0"
        return UnavailableError(f"PostgreSQL ended a statement before its time ({said}); {remedy}")
    if code.startswith(_LATER):
        return UnavailableError(f"PostgreSQL could not do it ({said}); run this again later")
    if code == "42501":
        return BadInputError(f"the role of {_SETTING} lacks a right ({said}); let the owner of the tables grant it")
    if code == "25006":
        return BadInputError(f"the server is read-only ({said}); give the primary in {_SETTING}")
    if code in ("42P01", "42703", "3F000"):
        return BadInputError(f"the tables are not those of this version ({said}); run `frontpage db migrate`")
    if code in ("42P07", "42710"):
        return BadInputError(f"something of that name is there already ({said}); give Frontpage a database of its own")
    if code in ("22021", "22P05"):
        return BadInputError(f"the database cannot hold a text ({said}); give one that is in UTF-8")
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what SQLAlchemy wrapped in it, and what it was raised from."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        original = getattr(seen, "orig", None)
        seen = original if isinstance(original, BaseException) else seen.__cause__


def _is_driver(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in ("psycopg2", "psycopg")
