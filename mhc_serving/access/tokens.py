"""Widget tokens: with one, a browser speaks for one customer, in one conversation, from one site, for a few minutes.

A token is signed by itsdangerous (HMAC-SHA256) and carries all that it allows; nothing is stored. The conversation's id
is chosen with the token, before the conversation exists, so no other id is ever accepted from its holder.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from itsdangerous import BadData, URLSafeSerializer

from mhc_core.signing import SigningKeys, given

PREFIX = "mhct_"
LIFETIME = timedelta(minutes=15)
RENEWABLE = timedelta(hours=24)
"""How long after the first token a visitor without an account may ask for another one."""


class TokenRefused(Exception):
    """The token was not made here, or its time is over. The message says what to do next."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token allows.

    Args:
        origin: the site it was given to, such as ``https://example.com``.
        anonymous: the customer has no id of their own: the token's id was drawn for this visit.
        since: when the first token of this visit was given.
        until: from then on the token is refused.
    """

    origin: str
    customer_id: str
    conversation_id: UUID
    anonymous: bool
    since: datetime
    until: datetime


class Tokens:
    """Makes and reads the tokens of one installation.

    Several keys are accepted at a time, so that one can be replaced in peace.
    """

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys

    def issue(self, origin: str, customer_id: str | None, now: datetime) -> tuple[str, Claims]:
        """A token for a new conversation, of this customer or of a visitor who is nobody else."""
        customer = customer_id or f"visitor-{uuid4()}"
        return self._signed(now, Claims(origin, customer, uuid4(), customer_id is None, now, now + LIFETIME))

    def renew(self, claims: Claims, now: datetime, *, new_conversation: bool) -> tuple[str, Claims]:
        """A token that allows the same from now on, in a new conversation if asked for."""
        conversation_id = uuid4() if new_conversation else claims.conversation_id
        return self._signed(now, replace(claims, conversation_id=conversation_id, until=now + LIFETIME))

    def read(self, token: str, now: datetime) -> Claims:
        """What this token allows now.

        Raises:
            TokenRefused: it was not made here, or its time is over.
        """
        claims = self._claims(token, now)
        if now >= claims.until:
            raise TokenRefused("this widget token has expired; renew it with POST /api/v1/widget/tokens")
        return claims

    def read_for_renewal(self, token: str, now: datetime) -> Claims:
        """What this token allowed, also when its time is over but its visit's is not.

        Raises:
            TokenRefused: it was not made here, or the visit is over.
        """
        claims = self._claims(token, now)
        if now >= claims.since + RENEWABLE:
            raise TokenRefused("this visit is over; ask for a new widget token without the old one")
        return claims

    def _signed(self, now: datetime, claims: Claims) -> tuple[str, Claims]:
        since, until = int(claims.since.timestamp()), int(claims.until.timestamp())
        payload = [claims.origin, claims.customer_id, claims.conversation_id.hex, claims.anonymous, since, until]
        return PREFIX + self._signer(now).dumps(payload), replace(claims, since=_moment(since), until=_moment(until))

    def _claims(self, token: str, now: datetime) -> Claims:
        try:
            payload = self._signer(now).loads(token.removeprefix(PREFIX))
        except (BadData, UnicodeError):
            raise TokenRefused("this is no widget token of ours; get one with POST /api/v1/widget/tokens") from None
        origin, customer_id, conversation_id, anonymous, since, until = payload
        return Claims(origin, customer_id, UUID(conversation_id), anonymous, _moment(since), _moment(until))

    def _signer(self, now: datetime) -> URLSafeSerializer:
        return URLSafeSerializer(self._keys.at(now), salt="mhc.widget", signer_kwargs={"digest_method": hashlib.sha256})


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def keys(salt: bytes, secrets: str | None) -> SigningKeys:
    """The keys of an installation."""
    return SigningKeys(given(secrets), salt, "widget tokens", timedelta(days=1), RENEWABLE)
