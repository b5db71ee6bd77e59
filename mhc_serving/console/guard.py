"""Lets in who is signed in and has the page's role; all others are sent to sign in, or told that it is not for them."""

from collections.abc import Mapping
from html import escape
from ipaddress import ip_address
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mhc_core.accounts.sessions import Person
from mhc_core.errors import AccessDenied
from mhc_serving.access.browser_rules import STRICT_TRANSPORT
from mhc_serving.console import places
from mhc_serving.console.visit import Console

COOKIE = "mhc_session"
_PUBLIC = (places.LIBRARY, places.SIGN_IN)
_OWN = (f"{places.ROOT}/_nicegui_ws/", places.SIGN_OUT)
"""What is no page: the pages' socket, and the way out."""
_DAGSTER = f"{places.ROOT}{places.DAGSTER.path}/"
_UNKNOWN_HOST = "the console is not known by this name; set MHC_CONSOLE_URL to the address under which staff reach it"
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; form-action 'self'; base-uri 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


class Guard:
    """Stands before everything under ``/console``."""

    def __init__(self, app: ASGIApp, console: Console) -> None:
        self._app = app
        self._console = console
        encrypted = console.settings.console_address.startswith("https:")
        self._headers = {**_HEADERS, **STRICT_TRANSPORT} if encrypted else _HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = await self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, self._careful(scope, send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4401})
        else:
            await refusal(scope, receive, self._careful(scope, send))

    async def _refusal(self, scope: Scope) -> Response | None:
        path: str = scope["path"]
        headers = Headers(scope=scope)
        if not path.startswith(f"{places.ROOT}/") and path != places.ROOT:
            return None
        if not self._own_host(headers):
            return PlainTextResponse(_UNKNOWN_HOST, 421)
        if scope.get("method", "POST") not in ("GET", "HEAD") and not self._same_origin(headers):
            return PlainTextResponse("this came from another site; open the console itself", 403)
        if path.startswith(_PUBLIC):
            return None
        person = await self._person(scope)
        if person is None:
            if scope["type"] == "http" and scope["method"] == "GET" and not path.startswith(_OWN):
                return RedirectResponse(f"{places.SIGN_IN}?next={quote(path)}", 303)
            return PlainTextResponse("sign in first", 401)
        place = places.of(path.removeprefix(places.ROOT))
        if place is not None and person.role not in place.roles:
            return HTMLResponse(_NOT_YOURS.format(title=escape(place.title), role=escape(person.role)), 403)
        return None

    def _careful(self, scope: Scope, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(_DAGSTER):
                    headers.setdefault("Cache-Control", "no-cache")
                elif not scope["path"].startswith(places.LIBRARY):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        return sending

    def _own_host(self, headers: Headers) -> bool:
        """Whether the console was called by its name. A page of another site can have its own name point to this
        machine (DNS rebinding), but not an address or a name that others decide about."""
        host = headers.get("host", "").lower()
        if host == urlsplit(self._console.settings.console_address).netloc.lower():
            return True
        try:
            name = urlsplit(f"//{host}").hostname or ""
            return name == "localhost" or bool(ip_address(name))
        except ValueError:
            return False

    def _same_origin(self, headers: Headers) -> bool:
        """Browsers name the site a request comes from with everything but plain reads; programs do not."""
        origin = headers.get("origin")
        known = {headers.get("host"), urlsplit(self._console.settings.console_address).netloc}
        return origin is None or urlsplit(origin).netloc in known

    async def _person(self, scope: Scope) -> Person | None:
        token = HTTPConnection(scope).cookies.get(COOKIE)
        if not token:
            return None
        try:
            person = await run_in_threadpool(self._console.person, token, present=False)
        except AccessDenied:
            return None
        scope["mhc.person"], scope["mhc.token"] = person, token
        return person


_NOT_YOURS = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Not for your role</title>
<meta name="viewport" content="width=device-width"><style>body{{font:16px/1.5 system-ui,sans-serif;margin:20vh auto;
max-width:28rem;padding:0 1rem;color-scheme:light dark}}</style></head><body><main><h1>{title}</h1>
<p>This page is not for the role {role}. Ask an administrator for another role if you need it.</p>
<p><a href="/console/">Back to the dashboard</a></p></main></body></html>"""
