"""Source URIs: what `frontpage extract --source` and FRONTPAGE_SOURCES accept, parsed in this one place.

- `PATH`, `file:///DIR`, `s3://BUCKET/DIR`, ...: a canonical directory: articles/ readers/ reads/ impressions/
- `KIND+PATH`, `KIND+file:///...`, `KIND+https://...`: one file, or a glob of files, of one kind
- `feed+PATH`, `feed+file:///...`, `feed+https://...`: a feed; a folder or glob of feed files
- `sql+postgresql://USER@HOST/DB?kind=KIND&query_file=PATH[&overlap_minutes=N]`: a query
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from core.canonical import Kind
from core.errors import BadInputError
from etl.mapping import Mapping

FORMS = "a folder, articles+URL, readers+URL, reads+URL, impressions+URL, feed+URL or sql+postgresql://..."


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a sources file says of a source beside its URI.

    label: its name there. every: it is not pulled again before so much time has passed.
    """

    label: str = ""
    every: timedelta | None = None
    mapping: Mapping | None = None


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
Source = DirectorySource | FileSource | FeedSource | SqlSource | InboxSource


def parse_source(uri: str, folder: Path | None = None, query: str = "", label: str = "") -> Source:
    """The source that a URI names.

    folder: where relative paths start, by default the working directory. query: text of the SELECT where the URI names
    no query_file; `label` then tells it from others.
    Raises BadInputError for a form that is none of FORMS.
    """
    prefix, plus, rest = uri.partition("+")
    if plus and prefix in {kind.value for kind in Kind}:
        url = _url(rest, uri, folder)
        return FileSource(f"{prefix}+{without_secrets(url)}", url, Kind(prefix))
    if plus and prefix == "feed":
        url = _url(rest, uri, folder)
        return FeedSource(f"feed+{without_secrets(url)}", url)
    if plus and prefix == "sql":
        return _sql(rest, folder or Path(), query, label)
    if plus and prefix.isalpha() and "://" in rest:
        raise BadInputError(f"source {without_secrets(uri)!r}: {prefix!r} is not a kind of source; give {FORMS}")
    url = _url(uri, uri, folder)
    return DirectorySource(without_secrets(url), url)


def without_secrets(url: str) -> str:
    """The URL without the password, or for other than databases without the whole user part."""
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return url
    user, _, host = parts.netloc.rpartition("@")
    name = user.split(":", 1)[0]
    kept = f"{name}@{host}" if "postgres" in parts.scheme else host
    return urlunsplit(parts._replace(netloc=kept))


def _url(text: str, uri: str, folder: Path | None) -> str:
    """An absolute URL; a local path becomes file:///..., so that one source has one name wherever it is called from."""
    if not text.strip():
        raise BadInputError(f"source {uri!r} names no place; give {FORMS}")
    if text.startswith("file://"):
        text = unquote(text.removeprefix("file://"))
    elif "://" in text:
        return text
    path = str(((folder or Path()) / Path(text).expanduser()).absolute())
    return f"file://{path}"


def _sql(rest: str, folder: Path, query: str, label: str) -> SqlSource:
    parts = urlsplit(rest)
    shown = f"sql+{without_secrets(rest)}"
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise BadInputError(
            f"source {shown!r}: write it like sql+postgresql://user@host/db?kind=reads&query_file=x.sql"
        )
    options = dict(parse_qsl(parts.query))
    kind, query_file = options.pop("kind", ""), options.pop("query_file", "")
    overlap = options.pop("overlap_minutes", "60")
    if kind not in {known.value for known in Kind}:
        raise BadInputError(f"source {shown!r}: kind {kind!r} is none of {', '.join(Kind)}")
    path = (folder / Path(query_file).expanduser()).absolute()
    if query:
        shown, path = f"{shown}&query={label}", Path(f"{label}.sql")
    elif not query_file or not path.is_file():
        raise BadInputError(f"source {shown!r}: query_file {query_file!r} is not a file with a SELECT")
    if not overlap.isdigit():
        raise BadInputError(f"source {shown!r}: overlap_minutes {overlap!r} is not a whole number")
    url = urlunsplit(parts._replace(scheme="postgresql", query=urlencode(options)))
    return SqlSource(shown, url, Kind(kind), path, int(overlap), query)


def in_pull_order(sources: Iterable[Source]) -> list[Source]:
    """Articles first, so that reads of the same extract find them, the inbox last; otherwise in the order given."""
    return sorted(sources, key=_pull_rank)


def _pull_rank(source: Source) -> int:
    if isinstance(source, FeedSource):
        return 0
    if isinstance(source, InboxSource):
        return len(Kind)
    kind = Kind.ARTICLES if isinstance(source, DirectorySource) else source.kind
    return list(Kind).index(kind)
