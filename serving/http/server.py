"""The HTTP server around the application: uvicorn on uvloop and httptools."""

import asyncio
import contextlib
import errno
import functools
import os
import socket
import ssl
import tempfile
from collections.abc import Callable, Iterator

import uvicorn
from uvicorn.supervisors import Multiprocess

from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.core.settings import Settings
from frontpage.store.read.address import serving_url
from frontpage.store.read.keys import count_keys
from frontpage.store.read.pool import refuse_unusable
from serving.access.keys import settings_keys
from serving.access.security import needs_keys, refuse_without_keys
from serving.app import create_app
from serving.http.protocol import Protocol
from serving.http.telemetry.metrics import FOLDER_VARIABLE
from serving.http.tls import context_of, server_context

GRACEFUL_SECONDS = 10
#: A worker that has not started by then, or is silent for so long, is given up: starting takes long on a busy machine.
#: Not longer, since a worker that ends by itself while it is being asked holds up the end of all for as long.
WORKER_SECONDS = 12


def serve(settings: Settings, host: str = "127.0.0.1", port: int = 8000, workers: int = 1) -> None:
    """Answer until stopped; requests that are running then are finished.

    With several workers SIGHUP replaces one after the other, each once its successor answers: no request is lost.

    Raises BadInputError on a host that others can reach, or outside development, where no key is known, for a database
    that cannot be served from, and for a certificate without its key; UnavailableError where the port is taken.
    """
    create_app(settings, host=host)  # so that a wrong setting ends this process, not only its workers
    if settings.tls_certificate_file:
        server_context(settings.tls_certificate_file, settings.tls_key_file)
    asyncio.run(refuse_unusable(serving_url(settings)))
    _refuse_without_keys(settings, host)
    listener = bind(host, port)
    config = _config(settings, host, port, workers)
    with listener, contextlib.suppress(KeyboardInterrupt):
        if workers == 1:
            uvicorn.Server(config).run(sockets=[listener])
        else:
            with _shared_metrics():
                Multiprocess(config, sockets=[listener]).run()


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens on `host` and `port` (0: any free one)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except (OSError, OverflowError) as error:
        sentence = f"cannot listen on {host}:{port} ({error})"
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise UnavailableError(f"{sentence}; choose another --port") from error
        raise BadInputError(f"{sentence}; give an address of this machine") from error


@contextlib.contextmanager
def _shared_metrics() -> Iterator[None]:
    """A folder where the workers keep their metrics together, for as long as this server runs."""
    with tempfile.TemporaryDirectory(prefix="frontpage-metrics-") as folder:
        os.environ[FOLDER_VARIABLE] = folder  # each worker is a new process that inherits it
        yield


def _refuse_without_keys(settings: Settings, host: str) -> None:
    asked = needs_keys(settings, host) and not settings_keys(settings)
    refuse_without_keys(settings, host, asyncio.run(count_keys(serving_url(settings))) if asked else 0)


def _tls(settings: Settings) -> Callable[..., ssl.SSLContext] | None:
    """What makes each worker's context; None without TLS."""
    certificate, key = settings.tls_certificate_file, settings.tls_key_file
    return functools.partial(context_of, certificate=certificate, key=key) if certificate else None


def _config(settings: Settings, host: str, port: int, workers: int) -> uvicorn.Config:
    return uvicorn.Config(
        functools.partial(create_app, settings, host=host),
        factory=True,
        host=host,
        port=port,
        workers=workers,
        loop="uvloop",
        http=Protocol,
        ws="none",
        lifespan="on",
        # The access log would hold reader ids in clear.
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        timeout_worker_healthcheck=WORKER_SECONDS,
        ssl_context_factory=_tls(settings),
    )
