"""Source URIs: what `frontpage extract --source` and FRONTPAGE_SOURCES accept, parsed in this one place.

- `PATH`, `file:///DIR`, `s3://BUCKET/DIR`, ...: a canonical directory: articles/ readers/ reads/ impressions/
- `KIND+PATH`, `KIND+file:///...`, `KIND+https://...`: one file, or a glob of files, of one kind
- `feed+PATH`, `feed+file:///...`, `feed+https://...`: a feed; a folder or glob of feed files
- `sql+postgresql://USER@HOST/DB?kind=KIND&query_file=PATH[&overlap_minutes=N]`: a query
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, unquote, unquote_plus, urlencode, urlsplit

from etl.reading.mapping import Mapping
from frontpage.core.errors import BadInputError
from frontpage.core.schema.canonical import Kind
from frontpage.store.upstream import is_server_option

FORMS = "a folder, articles+URL, readers+URL, reads+URL, impressions+URL, feed+URL or sql+postgresql://..."
WEB = ("http://", "https://")
_OURS = ("kind", "query_file", "overlap_minutes")
#: Fields of an address whose value lets somebody in.
_SECRET_FIELD = re.compile(r"(?i)([?&](?:[\w-]*password|passwd|pwd|[\w-]*token|[\w-]*secret|api[_-]?key)=)[^&#]*")
_USER = re.compile(r"://[^/\s@]*@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a sources file says of a source beside its URI.

    label: its name there. every: it is not pulled again before so much time has passed.
    """

    label: str = ""
    every: timedelta | None = None
    mapping: Mapping | None = None
    #: What of a feed retracts an article: `deleted-entry`, `gone`.
    retract: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DirectorySource(Described):
    """A canonical directory at a local path or fsspec URL."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class FileSource(Described):
    """One file or glob of one kind."""

    name: str
    url: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class FeedSource(Described):
    """One feed, or a folder or glob of feed files."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class SqlSource(Described):
    """A query against a PostgreSQL of somebody else. `url` may carry a password and is never shown; `name` has none.

    query: its text where a sources file holds it; else it is read from `query_file`.
    """

    name: str
    url: str
    kind: Kind
    query_file: Path
    overlap_minutes: int
    query: str = ""

    def __repr__(self) -> str:
        return f"SqlSource({self.name})"


@dataclass(frozen=True, slots=True)
class InboxSource(Described):
    """What the API took in. It has no URI: every extract pulls it."""

    name: str = "inbox"


INBOX = InboxSource()
UriSource = DirectorySource | FileSource | FeedSource | SqlSource
Source = UriSource | InboxSource
SourceT = TypeVar("SourceT", bound=Source)


def parse_source(uri: str, folder: Path | None = None, query: str = "", label: str = "") -> UriSource:
    """The source that a URI names.

    folder: where relative paths start, by default the working directory. query: text of the SELECT where the URI names
    no query_file; `label` then tells it from others.
    Raises BadInputError for a form that is none of FORMS, and for an address that no place can have.
    """
    uri = uri.strip()
    prefix, plus, rest = uri.partition("+")
    kind = prefix.lower() if plus else ""
    if kind in {known.value for known in Kind}:
        url = _url(rest, uri, folder)
        return FileSource(f"{kind}+{without_secrets(url)}", url, Kind(kind))
    if kind == "feed":
        url = _url(rest, uri, folder)
        return FeedSource(f"feed+{without_secrets(url)}", url)
    if kind == "sql":
        return _sql(rest, folder or Path(), query, label)
    if kind.isalpha() and "://" in rest:
        raise BadInputError(f"source {without_secrets(uri)!r}: {prefix!r} is not a kind of source; give {FORMS}")
    if uri.startswith(WEB):
        raise BadInputError(
            f"source {without_secrets(uri)!r}: say what it is, like feed+https://... or articles+https://..."
        )
    if uri.startswith(("postgresql://", "postgres://")):
        raise BadInputError(
            f"source {without_secrets(uri)!r}: write it like sql+postgresql://...?kind=reads&query_file=x.sql"
        )
    url = _url(uri, uri, folder)
    return DirectorySource(without_secrets(url), url)


def without_secrets(url: str) -> str:
    """The URL without passwords and tokens, or for other than databases without the whole user part."""
    url = _SECRET_FIELD.sub(r"\1***", url)
    scheme, separator, rest = url.partition("://")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if separator and "@" not in host and "@" in rest and ":" in host and not host.rpartition(":")[2].isdigit():
        host = rest.rpartition("@")[0] + "@"  # a password with marks that had to be escaped
    if not separator or "@" not in host:
        return url
    user, _, place = host.rpartition("@")
    name = user.split(":", 1)[0]
    kept = f"{name}@{place}" if "postgres" in scheme else place
    return f"{scheme}://{kept}{rest[len(host) :]}"


def scrubbed(error: object) -> str:
    """What somebody else's code says, without the users and passwords of addresses in it, on one line."""
    text = " ".join(str(error).split()) or type(error).__name__
    return _SECRET_FIELD.sub(r"\1***", _USER.sub("://", text))


def _url(text: str, uri: str, folder: Path | None) -> str:
    """An absolute URL; a local path becomes file:///..., so that one source has one name wherever it is called from."""
    if not text.strip():
        raise BadInputError(f"source {uri!r} names no place; give {FORMS}")
    if text.startswith("file://"):
        text = unquote(text.removeprefix("file://localhost").removeprefix("file://"))
    elif "://" in text:
        _check_place(text, uri)
        return text
    path = str(((folder or Path()) / Path(text).expanduser()).absolute())
    return f"file://{path}"


def _check_place(url: str, uri: str) -> None:
    """Raises BadInputError for an address without a host, or with one or a port that cannot be."""
    shown = f"source {without_secrets(uri)!r}"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port
        host.encode("idna")
    except ValueError as error:  # UnicodeError is one
        raise BadInputError(f"{shown}: the address is not one ({scrubbed(error)}); correct it") from error
    if url.startswith(WEB) and not host.strip("."):
        raise BadInputError(f"{shown}: the address names no host; correct it")


def _sql(rest: str, folder: Path, query: str, label: str) -> SqlSource:
    shown = f"sql+{without_secrets(rest)}"
    base, _, given = rest.partition("?")
    scheme = base.partition("://")[0].partition("+")[0]
    if scheme not in ("postgresql", "postgres") or not urlsplit(base).path.strip("/"):
        raise BadInputError(
            f"source {shown!r}: write it like sql+postgresql://user@host/db?kind=reads&query_file=x.sql"
        )
    _check_place(base, f"sql+{rest}")
    fields = dict(field.partition("=")[::2] for field in given.split("&") if field)
    options = {name: unquote(value) for name, value in fields.items() if name not in _OURS}
    kind, overlap = fields.get("kind", ""), fields.get("overlap_minutes", "60")
    if kind not in {known.value for known in Kind}:
        raise BadInputError(f"source {shown!r}: kind {kind!r} is none of {', '.join(Kind)}")
    if not overlap.isdigit():
        raise BadInputError(f"source {shown!r}: overlap_minutes {overlap!r} is not a whole number")
    for name in options:
        if not is_server_option(name):
            raise BadInputError(
                f"source {shown!r}: {name!r} is an option neither of ours nor of PostgreSQL; correct it"
            )
    address = f"postgresql://{base.partition('://')[2]}"
    url = f"{address}?{urlencode(options, quote_via=quote)}" if options else address
    if query:
        return SqlSource(f"{shown}&query={label}", url, Kind(kind), Path(f"{label}.sql"), int(overlap), query)
    query_file = _query_file(fields.get("query_file", ""), shown, folder)
    return SqlSource(shown, url, Kind(kind), query_file, int(overlap))


def _query_file(value: str, shown: str, folder: Path) -> Path:
    """The file that the field names, escaped or as it is."""
    for name in (unquote(value), value, unquote_plus(value)):
        if name and (path := folder / Path(name).expanduser()).is_file():
            return path.absolute()
    raise BadInputError(f"source {shown!r}: query_file {unquote(value)!r} is not a file with a SELECT")


def in_pull_order(sources: Iterable[SourceT]) -> list[SourceT]:
    """Articles first, so that reads of the same extract find them, the inbox last; otherwise in the order given."""
    return sorted(sources, key=_pull_rank)


def _pull_rank(source: Source) -> int:
    if isinstance(source, FeedSource):
        return 0
    if isinstance(source, InboxSource):
        return len(Kind)
    kind = Kind.ARTICLES if isinstance(source, DirectorySource) else source.kind
    return list(Kind).index(kind)
