"""The end of a server that others stand beside: it says that it is not ready, answers what still comes, and only then
closes its door. So a balancer that asks `/readyz` has sent everybody elsewhere by the time nobody is let in any more.
"""

import signal
import threading
from types import FrameType

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CLOSE = (b"connection", b"close")


class Draining:
    """Whether the process is about to end. One for each app.

    Args:
        seconds: between the signal and the closing of the door; 0 closes it at once.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.begun = False

    def await_signal(self) -> None:
        """Have SIGTERM begin it; what the signal did before is done when the time is over, or at a second SIGTERM.

        Called in the main thread when the server has put up its own handlers. In other threads, where a server has
        none, it does nothing.
        """
        if threading.current_thread() is not threading.main_thread() or not self._seconds:
            return
        end = signal.getsignal(signal.SIGTERM)
        if not callable(end):
            return

        def drain(number: int, frame: FrameType | None) -> None:
            if self.begun:
                end(number, frame)
                return
            self.begun = True
            timer = threading.Timer(self._seconds, end, (number, None))
            timer.daemon = True
            timer.start()

        signal.signal(signal.SIGTERM, drain)


class ClosesConnections:
    """While a server drains, each answer is the last one of its connection: the next request goes to another server."""

    def __init__(self, app: ASGIApp, draining: Draining) -> None:
        self._app = app
        self._draining = draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start" and self._draining.begun:
                message["headers"] = [*message.get("headers", []), _CLOSE]
            await send(message)

        await self._app(scope, receive, closing)
