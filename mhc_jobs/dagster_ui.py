"""Dagster's web server, which answers nobody but the console: ``python -m mhc_jobs.dagster_ui`` with its own options.

Dagster's pages know no accounts, start any code, and take changes in a GET and from any site. A port on this machine is
open to every account on it and, by a name that points here, to pages of other sites. So each request has to show the
secret that the console has (``MHC_DAGSTER_SECRET``), and the console shows it for operators alone.
"""

import hmac

from dagster_webserver import app, cli, webserver
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mhc_core import settings as configuration
from mhc_core.errors import ConfigurationError
from mhc_serving.console import places

_CLOSED = f"Dagster's pages are open in the console, at {places.ROOT}{places.DAGSTER.path}.\n"


class OnlyTheConsole:
    """Refuses what does not show the secret."""

    def __init__(self, app: ASGIApp, secret: str) -> None:
        self._app = app
        self._secret = secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._shown(Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4403})
        else:
            await PlainTextResponse(_CLOSED, 403)(scope, receive, send)

    def _shown(self, headers: Headers) -> bool:
        return hmac.compare_digest(headers.get(places.DAGSTER_SECRET_HEADER, "").encode(), self._secret)


class Webserver(webserver.DagsterWebserver):  # type: ignore[type-arg]
    """Dagster's own, behind the door."""

    secret = ""

    def build_middleware(self) -> list[Middleware]:
        return [Middleware(OnlyTheConsole, secret=self.secret), *super().build_middleware()]


def main() -> None:
    """Serve until terminated.

    Raises:
        ConfigurationError: there is no secret.
    """
    secret = configuration.load().dagster_secret
    if secret is None:
        raise ConfigurationError(
            "MHC_DAGSTER_SECRET is not set; start Dagster by `mhc up`, or set one of 32 characters"
        )
    Webserver.secret = secret.get_secret_value()
    app.DagsterWebserver = Webserver  # type: ignore[attr-defined]
    cli.main()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
