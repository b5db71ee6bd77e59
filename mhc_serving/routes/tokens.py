"""``/api/v1/widget``: what a chat shows, and tokens with which a browser speaks for one customer in a conversation."""

from fastapi import APIRouter, HTTPException, Request, Response
from starlette.concurrency import run_in_threadpool

from mhc_core.errors import DataError
from mhc_core.languages import current, named, preferred, speaking
from mhc_serving.access import callers, origins
from mhc_serving.access.deps import App, Credential, Services, count, holder_of, require, unauthorized
from mhc_serving.access.keys import Role
from mhc_serving.access.tokens import RENEWABLE, Claims, TokenRefused
from mhc_serving.schemas.problem import Problem
from mhc_serving.schemas.tokens import TokenIn, TokenOut, WidgetOut
from mhc_serving.web import widget_texts

router = APIRouter(prefix="/api/v1/widget", tags=["chat"])


@router.post(
    "/tokens",
    summary="Get or renew a widget token",
    responses={
        401: {"model": Problem, "description": "The key or the token is not valid, or a key is needed."},
        403: {"model": Problem, "description": "The site may not use the widget, or the token is another site's."},
        429: {"model": Problem, "description": "Too many requests; `Retry-After` says how long to wait."},
    },
)
async def issue(asked: TokenIn, request: Request, app: App, credential: Credential) -> TokenOut:
    """A token for the page that asks, good for 15 minutes in one conversation; send it as `Authorization: Bearer …`.

    A page of an allowed site needs nothing and gets a visitor's token, which it may renew for 24 hours. Your own server
    names the customer and the site with a key of the role app; for a customer it named, it renews too.
    """
    await run_in_threadpool(lambda: app.access.tokens)
    trusted = bool(credential)
    if trusted:
        require(await holder_of(request, app, credential), Role.APP)
    else:
        await count(app, "address", app.access.limits.address(request))
        if asked.customer_id is not None:
            raise unauthorized("only the holder of an API key may name a customer; leave customer_id out")
    if asked.token is not None:
        return _renewed(asked, asked.token, request, app, trusted)
    signed, claims = app.access.tokens.issue(_site(asked, request, app, trusted), asked.customer_id, app.clock())
    return _out(signed, claims)


@router.get("", summary="What a chat shows before anything is said")
async def shown(request: Request, response: Response, app: App) -> WidgetOut:
    """Title, starters and contact of the business file, and whether the page that asks may use the chat. Any page may
    ask: one that is not listed in MHC_WIDGET_ORIGINS can so be told."""
    response.headers.update({"Access-Control-Allow-Origin": "*", "Vary": "Origin, Accept-Language"})
    sender = request.headers.get("origin")
    origin = origins.normal(sender) if sender is not None else None
    own = sender is None  # browsers name no origin to the site that the page itself came from
    chat, contact = app.business.chat, app.business.contact
    with speaking(preferred(request.headers.get("accept-language", ""))):
        return WidgetOut(
            available=own or (origin is not None and app.access.origins.allows(origin, request.headers.get("host"))),
            title=named(chat.title),
            tagline=named(chat.tagline),
            starters=list(map(named, chat.starters)),
            language=current(),
            texts=dict(widget_texts.texts()),
            phone=contact.phone,
            email=contact.email,
        )


def _renewed(asked: TokenIn, token: str, request: Request, app: Services, trusted: bool) -> TokenOut:
    try:
        claims = app.access.tokens.read_for_renewal(token, app.clock())
    except TokenRefused as error:
        raise unauthorized(str(error)) from None
    if not trusted:
        callers.require_origin(request, claims)
        if not claims.anonymous:
            raise unauthorized("only the holder of an API key renews a named customer's token; ask your own server")
    return _out(*app.access.tokens.renew(claims, app.clock(), new_conversation=asked.new_conversation))


def _site(asked: TokenIn, request: Request, app: Services, trusted: bool) -> str:
    """The site that a new token is for."""
    named = asked.origin if trusted and asked.origin is not None else request.headers.get("origin")
    if named is None:
        raise DataError("the request does not fit: origin: name the site that will use the token")
    origin = origins.normal(named)
    if origin is None or not app.access.origins.allows(origin, request.headers.get("host")):
        raise HTTPException(403, "this site may not use the widget; add it to MHC_WIDGET_ORIGINS")
    return origin


def _out(token: str, claims: Claims) -> TokenOut:
    return TokenOut(
        token=token,
        expires_at=claims.until,
        renewable_until=claims.since + RENEWABLE,
        customer_id=claims.customer_id,
        conversation_id=claims.conversation_id,
    )
