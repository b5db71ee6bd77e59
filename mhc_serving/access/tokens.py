"""Widget tokens: with one, a browser speaks for one customer, in one conversation, from one site, for a few minutes.

A token is signed by itsdangerous (HMAC-SHA256) and carries all that it allows; nothing is stored. The conversation's id
is chosen with the token, before the conversation exists, so no other id is ever accepted from its holder.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from itsdangerous import BadData, URLSafeSerializer

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

    Args:
        secrets: oldest first. The last one signs; all of them are accepted, so that one can be replaced in peace.
    """

    def __init__(self, secrets: Sequence[bytes]) -> None:
        self._signer = URLSafeSerializer(
            list(secrets), salt="mhc.widget", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def issue(self, origin: str, customer_id: str | None, now: datetime) -> tuple[str, Claims]:
        """A token for a new conversation, of this customer or of a visitor who is nobody else."""
        customer = customer_id or f"visitor-{uuid4()}"
        return self._signed(Claims(origin, customer, uuid4(), customer_id is None, now, now + LIFETIME))

    def renew(self, claims: Claims, now: datetime, *, new_conversation: bool) -> tuple[str, Claims]:
        """A token that allows the same from now on, in a new conversation if asked for."""
        conversation_id = uuid4() if new_conversation else claims.conversation_id
        return self._signed(replace(claims, conversation_id=conversation_id, until=now + LIFETIME))

    def read(self, token: str, now: datetime) -> Claims:
        """What this token allows now.

        Raises:
            TokenRefused: it was not made here, or its time is over.
        """
        claims = self._claims(token)
        if now >= claims.until:
            raise TokenRefused("this widget token has expired; renew it with POST /api/v1/widget/tokens")
        return claims

    def read_for_renewal(self, token: str, now: datetime) -> Claims:
        """What this token allowed, also when its time is over but its visit's is not.

        Raises:
            TokenRefused: it was not made here, or the visit is over.
        """
        claims = self._claims(token)
        if now >= claims.since + RENEWABLE:
            raise TokenRefused("this visit is over; ask for a new widget token without the old one")
        return claims

    def _signed(self, claims: Claims) -> tuple[str, Claims]:
        since, until = int(claims.since.timestamp()), int(claims.until.timestamp())
        payload = [claims.origin, claims.customer_id, claims.conversation_id.hex, claims.anonymous, since, until]
        return PREFIX + self._signer.dumps(payload), replace(claims, since=_moment(since), until=_moment(until))

    def _claims(self, token: str) -> Claims:
        try:
            payload = self._signer.loads(token.removeprefix(PREFIX))
        except (BadData, UnicodeError):
            raise TokenRefused("this is no widget token of ours; get one with POST /api/v1/widget/tokens") from None
        origin, customer_id, conversation_id, anonymous, since, until = payload
        return Claims(origin, customer_id, UUID(conversation_id), anonymous, _moment(since), _moment(until))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def derived(salt: bytes) -> bytes:
    """The signing secret of an installation that names none: made from its salt, and telling nothing about it."""
    return hashlib.blake2b(b"widget tokens", key=salt, digest_size=32).digest()
