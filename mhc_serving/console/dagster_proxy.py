"""Dagster's pages under the console's address, for who is signed in as an operator.

Dagster itself knows no accounts: its web server answers only who shows a secret (``mhc_jobs.dagster_ui``), and the
console alone shows it. So no page of another site and nobody else on the machine reaches it. The guard has looked at
session, role, host and origin before a request comes here; here is what Dagster would take from a page that somebody
was lured to: changes in a GET or in a form.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2
import orjson
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from mhc_core.db.queries import audit
from mhc_core.errors import AccessDenied
from mhc_serving.console import places
from mhc_serving.console.visit import Console

log = logging.getLogger(__name__)
LOOK_SECONDS = 5.0
"""How often it is looked whether the session of an open socket has ended."""
_GRAPHQL = f"{places.ROOT}{places.DAGSTER.path}/graphql"
_SENT = (
    "accept", "accept-encoding", "accept-language", "content-type", "host", "idempotency-key", "if-modified-since",
    "if-none-match", "range",
)  # fmt: skip
_NOT_RETURNED = frozenset(
    ("connection", "date", "keep-alive", "server", "set-cookie", "trailer", "transfer-encoding", "upgrade")
)
_LARGEST_MESSAGE = 16 * 1024**2
_WAIT = httpx2.Timeout(120, connect=5)
_NOT_THERE = "Dagster does not answer. It needs half a minute after a start; try again then."
_NO_SECRET = "Dagster is not known here. Start it by `mhc up`, or set MHC_DAGSTER_SECRET where it runs and here."


class DagsterProxy:
    """Passes requests and sockets on to Dagster's web server."""

    def __init__(self, console: Console) -> None:
        settings = console.settings
        self._console = console
        self._address = settings.dagster_address
        self._secret = settings.dagster_secret.get_secret_value() if settings.dagster_secret else None
        self._client = httpx2.AsyncClient(base_url=self._address, timeout=_WAIT, trust_env=False)

    async def close(self) -> None:
        """Close the connections to Dagster."""
        await self._client.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(WebSocket(scope, receive, send))
            return
        try:
            answer = await self._answer(Request(scope, receive))
        except ClientDisconnect:
            return
        except httpx2.HTTPError as error:
            log.warning("Dagster does not answer (%s)", type(error).__name__)
            answer = PlainTextResponse(_NOT_THERE, 502, {"Retry-After": "10"})
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        refusal = _refusal(request)
        if refusal is not None:
            return refusal
        if self._secret is None:
            return PlainTextResponse(_NO_SECRET, 503)
        body = await request.body() if request.method == "POST" else None
        if body is not None:
            await run_in_threadpool(self._note, request.scope["mhc.token"], _change(body))
        sent = self._client.build_request(
            request.method, self._path(request.scope), headers=self._headers(request.headers), content=body
        )
        given = await self._client.send(sent, stream=True)
        headers = {name: value for name, value in given.headers.items() if name.lower() not in _NOT_RETURNED}
        return StreamingResponse(_pieces(given), given.status_code, headers)

    def _note(self, token: str, change: str | None) -> None:
        """Write down what somebody changes; whoever does is there."""
        if change is None:
            return
        now = self._console.clock()
        self._console.person(token, present=True)
        with self._console.engine.begin() as connection:
            person = self._console.person(token, present=False)
            audit.record(connection, person.name, "dagster.changed", "dagster", {"operation": change}, now)

    def _headers(self, given: Headers) -> Mapping[str, str]:
        kept = {name: given[name] for name in _SENT if name in given}
        return kept | {places.DAGSTER_SECRET_HEADER: self._secret or ""}

    @staticmethod
    def _path(scope: Scope) -> str:
        query = scope["query_string"].decode("latin-1")
        path = scope["raw_path"].decode("latin-1")
        return f"{path}?{query}" if query else path

    async def _socket(self, browser: WebSocket) -> None:
        if browser.url.path != _GRAPHQL or "origin" not in browser.headers or self._secret is None:
            await browser.close(4403)
            return
        address = f"ws{self._address.removeprefix('http')}{_GRAPHQL}"
        try:
            async with connect(
                address,
                subprotocols=browser.scope["subprotocols"],
                additional_headers={places.DAGSTER_SECRET_HEADER: self._secret},
                max_size=_LARGEST_MESSAGE,
                proxy=None,
            ) as dagster:
                await browser.accept(dagster.subprotocol)
                await self._between(browser, dagster)
        except (WebSocketException, OSError, TimeoutError) as error:
            log.warning("Dagster's socket ended (%s)", type(error).__name__)
            await _closed(browser, 1013)

    async def _between(self, browser: WebSocket, dagster: ClientConnection) -> None:
        """Pass messages on both ways until one side leaves or the session has ended."""
        ways = {asyncio.create_task(one) for one in (_there(browser, dagster), _back(browser, dagster))}
        watch = asyncio.create_task(self._until_session_ends(browser))
        try:
            done, _ = await asyncio.wait({*ways, watch}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*ways, watch):
                task.cancel()
            await asyncio.gather(*ways, watch, return_exceptions=True)
        await _closed(browser, 4401 if watch in done else 1000)

    async def _until_session_ends(self, browser: WebSocket) -> None:
        token = browser.scope["mhc.token"]
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                person = await run_in_threadpool(self._console.person, token, present=False)
            except AccessDenied:
                return
            if person.role not in places.DAGSTER.roles:
                return


def _refusal(request: Request) -> Response | None:
    """Whatever a page elsewhere could make a browser send with its cookies."""
    graphql = request.url.path.rstrip("/") == _GRAPHQL
    if request.method in ("GET", "HEAD"):
        if graphql and request.url.query:
            return PlainTextResponse("a query in an address is not run; send it with POST as JSON", 405)
        return None
    if request.method != "POST" or not graphql:
        return PlainTextResponse("this is not open here; use `mhc dagster` on the machine itself", 405)
    if "origin" not in request.headers:
        return PlainTextResponse("this came from no page of the console; use `mhc dagster` in programs", 403)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return PlainTextResponse("only JSON is taken; set Content-Type: application/json", 415)
    if set(request.query_params) - {"op"}:  # its pages name the operation there
        return PlainTextResponse("a query in an address is not run; send it in the body", 400)
    return None


def _change(body: bytes) -> str | None:
    """The name of the change that a body of GraphQL asks for; None where it only reads."""
    try:
        document: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    asked = document if isinstance(document, dict) else {}
    if "mutation" not in str(asked.get("query")):
        return None
    return str(asked.get("operationName") or "unnamed")[:100]


async def _pieces(given: httpx2.Response) -> AsyncIterator[bytes]:
    try:
        async for piece in given.aiter_raw():
            yield piece
    finally:
        await given.aclose()


async def _there(browser: WebSocket, dagster: ClientConnection) -> None:
    try:
        while True:
            await dagster.send(await browser.receive_text())
    except (WebSocketDisconnect, WebSocketException):
        return


async def _back(browser: WebSocket, dagster: ClientConnection) -> None:
    try:
        async for message in dagster:
            await browser.send_text(message if isinstance(message, str) else message.decode())
    except (WebSocketDisconnect, WebSocketException, RuntimeError):
        return


async def _closed(browser: WebSocket, code: int) -> None:
    try:
        await browser.close(code)
    except (RuntimeError, WebSocketDisconnect):  # it has gone already
        return
