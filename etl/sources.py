"""Source URIs: what `frontpage extract --source` and FRONTPAGE_SOURCES accept, parsed in this one place.

- `PATH`, `file:///DIR`, `s3://BUCKET/DIR`, ...: a canonical directory: articles/ readers/ reads/ impressions/
- `KIND+PATH`, `KIND+file:///...`, `KIND+https://...`: one file, or a glob of files, of one kind
- `feed+PATH`, `feed+file:///...`, `feed+https://...`: a feed; a folder or glob of feed files
- `sql+postgresql://USER@HOST/DB?kind=KIND&query_file=PATH[&overlap_minutes=N]`: a query
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from core.canonical import Kind
from core.errors import BadInputError

FORMS = "a folder, articles+URL, readers+URL, reads+URL, impressions+URL, feed+URL or sql+postgresql://..."


@dataclass(frozen=True, slots=True)
class DirectorySource:
    """A canonical directory at a local path or fsspec URL."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class FileSource:
    """One file or glob of one kind."""

    name: str
    url: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class FeedSource:
    """One feed, or a folder or glob of feed files."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class SqlSource:
    """A query against a PostgreSQL of somebody else. `url` may carry a password and is never shown; `name` has none."""

    name: str
    url: str
    kind: Kind
    query_file: Path
    overlap_minutes: int

    def __repr__(self) -> str:
        return f"SqlSource({self.name})"


@dataclass(frozen=True, slots=True)
class InboxSource:
    """What the API took in. It has no URI: every extract pulls it."""

    name: str = "inbox"


INBOX = InboxSource()
Source = DirectorySource | FileSource | FeedSource | SqlSource | InboxSource


def parse_source(uri: str) -> Source:
    """The source that a URI names.

    Raises BadInputError for a form that is none of FORMS.
    """
    prefix, plus, rest = uri.partition("+")
    if plus and prefix in {kind.value for kind in Kind}:
        url = _url(rest, uri)
        return FileSource(f"{prefix}+{without_secrets(url)}", url, Kind(prefix))
    if plus and prefix == "feed":
        url = _url(rest, uri)
        return FeedSource(f"feed+{without_secrets(url)}", url)
    if plus and prefix == "sql":
        return _sql(rest)
    if plus and prefix.isalpha() and "://" in rest:
        raise BadInputError(f"source {without_secrets(uri)!r}: {prefix!r} is not a kind of source; give {FORMS}")
    url = _url(uri, uri)
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


def _url(text: str, uri: str) -> str:
    """An absolute URL; a local path becomes file:///..., so that one source has one name wherever it is called from."""
    if not text.strip():
        raise BadInputError(f"source {uri!r} names no place; give {FORMS}")
    if text.startswith("file://"):
        text = unquote(text.removeprefix("file://"))
    elif "://" in text:
        return text
    path = str(Path(text).expanduser().absolute())
    return f"file://{path}"


def _sql(rest: str) -> SqlSource:
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
    if not query_file or not Path(query_file).is_file():
        raise BadInputError(f"source {shown!r}: query_file {query_file!r} is not a file with a SELECT")
    if not overlap.isdigit():
        raise BadInputError(f"source {shown!r}: overlap_minutes {overlap!r} is not a whole number")
    url = urlunsplit(parts._replace(scheme="postgresql", query=urlencode(options)))
    return SqlSource(shown, url, Kind(kind), Path(query_file).absolute(), int(overlap))


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
