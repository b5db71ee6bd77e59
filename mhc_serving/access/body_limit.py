"""Refuses a request body that is too large, before it is read or parsed, and one that does not come in time.

Starlette's own limit answers in plain text and leaves by an exception that the journal would take for a crash.
"""

import asyncio

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mhc_serving import errors

BODY_SECONDS = 20.0
_CLOSE = {"Connection": "close"}
"""What was not read would be taken for the next request."""


class BodyLimit:
    """Answers 413 by the announced length, or once more has come in than ``largest`` bytes, and 408 when the body is
    not there after ``seconds``."""

    def __init__(self, app: ASGIApp, largest: int, seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._largest = largest
        self._seconds = seconds
        self._detail = f"the request body is too large; send at most {largest:,} bytes"
        self._slow = f"the request body did not come within {seconds:g} seconds; send it again, faster"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > self._largest:
            await errors.answer(Request(scope), 413, self._detail, _CLOSE)(scope, receive, send)
            return
        received, whole, deadline = 0, False, asyncio.get_running_loop().time() + self._seconds

        async def counted() -> Message:
            nonlocal received, whole
            if whole:  # what comes now is that the caller has gone
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, self._slow, _CLOSE) from None
            whole = not message.get("more_body", False)
            received += len(message.get("body", b""))
            if received > self._largest:
                raise HTTPException(413, self._detail, _CLOSE)
            return message

        await self._app(scope, counted, send)
