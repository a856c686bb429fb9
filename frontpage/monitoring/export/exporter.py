"""The exporter's server: metrics for Prometheus, and a place for Airflow's; on loopback unless told otherwise."""

from __future__ import annotations

import signal
from collections.abc import Callable
from datetime import datetime

from prometheus_client import CollectorRegistry, make_wsgi_app, start_http_server

from frontpage.core.errors import UnavailableError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.monitoring.export.collector import FrontpageCollector
from frontpage.monitoring.export.parts import Parts
from frontpage.monitoring.export.received import AirflowMetrics, with_push

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def serve(
    settings: Settings, params: Params, host: str, port: int, parts: Parts, now: Callable[[], datetime]
) -> None:  # fmt: skip
    """Answer until Ctrl-C or SIGTERM. Raises UnavailableError where the port is taken."""
    registry = CollectorRegistry()
    registry.register(FrontpageCollector(settings, params, parts, now))
    received = AirflowMetrics()
    registry.register(received)
    # Blocked before the server's thread starts, which inherits it: the signal is then waited for, not handled.
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise UnavailableError(f"the exporter cannot listen on {host}:{port} ({error.strerror})") from error
    server.set_app(with_push(make_wsgi_app(registry), received))
    signal.sigwait(_SIGNALS)
    server.shutdown()
    thread.join()
