"""A TCP proxy on loopback that can refuse, cut or swallow: what a network does to a database."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit


class FaultProxy:
    """Stands between a client and a server; its methods may be called from any thread."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._is_cut = False
        self._flows = threading.Event()
        self._flows.set()
        self._open: set[asyncio.WriteTransport] = set()
        self._loop = asyncio.new_event_loop()
        self._port = 0

    @property
    def url(self) -> str:
        """The server's URL, by way of this proxy."""
        netloc = f"{self._parts.username}:{self._parts.password}@127.0.0.1:{self._port}"
        return urlunsplit(self._parts._replace(netloc=netloc))

    def cut(self) -> None:
        """Break every connection and accept none."""
        self._is_cut = True
        self._loop.call_soon_threadsafe(self._abort_all)

    def swallow(self) -> None:
        """Let nothing through, and say nothing: a black hole."""
        self._flows.clear()

    def heal(self) -> None:
        """Let everything through again, what was swallowed too."""
        self._is_cut = False
        self._flows.set()

    def _abort_all(self) -> None:
        for transport in list(self._open):
            transport.abort()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            there_reader, there_writer = await asyncio.open_connection(self._parts.hostname, self._parts.port)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(self._pump(reader, there_writer), self._pump(there_reader, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer.transport)
        try:
            while data := await reader.read(65_536):
                while not self._flows.is_set():
                    await asyncio.sleep(0.02)
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            self._open.discard(writer.transport)
            writer.close()

    def serve(self, is_ready: threading.Event) -> None:
        """Accept until `stop`."""
        server = self._loop.run_until_complete(asyncio.start_server(self._client, "127.0.0.1", self._port))
        self._port = server.sockets[0].getsockname()[1]
        is_ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def stop(self) -> None:
        """End `serve`."""
        self._loop.call_soon_threadsafe(self._loop.stop)


@contextmanager
def fault_proxy(url: str) -> Iterator[FaultProxy]:
    """A proxy before the server of `url`, in a thread of its own."""
    proxy = FaultProxy(url)
    is_ready = threading.Event()
    thread = threading.Thread(target=proxy.serve, args=[is_ready], daemon=True)
    thread.start()
    assert is_ready.wait(5)
    try:
        yield proxy
    finally:
        proxy.heal()
        proxy.stop()
        thread.join(5)
