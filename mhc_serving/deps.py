"""What routes ask for, as annotated aliases: the services of this app and the holder of an API key."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, HTTPException, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from mhc_core import keys
from mhc_core.errors import AccessDenied
from mhc_core.keys import Holder, Role
from mhc_core.settings import Settings
from mhc_serving.concierge import Concierge
from mhc_serving.live import LiveVersions


@dataclass(frozen=True, slots=True)
class Services:
    """Everything one app holds; it lives on ``app.state`` and nowhere else."""

    settings: Settings
    engine: sa.Engine
    live: LiveVersions
    concierge: Concierge
    clock: Callable[[], datetime]


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


App = Annotated[Services, Depends(_services)]

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")

_bearer = HTTPBearer(auto_error=False, description="An API key made with `mhc keys create`.")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same key in a header of its own.")


def _holder(
    app: App,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    header: Annotated[str | None, Depends(_header)],
) -> Holder:
    key = header or (bearer.credentials if bearer else None)
    if not key:
        raise _unauthorized("this needs an API key; send it as `Authorization: Bearer …` or `X-API-Key: …`")
    try:
        with app.engine.begin() as connection:
            return keys.authenticate(connection, key, app.clock())
    except AccessDenied as error:
        raise _unauthorized(str(error)) from None


def _unauthorized(reason: str) -> HTTPException:
    return HTTPException(401, reason, headers={"WWW-Authenticate": "Bearer"})


KeyHolder = Annotated[Holder, Depends(_holder)]


def _allow(*roles: Role) -> Callable[[Holder], Holder]:
    def check(holder: KeyHolder) -> Holder:
        if holder.role is not Role.ADMIN and holder.role not in roles:
            needed = " or ".join([*roles, Role.ADMIN])
            raise HTTPException(403, f"the role {holder.role} may not do this; use a key with the role {needed}")
        return holder

    return check


Admin = Annotated[Holder, Depends(_allow())]
Reviewer = Annotated[Holder, Depends(_allow(Role.REVIEWER))]
Agent = Annotated[Holder, Depends(_allow(Role.AGENT))]
Staff = Annotated[Holder, Depends(_allow(Role.REVIEWER, Role.AGENT))]


def _customer_access(
    request: Request,
    app: App,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    header: Annotated[str | None, Depends(_header)],
) -> None:
    """Open while the API listens on loopback only; elsewhere a customer id is believed only from a key holder.

    A request that a proxy passed on came from elsewhere, wherever the API itself listens.
    """
    forwarded = any(name in request.headers for name in _FORWARDED)
    if forwarded or not is_loopback(app.settings.serve_host):
        _holder(app, bearer, header)


CustomerAccess = Depends(_customer_access)


def is_loopback(host: str) -> bool:
    """Whether an address to bind to is reachable from this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
