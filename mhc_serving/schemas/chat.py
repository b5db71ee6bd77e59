"""A message and its answer."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from mhc_core.vocabulary import Channel, Intent
from mhc_serving.schemas.fields import Body, CustomerId, Message


class ChatIn(Body):
    """A customer's message."""

    message: Annotated[
        Message,
        Field(
            description="What the customer wrote.",
            examples=["How much for 8 adults and 4 kids, 45 miles away?"],
        ),
    ]
    customer_id: CustomerId | None = Field(
        None, description="Your own id of the customer. Needed without a widget token, which says it itself."
    )
    channel: Annotated[Channel, Field(description="Where the customer wrote.", examples=["web"])]
    conversation_id: Annotated[
        UUID | None,
        Field(description="From the answer before, to go on with that conversation. Without it a new one starts."),
    ] = None


class Citation(BaseModel):
    """An article that an answer rests on."""

    id: str = Field(description="Article id; `GET /api/v1/knowledge/{id}` opens it.", examples=["KB-042"])
    title: str = Field(description="Its title.", examples=["Cancelling and refunds"])
    score: float = Field(description="How close the passage is to the question, 0 to 1.", examples=[0.74])


class ChatOut(BaseModel):
    """The answer, with what made it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "conversation_id": "5f0c2c1e-8a43-4c4f-9e0b-0a7a3c1f2d11",
                    "message_id": "b1a3d1de-52f2-4f7c-8f5d-2f2f8a0f6c77",
                    "answer": "Cancel 14 or more days before and you get everything back less a 10 % fee.",
                    "citations": [{"id": "KB-042", "title": "Cancelling and refunds", "score": 0.74}],
                    "intent": "policy",
                    "confidence": 0.86,
                    "escalated": False,
                    "choices": [],
                    "model": "local-3fd1a2b4c5d6e7f8",
                    "knowledge_version": "kb-51c0a7de",
                    "cached": False,
                    "latency_ms": 14.2,
                }
            ]
        }
    )

    conversation_id: UUID = Field(description="Send it with the next message of this conversation.")
    message_id: UUID = Field(description="The answer's id, for feedback.")
    answer: str = Field(description="What to show to the customer: plain text with line breaks.")
    citations: list[Citation] = Field(description="The articles the answer rests on, best first.")
    intent: Intent = Field(description="What the customer wants.")
    confidence: float = Field(description="Estimated probability that the answer is right, 0 to 1.")
    escalated: bool = Field(description="True when a person has taken over or is about to: the assistant stays silent.")
    choices: list[str] = Field(description="Messages that answer what was just asked, for buttons; often none.")
    model: str = Field(description="Version that answered; `tool/quote` and `rules/handover` are no models.")
    knowledge_version: str | None = Field(description="Knowledge version searched; null when none was.")
    cached: bool = Field(description="Whether the answer came from a cache.")
    latency_ms: float = Field(description="Time to make the answer, in milliseconds.")
