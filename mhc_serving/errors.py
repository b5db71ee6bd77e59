"""Errors as answers: the right status, one sentence on what to do next, and never a word of what a customer wrote."""

import logging
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mhc_core.business.in_short import in_short
from mhc_core.concierge import timing
from mhc_core.errors import (
    AccessDenied,
    ConfigurationError,
    Conflict,
    DataError,
    MHCError,
    NotFound,
    TransientError,
)

log = logging.getLogger(__name__)

OPENAI_PREFIX = "/v1/"
_STATUS: Sequence[tuple[type[MHCError], int]] = (
    (NotFound, 404),
    (Conflict, 409),
    (DataError, 422),
    (AccessDenied, 503),
    (TransientError, 503),
    (ConfigurationError, 503),
    (MHCError, 500),
)
CUSTOMERS = ("/api/v1/chat", "/v1/chat/completions", "/v1/responses", "/api/v1/widget", "/api/v1/ai/feedback")
"""Where customers write: what they are told is for them, and not for those who keep the server running."""
_OPENAI_TYPES = {403: "permission_error", 429: "rate_limit_error"}
_OPENAI_CODES = {401: "invalid_api_key", 404: "not_found", 409: "idempotency_conflict", 429: "rate_limit_exceeded"}


class Unfit(DataError):
    """A request that does not fit because of one of its fields, ``param``."""

    def __init__(self, message: str, param: str) -> None:
        super().__init__(message)
        self.param = param


def unavailable(request: Request, detail: str) -> str:
    """What is said where nothing can be answered now. Customers are not told of servers, but how to reach a person, and
    what holds without looking anything up.

    The log says ``detail``; it holds no words of a customer.
    """
    services = getattr(request.scope["app"].state, "services", None) if "app" in request.scope else None
    if services is None or not request.url.path.startswith(CUSTOMERS):
        return detail
    log.warning("a customer was not answered: %s", detail)
    contact = services.business.contact
    return (
        "We cannot answer right now, and nothing is booked by a message that was not answered. Please send it again in "
        "a few seconds; whatever was answered is kept. Or reach a person: call or text "
        f"{contact.phone}, or write to {contact.email}. {in_short(services.business)}"
    )


def install(app: FastAPI) -> None:
    """Teach the app every error there is."""

    @app.exception_handler(MHCError)
    def domain(request: Request, error: MHCError) -> JSONResponse:
        status = status_of(error)
        param = error.param if isinstance(error, Unfit) else None
        if status == 503:
            return answer(request, status, unavailable(request, str(error)), {"Retry-After": "5"}, param)
        return answer(request, status, str(error), None, param)

    @app.exception_handler(DBAPIError)
    @app.exception_handler(PoolTimeout)
    def database(request: Request, error: Exception) -> JSONResponse:
        if (
            isinstance(error, DBAPIError)
            and not error.connection_invalidated
            and type(error).__name__ != "OperationalError"
        ):
            raise error
        log.warning("database unavailable (%s)", type(error).__name__)
        detail = unavailable(request, "the database does not answer; try again in a few seconds")
        return answer(request, 503, detail, {"Retry-After": "5"})

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        return answer(request, error.status_code, str(error.detail), error.headers)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in item['loc'] if part != 'body') or 'body'}: {_plain(item)}"
            for item in error.errors()
        )
        at_fault = error.errors()[0]["loc"][1:2]
        param = str(at_fault[0]) if at_fault else None
        return answer(request, 422, f"the request does not fit: {problems}", param=param)


def status_of(error: MHCError) -> int:
    """The status with which an error of the domain is answered."""
    return next(code for kind, code in _STATUS if isinstance(error, kind))


def _plain(item: Mapping[str, Any]) -> str:
    """A validation message without what was sent."""
    kind = str(item["type"])
    if kind == "json_invalid":
        return "is not valid JSON"
    if kind.startswith("uuid"):
        return "must be a UUID"
    if kind == "string_pattern_mismatch":
        return "holds a character that cannot be stored"
    return str(item["msg"]).removeprefix("Value error, ")


def answer(
    request: Request,
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    param: str | None = None,
) -> JSONResponse:
    """An error in the shape its reader expects: OpenAI's under ``/v1/``, ``{"detail"}`` elsewhere."""
    if not request.url.path.startswith(OPENAI_PREFIX):
        return JSONResponse({"detail": detail}, status, headers)
    code = 400 if status == 422 else status
    kind = _OPENAI_TYPES.get(code, "server_error" if code >= 500 else "invalid_request_error")
    body = {"message": detail, "type": kind, "param": param, "code": _OPENAI_CODES.get(code)}
    return JSONResponse({"error": body}, code, headers)


class Journal:
    """Gives every request an id, logs it by its route (no query, no text), and turns a crash into a plain 500.

    A crash is logged with its type and the places in the code, without the exception's message: that may hold text.
    What lies under ``unlogged`` is served without any of this.
    """

    def __init__(self, app: ASGIApp, unlogged: str | None = None) -> None:
        self._app = app
        self._unlogged = unlogged

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (self._unlogged and scope["path"].startswith(self._unlogged)):
            await self._app(scope, receive, send)
            return
        request_id = uuid4().hex
        started = time.perf_counter()
        parts = timing.begin()
        status = 0

        async def tagged(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                took = timing.header(parts, (time.perf_counter() - started) * 1000)
                added = [(b"x-request-id", request_id.encode()), (b"server-timing", took.encode())]
                message["headers"] = [*message.get("headers", []), *added]
            await send(message)

        try:
            await self._app(scope, receive, tagged)
        except Exception as error:
            log.error("request %s crashed: %s at %s", request_id, type(error).__name__, places(error))
            if status:
                raise RuntimeError(f"request {request_id} failed while answering") from None
            detail = f"something went wrong on our side (request {request_id}); try again, or tell us this number"
            await answer(Request(scope), 500, detail)(scope, receive, tagged)
        finally:
            route = getattr(scope.get("route"), "path", "-")
            elapsed = (time.perf_counter() - started) * 1000
            log.info("%s %s %s %d %.0fms", request_id, scope["method"], route, status, elapsed)


def places(error: BaseException) -> str:
    """Where in the code an error came up, innermost first, without its message."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}:{frame.name}" for frame in reversed(frames))
