"""Which files a source has, in which format, and which of them changed since the last pull."""

import glob
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import fsspec
import httpx
from fsspec.core import url_to_fs

from etl.reading.sources import WEB, DirectorySource, FeedSource, FileSource, scrubbed, without_secrets
from frontpage.core.errors import BadInputError, FrontpageError, UnavailableError
from frontpage.core.schema.canonical import Kind

FORMATS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv", ".parquet": "parquet"}
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2", ".xz": "xz"}
_SUPPORTED = "*.jsonl, *.ndjson, *.csv, *.tsv or *.parquet, the text ones also with .gz, .zst, .bz2 or .xz"
#: What people give as files of rows, and what to do with it.
_REMEDIES = {
    ".zip": "unpack it", ".7z": "unpack it", ".tar": "unpack it", ".tgz": "unpack it", ".rar": "unpack it",
    ".xlsx": "save the sheet as CSV", ".xls": "save the sheet as CSV", ".ods": "save the sheet as CSV",
    ".json": "write one object a line, as *.jsonl",
}  # fmt: skip
#: Files that other programs leave beside data: hidden, markers, unfinished.
_NOT_DATA_PREFIXES = (".", "_")
_LOCAL = "file://"
_WEB_SECONDS = httpx.Timeout(30.0, connect=10.0)
_GONE = (httpx.codes.NOT_FOUND, httpx.codes.GONE)
_REFUSED = (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN)
_GLOB_MARK = re.compile(r"[*?\[]")
_STAMPS = ("ETag", "etag", "mtime", "LastModified", "last_modified")
_NOT_DATA_SUFFIXES = (".partial", ".tmp", ".crc")


@dataclass(frozen=True, slots=True)
class File:
    """One file of a source. `name` is short and stable (for locators and state), `stamp` changes with the content."""

    kind: Kind
    name: str
    url: str
    format: str
    compression: str
    size: int
    stamp: str

    @property
    def can_be_cut(self) -> bool:
        """Whether byte ranges of it are rows: plain text on a local disk."""
        return self.format in ("jsonl", "csv") and not self.compression and self.url.startswith("file://")


def list_files(source: DirectorySource | FileSource) -> list[File]:
    """The files of a source, ordered by name; files that are no data are left out.

    Raises BadInputError where the place does not exist, holds nothing canonical, or a file has a wrong format;
    UnavailableError where the file system does not answer.
    """
    filesystem, path = open_filesystem(source.url)
    with remote_errors(source.name):
        if isinstance(source, FileSource):
            found = _matches(filesystem, path, source.name)
            return [_file(filesystem, entry, name, source.kind) for name, entry in found]
        return _directory(filesystem, path, source.name)


def list_feed_files(source: FeedSource) -> list[tuple[str, str]]:
    """(short name, URL) of the feed documents of a source: itself, or the files below a folder or glob."""
    if source.url.startswith(WEB):
        return [(source.name.removeprefix("feed+"), source.url)]
    filesystem, path = open_filesystem(source.url)
    with remote_errors(source.name):
        found = _matches(filesystem, path, source.name)
        return [(name, filesystem.unstrip_protocol(entry)) for name, entry in found]


def open_filesystem(url: str) -> tuple[Any, str]:
    """The fsspec file system and path of a URL.

    Raises BadInputError for a scheme that is not installed or needs more than an address, UnavailableError where the
    file system does not answer.
    """
    if url.startswith(_LOCAL):
        return fsspec.filesystem("file"), url.removeprefix(_LOCAL)  # whose name may look like a chain of file systems
    shown = without_secrets(url)
    try:
        filesystem, path = url_to_fs(url)
    except (ValueError, ImportError, TypeError) as error:
        raise BadInputError(f"{shown} cannot be read: {scrubbed(error)}; correct the address") from error
    except Exception as error:
        raise UnavailableError(f"{shown} does not answer ({scrubbed(error)}); try again") from error
    return filesystem, path


class remote_errors:  # noqa: N801 - reads as a `with` phrase
    """Maps what file systems raise to our errors: absent is bad input, anything else is unavailable."""

    def __init__(self, name: str) -> None:
        self._name = without_secrets(name)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, FileNotFoundError):
            raise BadInputError(f"{self._name} does not exist; check the path") from error
        if isinstance(error, PermissionError):
            raise BadInputError(f"{self._name} may not be read by this user") from error
        # Each file system has errors of its own, which need not be OSErrors: of cloud stores, SSH, FTP.
        if isinstance(error, Exception) and not isinstance(error, FrontpageError):
            raise UnavailableError(f"{self._name} cannot be read ({scrubbed(error)}); try again") from error


def _check_web(url: str, name: str) -> None:
    """Raises BadInputError where a server says that there is no such file for us, UnavailableError where none answers.

    fsspec takes everything that goes wrong over http for a file that does not exist.
    """
    try:
        with httpx.stream("GET", url, follow_redirects=True, timeout=_WEB_SECONDS) as response:
            status = response.status_code
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise UnavailableError(f"{name} does not answer ({scrubbed(error)}); try later") from error
    if status in _GONE:
        raise BadInputError(f"{name} does not exist: the server answers {status}; check the address")
    if status in _REFUSED:
        raise BadInputError(f"{name} may not be read: the server answers {status}; check user and password")
    if status >= httpx.codes.BAD_REQUEST:
        raise UnavailableError(f"{name} cannot be read: the server answers {status}; try later")


def _directory(filesystem: Any, path: str, name: str) -> list[File]:
    if not filesystem.exists(path):
        raise BadInputError(f"source folder {name} does not exist; check the path")
    if not filesystem.isdir(path):
        raise BadInputError(f"source {name} is a file; say what it holds, like articles+{name}")
    folders = [(kind, posixpath.join(path, kind.value)) for kind in Kind]
    present = [(kind, folder) for kind, folder in folders if filesystem.isdir(folder)]
    if not present:
        raise BadInputError(f"source folder {name} has none of {', '.join(kind + '/' for kind in Kind)}")
    return [
        _file(filesystem, found, posixpath.relpath(found, path), kind)
        for kind, folder in present
        for found in _data_files(filesystem.find(folder))
    ]


def _matches(filesystem: Any, path: str, source: str) -> list[tuple[str, str]]:
    """(name, path) of a file, or of the files below a folder or of a glob: the path from the folder that all share.

    What exists under this very name is meant, whatever marks are in it; over http a question mark begins a query.
    """
    is_web = path.startswith(WEB)
    if is_web and "*" not in path:
        _check_web(path, source)
        return [(posixpath.basename(_path_of(path)), path)]
    if not is_web and filesystem.exists(path):
        if filesystem.isdir(path):
            return _named(_data_files(filesystem.find(path)), path)
        return [(posixpath.basename(path), path)]
    if not _GLOB_MARK.search(path):
        raise BadInputError(f"{source} does not exist; check the path")
    folder = posixpath.dirname(_GLOB_MARK.split(path, maxsplit=1)[0]) if is_web else _deepest(filesystem, path)
    found = _data_files(filesystem.glob(glob.escape(folder) + path[len(folder) :]))
    if not found:
        raise BadInputError(f"{source} matches no file; check the path")
    return _named(found, folder)


def _deepest(filesystem: Any, path: str) -> str:
    """The last folder of a glob that exists under this very name; marks in it are part of its name."""
    folder = posixpath.dirname(path)
    while folder.strip("/") and not filesystem.isdir(folder):
        folder = posixpath.dirname(folder)
    return folder


def _named(paths: Iterable[str], folder: str) -> list[tuple[str, str]]:
    return [(posixpath.relpath(path, folder), path) for path in paths]


def _data_files(paths: Iterable[str]) -> list[str]:
    return sorted(path for path in paths if _is_data(path))


def _is_data(path: str) -> bool:
    base = posixpath.basename(path)
    return not base.startswith(_NOT_DATA_PREFIXES) and not base.endswith(_NOT_DATA_SUFFIXES)


def _file(filesystem: Any, path: str, name: str, kind: Kind) -> File:
    stem, suffix = posixpath.splitext(_path_of(path).lower())
    compression = COMPRESSIONS.get(suffix, "")
    suffix = posixpath.splitext(stem)[1] if compression else suffix
    if suffix not in FORMATS or (compression and FORMATS[suffix] == "parquet"):
        remedy = _REMEDIES.get(suffix, f"name it {_SUPPORTED}")
        raise BadInputError(f"file {name} is not in a format that we read; {remedy}")
    info = filesystem.info(path)
    url = filesystem.unstrip_protocol(path)
    return File(kind, name, url, FORMATS[suffix], compression, int(info["size"] or 0), _stamp(info))


def _path_of(path: str) -> str:
    """The path alone: what is found over http may have a query behind it."""
    return urlsplit(path).path if path.startswith(WEB) else path


def _stamp(info: Mapping[str, Any]) -> str:
    return next((str(info[key]) for key in _STAMPS if info.get(key)), "")


def feed_stamp(url: str) -> str:
    """Size and time of a feed file; empty over http, where the server says whether it changed."""
    if url.startswith(WEB):
        return ""
    filesystem, path = open_filesystem(url)
    with remote_errors(url):
        info = filesystem.info(path)
    return f"{info['size']} {_stamp(info)}"


def open_binary(url: str) -> Any:
    """A binary file handle of a local path or fsspec URL.

    Raises what the file system raises.
    """
    filesystem, path = open_filesystem(url)
    return filesystem.open(path, "rb")
