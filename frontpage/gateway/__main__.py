"""`python -m frontpage.gateway envoy|kong`: write the gateway's configuration, clients from a file of keys."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from frontpage.core.errors import BadInputError, FrontpageError
from frontpage.core.identity.api_keys import Scope
from frontpage.gateway import envoy, kong
from frontpage.gateway.routes import KeyHolder
from frontpage.gateway.tracing import Spans

MIN_KEY_LENGTH = 20


def main() -> int:
    """Print JSON, which both programs read as YAML; the exit code is the one of frontpage/core/errors.py."""
    options = _parser().parse_args()
    try:
        clients = read_clients(options.keys)
        api = urlsplit(options.api)
        if not api.hostname or not api.port:
            raise BadInputError(f"--api {options.api} names no host and port; write http://HOST:PORT")
        if (api.scheme == "https") != bool(options.trust):
            raise BadInputError("--api https://HOST:PORT and --trust FOLDER go together; give both, or neither")
        spans = None if options.kind == "kong" else Spans.from_environ(os.environ)
        place = envoy.Place(
            options.port, api.hostname, api.port, options.metrics_port, options.admin_port, options.host,
            options.certificates, options.trust, spans, options.access_log,
        )  # fmt: skip
        made = (
            kong.configuration(options.api, clients) if options.kind == "kong" else envoy.configuration(place, clients)
        )
        _write(options.out, json.dumps(made, indent=1))
    except FrontpageError as error:
        sys.stderr.write(f"frontpage: {error}\n")
        return error.exit_code
    return 0


def read_clients(path: Path) -> Sequence[KeyHolder]:
    """The file's lines `NAME SCOPE[,SCOPE] KEY`; blank lines and those that begin with # do not count.

    Raises BadInputError naming the line that is no such line; no message shows a key.
    """
    try:
        lines = path.read_text().splitlines()
    except OSError as error:
        raise BadInputError(f"cannot read the keys in {path} ({error.strerror}); give --keys FILE") from error
    return [_client(path, n, line) for n, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]


def _client(path: Path, number: int, line: str) -> KeyHolder:
    try:
        name, scopes, key = line.split()
        known = frozenset(Scope(scope) for scope in scopes.split(","))
    except ValueError as error:
        raise BadInputError(f"{path}, line {number}, is not NAME SCOPE[,SCOPE] KEY with scopes {_scopes()}") from error
    if len(key) < MIN_KEY_LENGTH:
        raise BadInputError(f"{path}, line {number}: a key shorter than {MIN_KEY_LENGTH} characters; lengthen it")
    return KeyHolder(name, key, known)


def _scopes() -> str:
    return ", ".join(Scope)


def _write(out: Path | None, text: str) -> None:
    if out is None:
        sys.stdout.write(f"{text}\n")
        return
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m frontpage.gateway", description=__doc__)
    parser.add_argument("kind", choices=["envoy", "kong"])
    parser.add_argument("--keys", type=Path, required=True, help="file with lines NAME SCOPE[,SCOPE] KEY")
    parser.add_argument("--api", default="http://127.0.0.1:8000", help="the API")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8443)
    parser.add_argument("--metrics-port", type=int, default=9902)
    parser.add_argument("--admin-port", type=int, default=9901, help="on loopback")
    parser.add_argument("--certificates", default="", help="folder with tls.yaml, an SDS file; none: plain HTTP")
    parser.add_argument("--trust", default="", help="folder with ca.yaml, by which the API's certificate is judged")
    parser.add_argument(
        "--access-log", default="", help="file for a line of JSON a request; -: Envoy's standard output"
    )
    parser.add_argument("--out", type=Path, help="written for its owner only; none: standard output")
    return parser


if __name__ == "__main__":
    sys.exit(main())
