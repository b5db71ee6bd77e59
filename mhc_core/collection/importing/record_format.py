"""The shape of an incoming conversation record. Keys it does not name are allowed and kept."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from mhc_core.collection.importing.fields import (
    ChannelName,
    Content,
    Flag,
    Key,
    Label,
    Moment,
    Position,
    Role,
    Share,
    Stars,
    Usd,
    VoteText,
)
from mhc_core.vocabulary import Consent, ConversationStatus, Decision

MAX_MESSAGES = 10_000  # of one conversation


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow")


class Given(_Part):
    """Feedback as it comes: on a message, on a conversation, or as a record of its own."""

    id: Label = None
    vote: VoteText = None
    stars: Stars = None
    helpful: Flag = None
    accurate: Flag = None
    comment: str | None = None
    at: Moment = None

    def says_something(self) -> bool:
        return any(
            part is not None for part in (self.vote, self.stars, self.helpful, self.accurate, self.comment or None)
        )


class Edit(_Part):
    """What a person put in the place of an answer."""

    content: str = Field(min_length=1)
    reason: str | None = None
    by: Label = None
    at: Moment = None


class Review(_Part):
    """A reviewer's decision that comes with the data."""

    decision: Decision
    answer: str | None = None
    reason: str | None = None
    by: Label = None
    at: Moment = None


class Escalation(_Part):
    """When, why and to whom a conversation was handed over."""

    reason: str | None = None
    agent_id: Label = None
    at: Moment = None


class Message(_Part):
    """One turn."""

    role: Role
    content: Content = ""
    timestamp: Moment = None
    position: Position = None
    intent: Any = None
    confidence: Share = None
    model: Label = None
    edit: Edit | None = None
    feedback: Given | None = None
    review: Review | None = None
    heard: Share = None


class Call(_Part):
    """That a conversation was a recorded call, what was agreed to, and how its words were heard."""

    consent: Consent | None = None
    consent_wording: str | None = Field(None, max_length=2_000)
    speakers: Literal["channel", "label", "turns"] = "label"
    confidence: Share = None
    recogniser: Label = None
    audio_sha256: str | None = Field(None, pattern="^[0-9a-f]{64}$")
    audio_seconds: float | None = Field(None, ge=0, allow_inf_nan=False)


class Record(_Part):
    """One conversation with all that is known about it."""

    id: Key
    source: Label = None
    channel: ChannelName = Field(None, validate_default=True)
    customer_id: Label = None
    agent_id: Label = None
    thread_id: Label = None
    started_at: Moment = None
    messages: list[Message] = Field(min_length=1, max_length=MAX_MESSAGES)
    status: ConversationStatus | None = None
    intent: Any = None
    outcome: Any = None
    escalation: Escalation | None = None
    booking_value_usd: Usd = None
    feedback: Given | None = None
    satisfaction: Any = None
    call: Call | None = None
    meta: dict[str, Any] | None = None
