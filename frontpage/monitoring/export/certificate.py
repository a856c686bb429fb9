"""When the certificate of an address ends."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 5.0


def expiry(url: str, context: ssl.SSLContext | None = None) -> tuple[str, datetime] | None:
    """Host and end of its certificate; None for an address without one, or where nothing answers.

    A certificate that has ended, or that nobody vouches for, counts as ended at the beginning of time.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return None
    try:
        with (
            socket.create_connection((parts.hostname, parts.port or 443), _TIMEOUT_SECONDS) as raw,
            (context or ssl.create_default_context()).wrap_socket(raw, server_hostname=parts.hostname) as secured,
        ):
            ends = str((secured.getpeercert() or {})["notAfter"])
    except ssl.SSLCertVerificationError:
        return parts.hostname, datetime.fromtimestamp(0, UTC)
    except OSError:
        return None
    return parts.hostname, datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)
