"""What goes in and out where people and the assistant share a conversation."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mhc_core.vocabulary import HandoverState
from mhc_serving.schemas.fields import Text


class HandoverOut(BaseModel):
    """A conversation at a person. It names no customer and holds no words."""

    id: int
    conversation_id: UUID
    state: HandoverState = Field(description="`waiting` and `claimed` are open; the assistant is silent meanwhile.")
    reason: str | None = Field(description="Why it was handed over; null once its retention is over.")
    queue: str = Field(description="The people it waits for.", examples=["support"])
    urgent: bool
    opened_at: datetime = Field(description="UTC.")
    claimed_by: str | None = Field(description="Name of the key of who has it.")
    claimed_at: datetime | None
    closed_at: datetime | None


class HandoverQueue(BaseModel):
    """Open hand-overs: urgent ones first, then the longest waiting."""

    items: list[HandoverOut]


class SaidOut(BaseModel):
    """One turn of a conversation."""

    id: UUID
    who: Literal["customer", "assistant", "person", "system"] = Field(description="Who says it.")
    text: str
    sent_at: datetime = Field(description="UTC.")


class StaffSaidOut(SaidOut):
    """One turn, with the name of the person who wrote it."""

    by: str | None = Field(description="Name of the key of the person who wrote it; null for all others.")


class HandoverDetail(BaseModel):
    """A hand-over with what was said, for the person who takes it."""

    handover: HandoverOut
    messages: list[StaffSaidOut] = Field(description="Oldest first.")


class ReplyIn(BaseModel):
    """A person's words to the customer."""

    model_config = ConfigDict(hide_input_in_errors=True)

    text: Annotated[Text, Field(max_length=4000, description="Plain text, as the customer reads it.")]


class ReplyOut(BaseModel):
    """The reply as stored."""

    message_id: UUID


class ConversationOut(BaseModel):
    """A customer's own conversation, or what is new in it."""

    conversation_id: UUID
    at_a_person: bool = Field(description="A person has the conversation, so the assistant is silent.")
    messages: list[SaidOut] = Field(description="Oldest first; ask again with the last one's id as `after`.")
    choices: list[str] = Field(description="Messages that answer the last of these, for buttons; often none.")
