"""Signed links with which a customer rates an answer, or a party, out of an e-mail.

A link names the message or the conversation, never the customer; its token says how long it works and that it was made
here. The signature is itsdangerous's HMAC-SHA256 under keys of their own (``signing``), with another one for each
purpose, so that a survey link cannot be turned into a vote.
"""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal
from urllib.parse import urlencode
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from mhc_core.errors import Conflict, NotFound
from mhc_core.signing import SigningKeys, given

_PERIOD = timedelta(days=30)
Vote = Literal["up", "down"]


class Purpose(StrEnum):
    """What a link is for."""

    VOTE = "vote"
    SURVEY = "survey"


def keys(salt: bytes, secrets: str | None, days: int) -> SigningKeys:
    """The keys of an installation. Links of earlier versions are signed by its salt."""
    return SigningKeys(given(secrets), salt, "feedback links", _PERIOD, timedelta(days=days), former=[salt])


class LinkExpired(Conflict):
    """The link was made here, and its time is over."""


class LinkForged(NotFound):
    """The link was not made here, or not all of it arrived."""


class FeedbackLinks:
    """Makes links to this installation and checks the tokens of those that come back."""

    def __init__(self, keys: SigningKeys, address: str, days: int) -> None:
        self._keys = keys
        self._feedback = f"{address}/api/v1/ai/feedback"
        self._valid = timedelta(days=days)

    def vote(self, message_id: UUID, vote: Vote, now: datetime) -> str:
        """Where a customer says that an answer helped or did not."""
        query = {"id": str(message_id), "vote": vote, "token": self.token(Purpose.VOTE, message_id, now)}
        return f"{self._feedback}?{urlencode(query)}"

    def survey(self, conversation_id: UUID, now: datetime) -> str:
        """Where a customer says how it went, with stars and in words, after the booking."""
        query = {"id": str(conversation_id), "token": self.token(Purpose.SURVEY, conversation_id, now)}
        return f"{self._feedback}/survey?{urlencode(query)}"

    def token(self, purpose: Purpose, subject: UUID, now: datetime) -> str:
        """What proves that a link about ``subject`` was made here; good for the days given at the start."""
        return self._signer(purpose, now).dumps([subject.hex, int((now + self._valid).timestamp())])

    def check(self, purpose: Purpose, subject: UUID, token: str, now: datetime) -> None:
        """Accept a token for this purpose and subject.

        Raises:
            LinkExpired: its time is over.
            LinkForged: it was made for something else, or not here.
        """
        try:
            named, until = self._signer(purpose, now).loads(token)
        except (BadData, UnicodeError):
            named, until = None, 0
        if named != subject.hex:
            raise LinkForged("this link is not complete; open it from the e-mail again")
        if now.timestamp() >= until:
            raise LinkExpired("this link is too old; write to us instead")

    def _signer(self, purpose: Purpose, now: datetime) -> URLSafeSerializer:
        return URLSafeSerializer(
            self._keys.at(now), salt=f"mhc.feedback.{purpose}", signer_kwargs={"digest_method": hashlib.sha256}
        )
