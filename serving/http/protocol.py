"""HTTP on a socket: uvicorn's protocol, with one packet per answer, and patience that ends."""

import asyncio
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from serving.http.problems import MEDIA_TYPE

#: A client must have sent a whole request within this.
REQUEST_SECONDS = 10.0
#: An idle connection of a worker that stops is kept for a request that may be on its way.
LINGER_SECONDS = 1.0


class OnePacket:
    """A transport that holds the head of an answer back until the body comes, and sends both at once.

    A system call costs more than the answer that it sends.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._held = b""

    def write(self, data: bytes) -> None:
        """Send what is held and this; or hold this, no longer than for this turn of the loop."""
        if self._held:
            self._transport.write(self._held + data)
            self._held = b""
        elif data:
            self._held = data
            self._loop.call_soon(self._send_held)

    def close(self) -> None:
        """Close once everything is sent."""
        self._send_held()
        self._transport.close()

    def _send_held(self) -> None:
        if self._held:
            self._transport.write(self._held)
            self._held = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Protocol(HttpToolsProtocol):
    """One connection."""

    _deadline: asyncio.TimerHandle | None = None
    _is_partial = False
    _is_leaving = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give a new connection the time that a request may take."""
        super().connection_made(OnePacket(transport, self.loop))  # type: ignore[arg-type]
        self._begin_to_wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take some bytes; the rest of a request has to follow in time."""
        super().data_received(data)
        if not self._is_partial:
            self._stop_waiting()
        elif self._deadline is None:
            self._begin_to_wait()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._is_partial = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The application can begin; a worker that stops makes this the connection's last answer."""
        super().on_headers_complete()
        if self._is_leaving and self.cycle is not None:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """A request is whole."""
        self._is_partial = False
        super().on_message_complete()

    def shutdown(self) -> None:
        """Finish what is asked, and close."""
        self._is_leaving = True
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(LINGER_SECONDS, super().shutdown)
        else:
            super().shutdown()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP as a problem, and close."""
        self._refuse(400, "Bad Request", msg)

    def _begin_to_wait(self) -> None:
        self._deadline = self.loop.call_later(REQUEST_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        answering = self.cycle is not None and self.cycle.response_started
        if self._is_partial and not answering:
            self._refuse(408, "Request Timeout", f"the request was not complete after {REQUEST_SECONDS:.0f} seconds")
        self.transport.close()

    def _refuse(self, status: int, title: str, detail: str) -> None:
        """Answer a connection whose request never reached the application."""
        problem = {"type": "about:blank", "title": title, "status": status, "detail": detail, "request_id": ""}
        body = orjson.dumps(problem)
        head = f"HTTP/1.1 {status} {title}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
        self.transport.write(f"{head}connection: close\r\n\r\n".encode() + body)
        self.transport.close()
