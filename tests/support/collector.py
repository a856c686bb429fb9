"""A collector of OpenTelemetry's spans, OTLP over HTTP, that only keeps what comes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@contextmanager
def collector() -> Iterator[tuple[str, Callable[[], list[Any]]]]:
    """Its address, and what tells the spans that came, as OTLP has them."""
    bodies: list[bytes] = []

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(_body(self))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Take) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", lambda: _spans(bodies)
        server.shutdown()


def _body(request: BaseHTTPRequestHandler) -> bytes:
    """Of a length that is said at the beginning, or chunk by chunk, as Envoy sends it."""
    if (length := request.headers["content-length"]) is not None:
        return request.rfile.read(int(length))
    body = b""
    while size := int(request.rfile.readline(), 16):
        body += request.rfile.read(size)
        request.rfile.readline()
    request.rfile.readline()
    return body


def _spans(bodies: list[bytes]) -> list[Any]:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    sent = [ExportTraceServiceRequest.FromString(body) for body in bodies]
    return [span for one in sent for of in one.resource_spans for scope in of.scope_spans for span in scope.spans]


def attributes(span: Any) -> dict[str, str]:
    """What it says, as texts."""
    return {each.key: each.value.string_value for each in span.attributes}
