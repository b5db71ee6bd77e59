"""What goes into one turn and what comes out of it before it is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mhc_core.concierge.agents.reply import Reply
from mhc_core.concierge.facts.memory import Facts
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.db.queries.turns import CachedAnswer
from mhc_core.pseudonyms import subject
from mhc_core.response_cache.cache import CacheCandidate
from mhc_core.rollout.assignment import RolloutExposure


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """A message with what is stored of its conversation.

    ``turns`` come before it, oldest first. ``stored`` are the conversation's facts, None where the turns are all that
    is known. With ``bypass_cache`` no remembered and no cached answer is given. ``results`` came from functions of the
    client that were called for the message.
    """

    message: str
    turns: Sequence[StoredTurn]
    stored: Facts | None
    conversation_id: UUID
    now: datetime
    customer_id: str | None = None
    bypass_cache: bool = False
    results: tuple[str, ...] = ()

    @property
    def customer(self) -> str:
        """Who asks, or the conversation where that is not known."""
        return subject(self.customer_id, self.conversation_id)

    @property
    def first(self) -> bool:
        """Whether nothing is known of the conversation but this message."""
        return not self.turns and self.stored is None


@dataclass(frozen=True, slots=True)
class TurnResult:
    """A reply that may be given, with what is stored beside it.

    ``cached`` is set when the reply is an answer cached from another customer's question, ``candidate`` when it may
    become one, ``exposure`` when a model on trial could have answered. ``reading`` is how the message was read
    (``understanding.notes``).
    """

    reply: Reply
    cached: CachedAnswer | None = None
    candidate: CacheCandidate | None = None
    exposure: RolloutExposure | None = None
    reading: Mapping[str, Any] | None = None
