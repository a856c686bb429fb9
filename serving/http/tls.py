"""TLS on the API's own socket, by a certificate that may be replaced while requests are answered."""

import contextlib
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

from frontpage.core.errors import BadInputError

_Stamp = tuple[tuple[int, int], ...]


class ServerCertificate:
    """A certificate with its chain, and its key: two PEM files that are looked at in each handshake.

    New ones are shown from the next handshake on; connections that stand keep theirs. While the two do not fit, because
    only one has been replaced yet, the last pair that did is shown.
    """

    def __init__(self, certificate: str, key: str) -> None:
        self._files = certificate, key
        self._seen = self._stamp()
        self._context = self._loaded()

    @property
    def context(self) -> ssl.SSLContext:
        """What a server listens with."""
        return self._context

    def _loaded(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        context.load_cert_chain(*self._files)
        context.sni_callback = self._renew
        return context

    def _renew(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        """OpenSSL asks in each handshake, whether the client names a server or not, before a certificate is shown."""
        with contextlib.suppress(OSError):  # also what is wrong with a certificate
            stamp = self._stamp()
            if stamp != self._seen:
                self._context, self._seen = self._loaded(), stamp
        connection.context = self._context

    def _stamp(self) -> _Stamp:
        states = [Path(file).stat() for file in self._files]
        return tuple((state.st_ino, state.st_mtime_ns) for state in states)


def server_context(certificate: str, key: str) -> ssl.SSLContext:
    """The context of a `ServerCertificate`. Raises BadInputError where the files are no certificate with its key."""
    try:
        return ServerCertificate(certificate, key).context
    except OSError as error:
        raise BadInputError(
            f"{certificate} and {key} are no certificate with its key ({error}); correct "
            "FRONTPAGE_TLS_CERTIFICATE_FILE and FRONTPAGE_TLS_KEY_FILE"
        ) from error


def context_of(_config: Any, _default: Callable[[], ssl.SSLContext], certificate: str, key: str) -> ssl.SSLContext:
    """The same, as uvicorn asks for it in each worker."""
    return server_context(certificate, key)
