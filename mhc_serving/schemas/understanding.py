"""How messages were read, and how they should have been."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from mhc_core.understanding.correcting import FORMAT
from mhc_serving.schemas.fields import Body, Text


class ReadingOut(BaseModel):
    """A message with the labels that the model gave it. Scrubbed."""

    message_id: UUID
    conversation_id: UUID
    sent_at: datetime
    text: str = Field(description="The message.")
    line: str = Field(
        description=f"The message as it was read, to be corrected: `{FORMAT}`.",
        examples=["inform/book: [adults:14 adults] on [date:june 14]"],
    )
    model: str | None = Field(description="The version of understanding that read it; null where none did.")
    confidence: float | None = Field(description="Probability of the least certain part, 0 to 1.")
    why: str | None = Field(
        description="`handover_not_needed`, `customer_corrected` or `low_confidence`; null where nothing is suspicious."
    )


class ReadingList(BaseModel):
    """Readings worth a look, the most telling first."""

    items: list[ReadingOut]


class CorrectionIn(Body):
    """How a message should be read."""

    line: Annotated[Text, Field(max_length=8000)] = Field(
        description=f"All words of the message with other labels, or with the same ones to confirm them: `{FORMAT}`."
    )


class CorrectionOut(BaseModel):
    """A stored correction."""

    message_id: UUID
    line: str = Field(description="As it is kept: what names somebody is masked.")
    corrected_by: str = Field(description="Name of the key.")
    corrected_at: datetime
