"""HTTP/1.1 with a bound on what comes before a body: httptools itself has none.

One connection that sends a header without end would otherwise block the process that joins it.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_HEAD = 64 * 1024


class BoundedHead(HttpToolsProtocol):
    """Closes a connection whose request line and headers pass `LONGEST_HEAD` bytes."""

    _in_head, _head = True, 0

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head += len(data)
            if self._head > LONGEST_HEAD:
                self.transport.close()
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._in_head, self._head = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> Any:
        self._in_head = False
        return super().on_headers_complete()
