"""Counts every request by the template of its route."""

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mhc_serving.metrics.counters import Counters


class Counted:
    """The outermost door: what other middleware refuses is counted as well. What lies under ``uncounted`` is not."""

    def __init__(self, app: ASGIApp, counters: Counters, uncounted: str | None = None) -> None:
        self._app = app
        self._counters = counters
        self._uncounted = uncounted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (self._uncounted and scope["path"].startswith(self._uncounted)):
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500
        self._counters.begin()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", None)
            self._counters.end(scope["method"], route, status, time.perf_counter() - started)
