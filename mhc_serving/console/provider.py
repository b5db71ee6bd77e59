"""Sign-in by an OpenID Connect provider: the code flow with PKCE, state and nonce, by Authlib.

An application of its own below the sign-in page: what must be remembered between leaving and coming back lies in a
signed cookie that only its two addresses see.
"""

import logging
import secrets
from typing import Any, cast
from urllib.parse import urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from httpx2 import HTTPError
from joserfc.errors import JoseError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mhc_core.accounts import provided
from mhc_core.accounts.provided import Identity
from mhc_core.errors import AccessDenied, ConfigurationError
from mhc_core.settings import Settings
from mhc_serving.console import places
from mhc_serving.console.door import Door
from mhc_serving.console.visit import Console

log = logging.getLogger(__name__)
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that only the provider can make. With a shared secret, or none, anybody who knows it could."""
_AWAY_SECONDS = 600
_TIMEOUT_SECONDS = 10
_FAILED = "The provider could not vouch for you; try again, or sign in with a password."


def application(console: Console, door: Door) -> Starlette:
    """The two addresses: away to the provider, and back.

    Raises:
        ConfigurationError: the provider is named, but not what it calls the console, or which roles it gives.
    """
    settings = console.settings
    client = _client(settings)

    async def leave(request: Request) -> Response:
        if door.shut(request):
            return door.refused("Too many attempts; try again in a while.", 429)
        try:
            await _described(client, settings)
            back = f"{_outside(console, request)}{places.PROVIDER}/back"
            return cast(Response, await client.authorize_redirect(request, back))
        except (HTTPError, AuthlibBaseError, RuntimeError, ValueError) as error:
            log.warning("the sign-in provider does not answer (%s)", type(error).__name__)
            return door.refused("The provider does not answer; try again, or sign in with a password.", 502)

    async def come_back(request: Request) -> Response:
        try:
            who = await _identity(client, settings, request)
            token = await run_in_threadpool(_begin, console, who)
        except AccessDenied as refused:
            door.note(request)
            return door.refused(f"{str(refused)[:1].upper()}{str(refused)[1:]}.", 403)
        except (HTTPError, AuthlibBaseError, JoseError, RuntimeError, ValueError, KeyError) as error:
            log.warning("a sign-in by the provider failed (%s)", type(error).__name__)
            door.note(request)
            return door.refused(_FAILED, 401)
        return door.let_in(request, token, RedirectResponse(f"{places.ROOT}/", 303))

    secure = (settings.console_url or "").startswith("https:")
    kept = Middleware(
        SessionMiddleware, secret_key=secrets.token_hex(32), session_cookie="mhc_away", max_age=_AWAY_SECONDS,
        path=places.PROVIDER, https_only=secure,
    )  # fmt: skip
    return Starlette(routes=[Route("/", leave), Route("/back", come_back)], middleware=[kept])


def _client(settings: Settings) -> Any:
    secret = settings.oidc_client_secret
    if not settings.oidc_client_id or secret is None or not settings.oidc_roles:
        raise ConfigurationError(
            "MHC_OIDC_ISSUER is set: set MHC_OIDC_CLIENT_ID, MHC_OIDC_CLIENT_SECRET and MHC_OIDC_ROLES too"
        )
    registry = OAuth()
    return registry.register(
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=secret.get_secret_value(),
        server_metadata_url=f"{str(settings.oidc_issuer).rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "timeout": _TIMEOUT_SECONDS,
        },
    )


async def _described(client: Any, settings: Settings) -> None:
    """Load what the provider says of itself.

    Raises:
        ValueError: it is not the provider that was asked for.
    """
    told = await client.load_server_metadata()
    if told.get("issuer") != settings.oidc_issuer:
        client.server_metadata.pop("_loaded_at", None)  # asked again the next time
        raise ValueError("another issuer than MHC_OIDC_ISSUER answers there")
    offered = told.get("id_token_signing_alg_values_supported") or ["RS256"]
    told["id_token_signing_alg_values_supported"] = [name for name in offered if name in ALGORITHMS]


async def _identity(client: Any, settings: Settings, request: Request) -> Identity:
    await _described(client, settings)
    wanted = {
        "iss": {"essential": True, "value": settings.oidc_issuer},
        "aud": {"essential": True, "value": settings.oidc_client_id},
    }
    given = await client.authorize_access_token(request, claims_options=wanted)
    return provided.identity(given["userinfo"], settings.oidc_role_claim, settings.oidc_roles)


def _outside(console: Console, request: Request) -> str:
    """The scheme and host under which staff see the console."""
    address = urlsplit(console.settings.console_url or str(request.url))
    return f"{address.scheme}://{address.netloc}"


def _begin(console: Console, who: Identity) -> str:
    with console.engine.begin() as connection:
        return provided.sign_in(connection, who, console.clock())
