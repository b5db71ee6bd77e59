"""For whom a request speaks: a program with an API key, a browser with a widget token, or a developer's own machine."""

from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import Depends, HTTPException, Request
from starlette.concurrency import run_in_threadpool

from mhc_core.errors import DataError
from mhc_core.vocabulary import Channel
from mhc_serving.access import keys, origins, tokens
from mhc_serving.access.deps import Credential, Services, count, credential, holder_of, require, services, unauthorized
from mhc_serving.access.keys import Holder, Role
from mhc_serving.access.tokens import Claims, TokenRefused

_FORWARDED = frozenset(
    ("forwarded", "via", "x-real-ip", "true-client-ip", "x-client-ip", "x-cluster-client-ip", "x-original-host",
     "x-original-url", "x-rewrite-url", "x-host", "x-proxyuser-ip", "x-request-start", "x-scheme", "cdn-loop")
)  # fmt: skip
_FORWARDED_FROM = ("x-forwarded", "cf-", "x-envoy-", "fly-", "fastly-", "x-amzn-", "x-amz-cf-", "x-arr-", "x-azure-",
                   "x-cloud-", "x-appengine-", "x-vercel-", "x-nf-", "x-original-forwarded", "tailscale-")  # fmt: skip
"""Headers that proxies, tunnels and content networks add, and how whole families of them begin."""
_SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the holder of a key, or what a widget token allows, or (with neither) this machine itself."""

    app: Services
    holder: Holder | None = None
    claims: Claims | None = None

    @property
    def name(self) -> str:
        """Which client this is: what it keeps of conversations without a customer is found by it alone."""
        if self.holder is not None:
            return f"key {self.holder.id}"
        return "widget" if self.claims is not None else "this machine"

    @property
    def vouched(self) -> bool:
        """Whether a key or a token stands behind what is said of the customer."""
        return self.holder is not None or self.claims is not None

    def speaker(self, named: str | None) -> str | None:
        """The customer who says something, if known, and who is counted for it: call it once a request.

        Raises:
            HTTPException: 403 for a customer the token is not for, 429 after too many requests.
        """
        customer_id = self._customer(named)
        if customer_id is not None and self.vouched:
            self.app.access.limits.count("customer", customer_id)
        return customer_id

    def known_speaker(self, named: str | None) -> str:
        """As ``speaker``, where there must be one.

        Raises:
            DataError: nobody named a customer.
        """
        return _required(self.speaker(named))

    def reader(self, named: str | None) -> str:
        """The customer who reads.

        Raises:
            HTTPException: 403 for a customer the token is not for.
            DataError: nobody named a customer.
        """
        return _required(self._customer(named))

    def _customer(self, named: str | None) -> str | None:
        if self.claims is None:
            return named
        if named not in (None, self.claims.customer_id):
            raise _refused("this token speaks for another customer; leave the customer out")
        return self.claims.customer_id

    def conversation(self, named: UUID | None) -> UUID | None:
        """The conversation that a request is about.

        Raises:
            HTTPException: 403 for another than the token's, whether or not it exists.
        """
        if self.claims is None:
            return named
        if named not in (None, self.claims.conversation_id):
            raise _refused("this token is for another conversation; leave the conversation out or renew the token")
        return self.claims.conversation_id

    def require_own(self, found: UUID | None) -> None:
        """Let a token's holder go on only where what was found belongs to the token's conversation.

        Raises:
            HTTPException: 403 for another conversation's, and for what does not exist.
        """
        if self.claims is not None and found != self.claims.conversation_id:
            raise _refused("this token is for another conversation; use the one in which the answer was given")

    def channel(self, named: Channel) -> Channel:
        """Where the customer writes.

        Raises:
            HTTPException: 403 when a widget claims to be something else than the web.
        """
        if self.claims is not None and named is not Channel.WEB:
            raise _refused("a widget speaks on the channel web only; send that one")
        return named

    @property
    def may_begin(self) -> bool:
        """Whether the conversation begins under the id it names when there is none yet."""
        return self.claims is not None


async def _caller(request: Request, sent: Credential) -> Caller:
    """A customer id is believed from the holder of a key, and from this machine itself where that is switched on; a
    browser needs a token.

    On this machine whatever is no key or token of ours is ignored: OpenAI clients cannot be used without sending
    something.
    """
    app = services(request)
    if sent and sent.startswith(tokens.PREFIX):
        return await _with_token(request, app, sent)
    own = is_own_machine(request, app)
    if own and not (sent and sent.startswith(keys.PREFIX)):
        return Caller(app)
    return Caller(app, holder=await holder_of(request, app, sent))


async def _with_token(request: Request, app: Services, token: str) -> Caller:
    await count(app, "address", app.access.limits.address(request))
    signed = await run_in_threadpool(lambda: app.access.tokens)
    try:
        claims = signed.read(token, app.clock())
    except TokenRefused as error:
        raise unauthorized(str(error)) from None
    require_origin(request, claims)
    return Caller(app, claims=claims)


def require_origin(request: Request, claims: Claims) -> None:
    """Browsers name the page's site with every request but plain reads of the same site; it must be the token's.

    Raises:
        HTTPException: 403 when it is another.
    """
    sent = request.headers.get("origin")
    if sent is None and request.method in _SAFE:
        return
    if sent is None or origins.normal(sent) != claims.origin:
        raise _refused("this token was given to another site; get one for this site with POST /api/v1/widget/tokens")


async def speaker(request: Request) -> Caller:
    """Who speaks for a customer.

    Raises:
        HTTPException: 401 without a valid key or token, 403 for a key of another role or a token of another site, 429
            after too many requests.
    """
    return _may_speak(await _caller(request, credential(request)))


async def _speaker(caller: Annotated[Caller, Depends(_caller)]) -> Caller:
    return _may_speak(caller)


def _may_speak(caller: Caller) -> Caller:
    if caller.holder is not None:
        require(caller.holder, Role.APP)
    return caller


Speaker = Annotated[Caller, Depends(_speaker)]
"""Who may speak for a customer: of the keys those with the role app or admin."""
VisitorAccess = Depends(_caller)


def is_own_machine(request: Request, app: Services) -> bool:
    """Whether a request was made on this machine, for it, and may speak for anybody because of that.

    Only where that is switched on and customers come by no other address. A program names the host it calls, which is
    this machine's only when it is called directly: a page that had its name point here (DNS rebinding) names itself, a
    page of another site its origin, and a proxy adds headers.
    """
    settings = app.settings
    if not settings.open_loopback or settings.public_url is not None or not is_loopback(settings.serve_host):
        return False
    return called_directly(request)


def called_directly(request: Request) -> bool:
    """Whether a request names this machine as its host, no other site as its origin, and passed through no proxy."""
    headers = request.headers
    if any(name in _FORWARDED or name.startswith(_FORWARDED_FROM) for name in headers):
        return False
    named = [f"//{headers.get('host', '')}", *headers.getlist("origin")]
    return all(is_loopback(_host(name)) for name in named)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


@cache
def is_loopback(host: str) -> bool:
    """Whether an address to bind to is reachable from this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _required(customer_id: str | None) -> str:
    if customer_id is None:
        raise DataError("the request does not fit: customer_id: Field required without a widget token")
    return customer_id


def _refused(reason: str) -> HTTPException:
    return HTTPException(403, reason)
