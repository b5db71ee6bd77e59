"""Widget tokens."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from mhc_serving.schemas.fields import Body, CustomerId, Text


class TokenIn(Body):
    """What a widget token is wanted for: nothing for a visitor, `token` to renew one."""

    customer_id: CustomerId | None = Field(
        None, description="Your own id of the customer. Needs a key of the role app."
    )
    origin: Annotated[Text, Field(max_length=300)] | None = Field(
        None,
        description="The site that will use the token, when your own server asks for it.",
        examples=["https://example.com"],
    )
    token: Annotated[Text, Field(max_length=2000)] | None = Field(None, description="A token to renew.")
    new_conversation: bool = Field(False, description="Renew it for another conversation that starts anew.")

    @model_validator(mode="after")
    def _one_or_the_other(self) -> "TokenIn":
        if self.token is not None and (self.customer_id is not None or self.origin is not None):
            raise ValueError("a renewed token keeps its customer and its site; leave customer_id and origin out")
        if self.token is None and self.new_conversation:
            raise ValueError("a first token is for a new conversation anyway; leave new_conversation out")
        return self


class TokenOut(BaseModel):
    """A widget token, and what it allows."""

    token: str = Field(description="Send it as `Authorization: Bearer …`.")
    expires_at: datetime = Field(description="Renew it before then.")
    renewable_until: datetime = Field(description="A visitor may renew it until then; after that their visit is over.")
    customer_id: str = Field(description="The customer that it speaks for.")
    conversation_id: UUID = Field(description="The conversation it is for; the first message begins it.")


class WidgetOut(BaseModel):
    """What a chat shows before anything is said."""

    available: bool = Field(description="Whether the page that asks may use the chat.")
    title: str
    tagline: str
    starters: list[str] = Field(description="Questions to tap.")
    language: str = Field(description="What all of this is in: the browser's language, or English (BCP 47).")
    texts: dict[str, str] = Field(description="What the widget says itself, by its English; empty for English.")
    phone: str = Field(description="How else the business is reached.")
    email: str
