"""How requests are read off a connection: as uvicorn does it, but nobody may send one for ever.

uvicorn bounds neither the time nor the size of what comes before a body, and waits for the first request of a
connection without end: a few thousand half-sent ones would keep everybody else out.
"""

import asyncio
from asyncio.events import TimerHandle
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_SECONDS = 10.0
HEAD_BYTES = 64 * 1024
CONNECTIONS = 1_000
"""Open at once in one process; beyond that requests are answered with 503."""


class PatientProtocol(HttpToolsProtocol):
    """Closes a connection whose next request line and headers are not there in time, or are too long."""

    head_seconds = HEAD_SECONDS
    _timer: TimerHandle | None = None
    _in_head = True
    _head_bytes = _heads = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start()

    def data_received(self, data: bytes) -> None:
        in_head, heads = self._in_head, self._heads
        super().data_received(data)
        if not self._in_head or self not in self.connections:  # a web socket is another protocol's by now
            return
        # A large body may come whole in one piece, with its headers or without: what it holds is no head.
        self._head_bytes += len(data) if in_head and self._heads == heads else 0
        if self._head_bytes > HEAD_BYTES:
            self._refuse(431)
        elif self._timer is None and (self.cycle is None or self.cycle.response_complete):
            self._start()

    def on_headers_complete(self) -> None:
        self._in_head, self._head_bytes, self._heads = False, 0, self._heads + 1
        self._stop()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head, self._head_bytes = True, 0

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def _start(self) -> None:
        self._timer = self.loop.call_later(self.head_seconds, self._refuse, 408)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: int) -> None:
        self._stop()
        if not self.transport.is_closing():
            told = HTTPStatus(status).phrase.encode()
            head = b"content-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(told)
            self.transport.write(STATUS_LINE[status] + head + told)
            self.transport.close()
