"""A time budget for each request: who waits is told when it is over, and the work for them ends at its next step."""

import asyncio

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mhc_core.concierge import timing
from mhc_serving import errors

_TOLD = "the answer took too long and was given up; try again in a few seconds, with the same Idempotency-Key"


class TimeBudget:
    """Answers 503 after ``seconds``.

    A thread cannot be stopped. The one that works for the request ends at the next step of the turn
    (``timing.part``), and what it waits for outside has time limits of its own. Until then the request counts as open,
    so that not too many can pile up. A thing that was stored all the same is found again by the request's key.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = over = False
        telling: asyncio.Task[None] | None = None

        async def sending(message: Message) -> None:
            nonlocal begun
            if not over:
                begun = True
                await send(message)

        def end() -> None:
            nonlocal over, telling
            if not begun:
                over = True
                request = Request(scope)
                told = errors.unavailable(request, _TOLD)
                answer = errors.answer(request, 503, told, {"Retry-After": "5", "Connection": "close"})
                telling = asyncio.create_task(answer(scope, receive, send))

        timing.limit(self._seconds)
        timer = asyncio.get_running_loop().call_later(self._seconds, end)
        try:
            await self._app(scope, receive, sending)
        except Exception:  # of work that was given up: who asked has been told, and the cause is the deadline
            if not over:
                raise
        finally:
            timer.cancel()
            if telling is not None:
                await telling
