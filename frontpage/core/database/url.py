"""The URL of a PostgreSQL, read in this one place for psycopg2, SQLAlchemy, asyncpg, Feast, MLflow and Airflow alike.

Accepted is what libpq accepts, and what people write besides: `postgres://`, `postgresql+psycopg2://`, a raw `@`, `#`,
`%` or blank in the password. No message shows a part of a URL, since any part may be one of a password.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self
from urllib.parse import parse_qsl, quote, unquote_to_bytes

from frontpage.core.errors import BadInputError

_SCHEME = re.compile(r"(?i)postgres(ql)?(\+[a-z0-9_]+)?://")
_PLACE = re.compile(r"(?s)(?P<hosts>[^/?]*)(/(?P<database>[^?]*))?(\?(?P<query>.*))?")
_HOST = re.compile(r"(\[(?P<v6>[0-9A-Fa-f:.%]+)\]|(?P<name>[^:\[\]]*))(:(?P<port>[0-9]*))?")
_LARGEST_PORT = 65_535
_ENCODE = "write each @ : / ? # % and blank in user, password and names percent-encoded (@ is %40, / is %2F)"
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
#: Of libpq's parameters, those that asyncpg takes too.
_FOR_ASYNCPG: Final = frozenset(
    "host port options passfile sslmode sslcert sslkey sslrootcert sslcrl sslpassword sslnegotiation krbsrvname gsslib "  # noqa: SIM905 - a list of words
    "ssl_min_protocol_version ssl_max_protocol_version target_session_attrs".split()
)
_PARAMETERS: Final = _FOR_ASYNCPG | frozenset(
    "require_auth channel_binding connect_timeout application_name fallback_application_name keepalives "  # noqa: SIM905
    "keepalives_idle keepalives_interval keepalives_count tcp_user_timeout gssencmode gssdelegation sslcompression "
    "sslcertmode sslcrldir sslsni requirepeer load_balance_hosts".split()
)


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """A database and how to log in. `host` is a name, an address, the folder of a socket, or a list with commas.

    `port`, `user` and `password` are empty where libpq's defaults apply.
    """

    host: str
    port: str
    user: str
    password: str = field(repr=False)
    database: str
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def parse(cls, text: str, name: str = "the database URL") -> Self:
        """The URL taken apart; `name` is what the sentence calls it, such as the setting.

        Raises BadInputError for what is no URL of a PostgreSQL, or can be read in two ways.
        """
        try:
            return cls._parsed(text.strip())
        except ValueError as error:
            raise BadInputError(f"{name} is not usable: {error}") from None  # the cause may show the password

    @classmethod
    def _parsed(cls, text: str) -> Self:
        scheme = _SCHEME.match(text)
        if scheme is None:
            raise ValueError("it must be like postgresql://USER:PASSWORD@HOST:5432/DATABASE")
        login, rest = _split_login(text[scheme.end() :])
        place = _PLACE.fullmatch(rest)
        assert place is not None, "it matches any text"
        path = place["database"] or ""
        if "@" in path or "/" in path:
            raise ValueError(f"a / or @ stands where only the name of a database may; {_ENCODE}")
        given = _parameters(place["query"] or "")
        host, port = _hosts(place["hosts"])
        user, _, password = login.partition(":")
        url = cls(
            given.pop("host", host), given.pop("port", port), _decoded(user) or given.pop("user", ""),
            _decoded(password) or given.pop("password", ""), _decoded(path) or given.pop("dbname", ""), _known(given),
        )  # fmt: skip
        if not url.database:
            raise ValueError("it names no database; add /NAME after the host")
        if not url.host:
            raise ValueError("it names no host; give one, or ?host=/FOLDER at its end for a socket")
        return url

    def named(self, database: str) -> Self:
        """Another database of the same server."""
        return replace(self, database=database)

    def libpq(self) -> str:
        """The URL as libpq, and everything above it, reads it: everything percent-encoded."""
        return self._written("postgresql", {**self._place(), **self.parameters})

    def sqlalchemy(self) -> str:
        """For SQLAlchemy with psycopg2. It asks for UTF-8, whatever PGCLIENTENCODING says."""
        return self._written("postgresql+psycopg2", {**self._place(), **self.parameters, "client_encoding": "utf8"})

    def sqlalchemy_async(self) -> str:
        """For SQLAlchemy with asyncpg, which takes nothing else of the parameters."""
        mode = {"ssl": self.parameters["sslmode"]} if "sslmode" in self.parameters else {}
        return self._written("postgresql+asyncpg", {**self._place(), **mode})

    def asyncpg(self) -> str:
        """For asyncpg, which would take a parameter that it does not know for a setting of the session."""
        known = {name: value for name, value in self.parameters.items() if name in _FOR_ASYNCPG}
        return self._written("postgresql", {**self._place(), **known})

    @property
    def _is_plain(self) -> bool:
        return not set("/,") & set(self.host)

    def _place(self) -> dict[str, str]:
        """What does not go between `@` and `/`: sockets, several hosts."""
        if self._is_plain:
            return {}
        return {name: value for name, value in (("host", self.host), ("port", self.port)) if value}

    def _written(self, scheme: str, parameters: Mapping[str, str]) -> str:
        login = _encoded(self.user) + (f":{_encoded(self.password)}" if self.password else "")
        host = f"[{self.host}]" if ":" in self.host else _encoded(self.host)
        # SQLAlchemy lets a host among the parameters count; Great Expectations wants one before them too.
        elsewhere = "" if scheme == "postgresql" else "localhost"
        at = host + (f":{self.port}" if self.port else "") if self._is_plain else elsewhere
        query = "&".join(f"{name}={_encoded(value)}" for name, value in parameters.items())
        return f"{scheme}://{login}{'@' if login else ''}{at}/{_encoded(self.database)}{'?' if query else ''}{query}"


def _split_login(text: str) -> tuple[str, str]:
    """(user and password, the rest); as libpq does it, but for a raw @ in the password, whose last one counts."""
    authority = text.partition("/")[0]
    before_query = authority.partition("?")[0]
    login, at, _ = (before_query if "@" in before_query else authority).rpartition("@")
    return login, text[len(login) + len(at) :]


def _hosts(text: str) -> tuple[str, str]:
    """(hosts, ports), each with commas where there are several."""
    found = [_HOST.fullmatch(part) for part in text.split(",")]
    matches = [match for match in found if match]
    if len(matches) < len(found):
        raise ValueError(f"host and port cannot be told from user and password; {_ENCODE}")
    ports = [match["port"] or "" for match in matches]
    if any(port and not 0 < int(port) <= _LARGEST_PORT for port in ports):
        raise ValueError(f"its port is none, 1 to {_LARGEST_PORT}")
    hosts = [match["v6"] or _decoded(match["name"]) for match in matches]
    return ",".join(hosts), ",".join(ports) if any(ports) else ""


def _parameters(query: str) -> dict[str, str]:
    if query and any("=" not in pair for pair in query.split("&")):
        raise ValueError(f"what follows the ? is not NAME=VALUE&NAME=VALUE; {_ENCODE}")
    return dict(parse_qsl(query.replace("+", "%2B"), keep_blank_values=True, errors="replace"))


def _known(given: Mapping[str, str]) -> dict[str, str]:
    """The parameters that remain, as libpq names them."""
    if "service" in given:
        raise ValueError("`service` is not read by all parts of Frontpage; give host, user and database instead")
    kept = {name: value for name, value in given.items() if name not in ("client_encoding", "ssl")}
    if given.get("ssl", "").lower() in ("true", "1", "require"):  # JDBC's word
        kept.setdefault("sslmode", "require")
    if not kept.keys() <= _PARAMETERS:
        raise ValueError(
            "what follows the ? holds a parameter that PostgreSQL does not know, such as schema or pgbouncer"
        )
    if kept.get("sslmode", "prefer") not in _SSL_MODES:
        raise ValueError(f"its sslmode is none of {', '.join(_SSL_MODES)}")
    return kept


def _decoded(text: str) -> str:
    decoded = unquote_to_bytes(text).decode(errors="replace")
    if "\0" in decoded or "\N{REPLACEMENT CHARACTER}" in decoded:
        raise ValueError(f"what it encodes with % is not UTF-8; {_ENCODE}")
    return decoded


def _encoded(text: str) -> str:
    return quote(text, safe="")
