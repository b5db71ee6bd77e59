"""Signing in by a plain form, which needs no script and no socket, and the way out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from mhc_core.accounts import sessions
from mhc_core.db.queries import staff
from mhc_serving.console import places
from mhc_serving.console.door import Door
from mhc_serving.console.guard import COOKIE
from mhc_serving.console.visit import Console

_LONG = 500


def routes(console: Console, door: Door) -> APIRouter:
    """Sign in, sign out."""
    router = APIRouter(include_in_schema=False)

    @router.get(places.SIGN_IN)
    async def form(next: str = "") -> HTMLResponse:
        anybody = bool(console.settings.oidc_issuer) or await run_in_threadpool(_anybody, console)
        return HTMLResponse(door.page("", next, "" if anybody else _NOBODY))

    @router.post(places.SIGN_IN)
    async def sign_in(
        request: Request,
        name: Annotated[str, Form(max_length=_LONG)] = "",
        password: Annotated[str, Form(max_length=_LONG)] = "",
        code: Annotated[str, Form(max_length=_LONG)] = "",
        next: Annotated[str, Form(max_length=_LONG)] = "",
    ) -> Response:
        if door.shut(request, name):
            return door.refused("Too many attempts; try again in a while.", 429, name, next)
        token = await run_in_threadpool(_begin, console, name, password, code)
        if token is None:
            door.note(request, name)
            return door.refused("Name, password or code is wrong; try again.", 401, name, next)
        wanted = next if places.of(next.removeprefix(places.ROOT)) and next.startswith(f"{places.ROOT}/") else ""
        return door.let_in(request, token, RedirectResponse(wanted or f"{places.ROOT}/", 303))

    @router.post(places.SIGN_OUT)
    async def sign_out(request: Request) -> Response:
        await run_in_threadpool(_end, console, request.scope["mhc.token"])
        answer = RedirectResponse(places.SIGN_IN, 303)
        answer.delete_cookie(COOKIE, path=places.ROOT)
        return answer

    return router


def _begin(console: Console, name: str, password: str, code: str) -> str | None:
    with console.engine.begin() as connection:
        return sessions.sign_in(connection, name, password, console.clock(), code)


def _end(console: Console, token: str) -> None:
    with console.engine.begin() as connection:
        sessions.sign_out(connection, token, console.clock())


def _anybody(console: Console) -> bool:
    with console.engine.connect() as connection:
        return staff.exists(connection)


_NOBODY = "There is no account yet. Make one in a terminal: mhc users create --role admin --name …"
