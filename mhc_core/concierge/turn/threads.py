"""Which conversation a message belongs to: by its id, by the answer it follows, or by the transcript it comes with.

A client that keeps the transcript itself names no conversation. What the customer said so far does: each question is
stored with a digest of the client and the customer's messages up to it. Going on from the newest question continues a
conversation with all that is stored; going on from an earlier one (the customer edited a message, or wants another
answer) stays in the same conversation, but reads only what the client shows.

Anybody can guess how a conversation began. So where nobody vouches for who the customer is, only a transcript that
shows all that was said goes on in a conversation, and none goes back in one: who guesses gets no more than they had.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from mhc_core.concierge.agents import context
from mhc_core.concierge.guards import history
from mhc_core.db.queries import serving as queries
from mhc_core.db.queries.serving import OpenConversation, StoredTurn
from mhc_core.errors import NotFound
from mhc_core.vocabulary import Channel

THREAD = "thread"
"""Name of the digest among the notes of a question."""
AGAIN = timedelta(minutes=10)
"""A known customer whose first message comes a second time within this asks for another answer."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message says it belongs.

    Args:
        client: who keeps the transcript: it finds only conversations of the same client.
        transcript: the turns before the message, oldest first, where the client keeps them.
        follows: the answer that the message follows.
        vouched: the client showed that it may say who the customer is.
    """

    customer_id: str | None
    channel: Channel
    conversation_id: UUID | None = None
    client: str = ""
    transcript: Sequence[StoredTurn] = ()
    follows: UUID | None = None
    vouched: bool = True

    @property
    def certain(self) -> bool:
        """Whether the customer is known for sure."""
        return self.vouched and self.customer_id is not None

    @property
    def new(self) -> bool:
        """Whether nothing is said of a conversation that the message may belong to."""
        known = self.conversation_id or self.follows or self.transcript
        return not known and not (self.client and self.customer_id is not None)


def digest(place: Place, message: str | None) -> str:
    """The customer's messages of a transcript as one value, with ``message`` as the last where there is one."""
    said = [turn.content for turn in place.transcript if turn.role == "user"]
    parts = [place.client, *said, *([message] if message is not None else [])]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def find(connection: sa.Connection, place: Place, message: str, now: datetime) -> OpenConversation | None:
    """The conversation that goes on, with the turns and facts to go on from; None where a new one begins.

    Raises:
        NotFound: the answer that is followed is not known.
    """
    if place.conversation_id is not None:
        return _opened(connection, place, place.conversation_id)
    if place.follows is not None:
        return _followed(connection, place, place.follows)
    about, since = (digest(place, None), None) if place.transcript else (digest(place, message), now - AGAIN)
    known = queries.thread(connection, place.customer_id, place.channel, about, since, back=place.certain)
    found = _opened(connection, place, known.conversation_id) if known is not None else None
    if found is None or known is None:
        return None
    if place.transcript and not place.certain and not _all_shown(found.turns, place.transcript):
        return None
    if known.newest and place.transcript:
        return replace(found, turns=_shown(found.turns, place.transcript))
    return replace(found, turns=history.from_client(place.transcript, found.turns), facts=None)


def _shown(stored: Sequence[StoredTurn], transcript: Sequence[StoredTurn]) -> tuple[StoredTurn, ...]:
    """The stored turns without those that the customer took back: of each question the last that was asked."""
    said = [turn.content for turn in transcript if turn.role == "user"]
    kept: list[StoredTurn] = []
    after: list[StoredTurn] = []
    for turn in reversed(stored):
        after.append(turn)
        if turn.role == "user":
            if said and turn.content == said[-1]:
                said.pop()
                kept += after
            after = []
    return tuple(reversed(kept))


def _all_shown(stored: Sequence[StoredTurn], transcript: Sequence[StoredTurn]) -> bool:
    """Whether the transcript ends with all that was said, as it was said; an answer may have been cut by the client."""
    if len(stored) > len(transcript) or any(turn.role == "agent" for turn in stored):
        return False
    return all(
        one.role == other.role and bool(other.content) and one.content.startswith(other.content)
        for one, other in zip(stored, transcript[len(transcript) - len(stored) :], strict=True)
    )


def _followed(connection: sa.Connection, place: Place, answer_id: UUID) -> OpenConversation:
    known = queries.answered(connection, answer_id, place.customer_id)
    if known is None:
        raise NotFound("there is no such response of this customer; send the items of the conversation instead")
    if known.newest:
        found = _opened(connection, place, known.conversation_id)
    else:
        found = _opened(connection, place, known.conversation_id, known.position)
    if found is None:
        raise NotFound("there is no such response of this customer; send the items of the conversation instead")
    return found


def _opened(
    connection: sa.Connection, place: Place, conversation_id: UUID, until: int | None = None
) -> OpenConversation | None:
    return queries.conversation(connection, conversation_id, place.customer_id, place.channel, context.TURNS, until)
