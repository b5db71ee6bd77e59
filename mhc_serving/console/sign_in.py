"""The door: a plain form, which needs no script and no socket, and the way out."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from mhc_core.accounts import sessions
from mhc_core.db.queries import staff
from mhc_serving.access.limits import Limits
from mhc_serving.console import places
from mhc_serving.console.guard import COOKIE
from mhc_serving.console.visit import Console

_LONG = 500


def routes(console: Console) -> APIRouter:
    """Sign in, sign out."""
    router = APIRouter(include_in_schema=False)
    limits = Limits(console.settings)

    @router.get(places.SIGN_IN)
    async def form(next: str = "") -> HTMLResponse:
        return HTMLResponse(_page(console, "", next, "" if await run_in_threadpool(_anybody, console) else _NOBODY))

    @router.post(places.SIGN_IN)
    async def sign_in(
        request: Request,
        name: Annotated[str, Form(max_length=_LONG)] = "",
        password: Annotated[str, Form(max_length=_LONG)] = "",
        code: Annotated[str, Form(max_length=_LONG)] = "",
        next: Annotated[str, Form(max_length=_LONG)] = "",
    ) -> Response:
        counted = (f"name:{name.strip().lower()}", f"address:{limits.address(request)}")
        if any(limits.spent("sign-in", who) for who in counted):
            return HTMLResponse(_page(console, name, next, "Too many attempts; try again in a while."), 429)
        token = await run_in_threadpool(_begin, console, name, password, code)
        if token is None:
            for who in counted:
                limits.note("sign-in", who)
            return HTMLResponse(_page(console, name, next, "Name, password or code is wrong; try again."), 401)
        wanted = next if places.of(next.removeprefix(places.ROOT)) and next.startswith(f"{places.ROOT}/") else ""
        answer = RedirectResponse(wanted or f"{places.ROOT}/", 303)
        secure = request.url.scheme == "https" or (console.settings.console_url or "").startswith("https:")
        answer.set_cookie(
            COOKIE, token, int(sessions.LONGEST.total_seconds()), path=places.ROOT, secure=secure, httponly=True,
            samesite="lax",
        )  # fmt: skip
        return answer

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


def _page(console: Console, name: str, next: str, said: str) -> str:
    note = f'<p role="alert">{escape(said)}</p>' if said else ""
    return _FORM.format(
        business=escape(console.business.short_name), note=note, name=escape(name), next=escape(next),
        action=places.SIGN_IN,
    )  # fmt: skip


_FORM = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in · {business}</title>
<meta name="viewport" content="width=device-width"><style>
:root{{color-scheme:light dark;--edge:light-dark(#767676,#8a8f98);--back:light-dark(#f4f5f7,#15171c);
--card:light-dark(#fff,#1f2229);--act:#1d4ed8}}
body{{font:16px/1.5 system-ui,sans-serif;margin:0;background:var(--back);min-height:100vh;display:grid;
place-items:center}}main{{background:var(--card);padding:2rem;border-radius:.75rem;width:min(22rem,88vw);
box-shadow:0 1px 3px #0003;box-sizing:border-box}}
h1{{font-size:1.3rem;margin:0 0 1.25rem}}label{{display:block;margin:.75rem 0 .25rem}}
input{{font:inherit;width:100%;box-sizing:border-box;padding:.55rem .7rem;border:1px solid var(--edge);
border-radius:.4rem;background:transparent;color:inherit}}button{{font:inherit;font-weight:600;margin-top:1.25rem;
width:100%;padding:.65rem;border:0;border-radius:.4rem;background:var(--act);color:#fff;cursor:pointer}}
p{{margin:0 0 .5rem;padding:.6rem .8rem;border-radius:.4rem;background:light-dark(#fdecea,#5c1f1a)}}
:focus-visible{{outline:3px solid #60a5fa;outline-offset:2px}}</style></head><body><main>
<h1>{business} console</h1>{note}<form method="post" action="{action}"><input type="hidden" name="next" value="{next}">
<label for="name">Name</label><input id="name" name="name" value="{name}" autocomplete="username" required autofocus>
<label for="password">Password</label><input id="password" name="password" type="password"
autocomplete="current-password" required>
<label for="code">Code of your app, if you use one</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code"><button>Sign in</button></form>
</main></body></html>"""
