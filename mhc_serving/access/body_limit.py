"""Refuses a request body that is too large before it is read or parsed.

Starlette's own limit answers in plain text and leaves by an exception that the journal would take for a crash.
"""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mhc_serving import errors


class BodyLimit:
    """Answers 413 by the announced length, or once more has come in than ``largest`` bytes."""

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self._app = app
        self._largest = largest
        self._detail = f"the request body is too large; send at most {largest:,} bytes"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > self._largest:
            await errors.answer(Request(scope), 413, self._detail)(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._largest:
                raise HTTPException(413, self._detail)
            return message

        await self._app(scope, counted, send)
