"""The door: the page of the sign-in form, what it says when somebody is refused, and the cookie of who is let in."""

from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from mhc_core.accounts import sessions
from mhc_serving.access.limits import Limits
from mhc_serving.console import places
from mhc_serving.console.guard import COOKIE
from mhc_serving.console.visit import Console


class Door:
    """Shared by all ways to sign in, so that attempts by any of them count together."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._limits = Limits(console.settings)

    def shut(self, request: Request, name: str | None = None) -> bool:
        """Whether this address, or the account of this name, has failed too often."""
        return any(self._limits.spent("sign-in", who) for who in self._counted(request, name))

    def note(self, request: Request, name: str | None = None) -> None:
        """Count a failed attempt."""
        for who in self._counted(request, name):
            self._limits.note("sign-in", who)

    def _counted(self, request: Request, name: str | None) -> list[str]:
        address = f"address:{self._limits.address(request)}"
        return [address] if name is None else [f"name:{name.strip().lower()}", address]

    def refused(self, said: str, status: int, name: str = "", next: str = "") -> HTMLResponse:
        """The form again, with why."""
        return HTMLResponse(self.page(name, next, said), status)

    def let_in(self, request: Request, token: str, answer: Response) -> Response:
        """``answer`` with the cookie of a session that has begun."""
        secure = request.url.scheme == "https" or (self._console.settings.console_url or "").startswith("https:")
        answer.set_cookie(
            COOKIE, token, int(sessions.LONGEST.total_seconds()), path=places.ROOT, secure=secure, httponly=True,
            samesite="lax",
        )  # fmt: skip
        return answer

    def page(self, name: str, next: str, said: str) -> str:
        """The form, filled, with something said above it."""
        provider = f'<a href="{places.PROVIDER}/">Sign in with your organisation</a>'
        return _FORM.format(
            business=escape(self._console.business.short_name),
            note=f'<p role="alert">{escape(said)}</p>' if said else "",
            name=escape(name),
            next=escape(next),
            action=places.SIGN_IN,
            provider=provider if self._console.settings.oidc_issuer else "",
        )


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
a{{display:block;text-align:center;margin-top:1.25rem;color:inherit}}
p{{margin:0 0 .5rem;padding:.6rem .8rem;border-radius:.4rem;background:light-dark(#fdecea,#5c1f1a)}}
:focus-visible{{outline:3px solid #60a5fa;outline-offset:2px}}</style></head><body><main>
<h1>{business} console</h1>{note}<form method="post" action="{action}"><input type="hidden" name="next" value="{next}">
<label for="name">Name</label><input id="name" name="name" value="{name}" autocomplete="username" required autofocus>
<label for="password">Password</label><input id="password" name="password" type="password"
autocomplete="current-password" required>
<label for="code">Code of your app, if you use one</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code"><button>Sign in</button></form>{provider}
</main></body></html>"""
