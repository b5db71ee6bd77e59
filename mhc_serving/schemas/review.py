"""The review queue, decisions, and marks of what the scrubber missed or wrongly masked."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.marks import Kind
from mhc_core.vocabulary import Decision
from mhc_serving.schemas.fields import Body, Text


class ReviewItemOut(BaseModel):
    """A scrubbed example that waits for a reviewer, the most instructive first."""

    id: int
    priority: float = Field(description="Learning value: higher first.")
    reasons: list[str] = Field(description="Why it is worth a look.", examples=[["low_confidence"]])
    intent: str
    channel: str
    origin: str
    quality: float = Field(description="Score of the conversation it comes from, 0 to 1.")
    confidence: float | None
    vote: str | None
    context: list[dict[str, Any]] = Field(description="The turns before the question, scrubbed.")
    question: str
    answer: str
    version: str = Field(description="Give it back as `seen` with the decision.")


class ReviewQueue(BaseModel):
    """The head of the queue."""

    pending: int = Field(description="Items waiting in all, 5,000 at most.")
    items: list[ReviewItemOut]


class ReviewIn(Body):
    """A reviewer's decision."""

    decision: Decision = Field(description="`edit` needs `answer`; `skip` leaves the item in the queue.")
    answer: Annotated[Text, Field(max_length=8000)] | None = Field(None, description="The corrected answer.")
    reason: Annotated[Text, Field(max_length=1000)] | None = Field(None, description="A note for the record.")
    seen: Annotated[Text, Field(max_length=100)] | None = Field(
        None, description="`version` of the item as it was read: the decision is refused when it has changed since."
    )


class ReviewOut(BaseModel):
    """What was recorded."""

    item_id: int
    decision: Decision
    decided_by: str = Field(description="Name of the key that decided.")
    decided_at: datetime


class MarkIn(Body):
    """What a reviewer found in a raw message: its `text` where that is unique, else `start` and `end`."""

    message_id: UUID
    kind: Kind = Field(description="`missed`: personal data was not found. `wrong`: something harmless was masked.")
    type: PiiType = Field(description="What it is, or what it was wrongly taken for.")
    text: Annotated[Text, Field(max_length=500)] | None = Field(None, description="As it stands; not stored.")
    start: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = Field(None, description="In characters.")
    end: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(None, description="In characters, exclusive.")
    edited: bool = Field(False, description="The human edit of the message, not the message itself.")
    everywhere: bool = Field(False, description="Also put it on the deny (missed) or allow (wrong) list.")


class MarkOut(BaseModel):
    """A stored mark."""

    id: int
    start: int
    end: int
    listed: bool = Field(description="Whether the piece is on a list now.")
    withdrawn: int = Field(description="Examples switched off until they are scrubbed again.")
