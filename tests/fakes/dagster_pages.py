"""A small Dagster behind the real door: what of its web server the console's proxy meets."""

import secrets

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from mhc_jobs.dagster_ui import OnlyTheConsole

PAGES = "/console/dagster"
GRAPHQL = f"{PAGES}/graphql"
LARGE = secrets.token_bytes(3_000_000)


class SmallDagster:
    """``seen`` holds what reached it."""

    def __init__(self) -> None:
        self.secret = secrets.token_urlsafe(32)
        self.seen: list[Request] = []
        self.address = ""

    def app(self) -> Starlette:
        """Its pages, a large file, GraphQL over HTTP and by a socket."""
        routes = [
            Route(f"{PAGES}/", self._page, name="page"),
            Route(f"{PAGES}/large.js", self._file),
            Route(f"{PAGES}/away", self._away),
            Route(GRAPHQL, self._graphql, methods=["GET", "POST"]),
            WebSocketRoute(GRAPHQL, self._echo),
        ]
        return Starlette(routes=routes, middleware=[Middleware(OnlyTheConsole, secret=self.secret)])

    async def _page(self, request: Request) -> Response:
        self.seen.append(request)
        return Response("the pages", headers={"Set-Cookie": "own=1", "Content-Security-Policy": "default-src 'self'"})

    async def _file(self, request: Request) -> Response:
        if request.headers.get("if-none-match") == '"one"':
            return Response(status_code=304, headers={"ETag": '"one"'})
        return Response(LARGE, headers={"ETag": '"one"'})

    async def _graphql(self, request: Request) -> Response:
        self.seen.append(request)
        return JSONResponse({"asked": await request.json() if request.method == "POST" else None})

    async def _away(self, request: Request) -> Response:
        return RedirectResponse(request.url_for("page"))

    async def _echo(self, socket: WebSocket) -> None:
        await socket.accept("graphql-ws")
        async for message in socket.iter_text():
            await socket.send_text(message * 2)
