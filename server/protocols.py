"""The protocols of a connection: uvicorn's, but a peer that does not read cannot keep its end open.

An application that has waited too long for a peer to read has a last word: it is put behind what
the peer has not read yet, which is little, and soon after that the connection is cut.
"""

from collections.abc import Callable
from typing import Any, Final

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_LAST_WORD: Final = "quorum.last_word"
_SECONDS_FOR_IT: Final = 10.0


class Http(HttpToolsProtocol):
    """HTTP, whose streamed answers may have to be broken off."""

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        scope: Any = self.scope
        scope["extensions"] = {_LAST_WORD: self._last_word}

    def _last_word(self) -> None:
        self.flow.resume_writing()
        self.loop.call_later(_SECONDS_FOR_IT, self.transport.abort)


class WebSocket(WebSocketsSansIOProtocol):
    """A WebSocket that ends in time, whatever the peer does, and keeps little for it."""

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions: Any = self.scope["extensions"]
            extensions[_LAST_WORD] = self._last_word

    def handle_ping(self) -> None:
        if self.writable.is_set():
            super().handle_ping()
        else:  # a peer that reads nothing is owed no more
            self.conn.data_to_send()

    def handle_close(self, event: Any) -> None:
        super().handle_close(event)
        self._cut_soon()

    def handle_parser_exception(self) -> None:
        super().handle_parser_exception()
        self._cut_soon()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._cut_soon()

    def _last_word(self) -> None:
        self.writable.set()
        self._cut_soon()

    def _cut_soon(self) -> None:
        self.loop.call_later(_SECONDS_FOR_IT, self.transport.abort)


def give_last_word(scope: Scope) -> None:
    """What is sent next goes out although the peer does not read, and it is the last."""
    give: Callable[[], None] | None = scope.get("extensions", {}).get(_LAST_WORD)
    if give is not None:
        give()
