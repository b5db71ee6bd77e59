"""What routes ask for, as annotated aliases: the services of this app and the holder of an API key."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Header, HTTPException, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from mhc_core.business.pricing import Business
from mhc_core.concierge.turn.concierge import Concierge, Incoming, Outgoing
from mhc_core.errors import AccessDenied
from mhc_core.read_cache.cache import ReadCache
from mhc_core.settings import Settings
from mhc_serving.access.access_control import AccessControl
from mhc_serving.access.keys import Holder, Role
from mhc_serving.access.limits import Kind
from mhc_serving.draining import Draining
from mhc_serving.metrics.exposition import Metrics


@dataclass(frozen=True, slots=True)
class Services:
    """Everything one app holds; it lives on ``app.state`` and nowhere else."""

    settings: Settings
    engine: sa.Engine
    business: Business
    concierge: Concierge
    clock: Callable[[], datetime]
    access: AccessControl
    metrics: Metrics
    reads: ReadCache
    draining: Draining

    def answer(self, incoming: Incoming) -> Outgoing:
        """The concierge's answer to a message (``Concierge.answer``), counted."""
        given = self.concierge.answer(incoming)
        self.metrics.counters.answered(
            given.reply.model_id,
            given.reply.agent,
            given.latency_ms / 1000,
            cached=given.cached,
            escalated=given.escalated,
        )
        return given


def services(request: Request) -> Services:
    """The services of the app that got this request."""
    found: Services = request.app.state.services
    return found


async def _services(request: Request) -> Services:
    return services(request)  # a coroutine, because FastAPI would call the function in a thread


App = Annotated[Services, Depends(_services)]

_bearer = HTTPBearer(auto_error=False, description="An API key made with `mhc keys create`.")
_header = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same key in a header of its own.")


def credential(request: Request) -> str | None:
    """The key or token that came with a request."""
    kind, _, sent = request.headers.get("authorization", "").partition(" ")
    return request.headers.get("x-api-key") or (sent.strip() or None if kind.lower() == "bearer" else None)


async def _credential(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    header: Annotated[str | None, Depends(_header)],
) -> str | None:
    return credential(request)  # the other two are there for the API's description


Credential = Annotated[str | None, Depends(_credential)]


IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Your own id of this message: sent again with the same key, it is answered once.",
    ),
]


async def holder_of(request: Request, app: Services, key: str | None) -> Holder:
    """Who holds this key; counts the request for the key, or for the address when the key is not valid.

    Raises:
        HTTPException: 401 without a valid key, 429 after too many requests.
    """
    if not key:
        await count(app, "address", app.access.limits.address(request))
        raise unauthorized("this needs an API key; send it as `Authorization: Bearer …` or `X-API-Key: …`")
    holder = app.access.known(key)
    if holder is None:
        try:
            holder = await run_in_threadpool(app.access.holder, key, app.clock())
        except AccessDenied as error:
            await count(app, "address", app.access.limits.address(request))
            raise unauthorized(str(error)) from None
    await count(app, "key", str(holder.id))
    return holder


async def count(app: Services, kind: Kind, who: str) -> None:
    """Count a request without holding up the others.

    Raises:
        HTTPException: 429 after too many requests.
    """
    if app.access.limits.local:
        app.access.limits.count(kind, who)
    else:
        await run_in_threadpool(app.access.limits.count, kind, who)


async def _holder(request: Request, app: App, credential: Credential) -> Holder:
    return await holder_of(request, app, credential)


def unauthorized(reason: str) -> HTTPException:
    """The answer to a caller who did not show who they are."""
    return HTTPException(401, reason, headers={"WWW-Authenticate": "Bearer"})


KeyHolder = Annotated[Holder, Depends(_holder)]


def require(holder: Holder, *roles: Role) -> Holder:
    """The holder, who has one of these roles or is an admin.

    Raises:
        HTTPException: 403 for everybody else.
    """
    if holder.role is not Role.ADMIN and holder.role not in roles:
        needed = " or ".join([*roles, Role.ADMIN])
        raise HTTPException(403, f"the role {holder.role} may not do this; use a key with the role {needed}")
    return holder


def _allow(*roles: Role) -> Callable[[Holder], Awaitable[Holder]]:
    async def check(holder: KeyHolder) -> Holder:
        return require(holder, *roles)

    return check


Admin = Annotated[Holder, Depends(_allow())]
Reviewer = Annotated[Holder, Depends(_allow(Role.REVIEWER))]
Agent = Annotated[Holder, Depends(_allow(Role.AGENT))]
Staff = Annotated[Holder, Depends(_allow(Role.REVIEWER, Role.AGENT))]
