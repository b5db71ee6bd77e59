"""What goes in and out over HTTP. Every field says what it means: the API's pages at ``/docs`` are made of this."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.marks import Kind
from mhc_core.vocabulary import Channel, Decision, Intent

_NO_NUL = r"^[^\x00]*$"
CustomerId = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_NO_NUL),
    Field(
        description="Your own id of the customer. It ties conversations and ratings together.", examples=["web-7f3a"]
    ),
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=_NO_NUL)]


class _Body(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)


class ChatIn(_Body):
    """A customer's message."""

    message: Annotated[
        Text,
        Field(description="What the customer wrote.", examples=["How much for 8 adults and 4 kids, 45 miles away?"]),
    ]
    customer_id: CustomerId | None = Field(
        None, description="Your own id of the customer. Needed without a widget token, which says it itself."
    )
    channel: Annotated[Channel, Field(description="Where the customer wrote.", examples=["web"])]
    conversation_id: Annotated[
        UUID | None,
        Field(description="From the answer before, to go on with that conversation. Without it a new one starts."),
    ] = None


class TokenIn(_Body):
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
    customer_id: str = Field(description="The customer that it speaks for.")
    conversation_id: UUID = Field(description="The conversation it is for; the first message begins it.")


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
    model: str = Field(description="Version that answered; `tool/quote` and `rules/handover` are no models.")
    knowledge_version: str | None = Field(description="Knowledge version searched; null when none was.")
    cached: bool = Field(description="Whether the answer came from a cache.")
    latency_ms: float = Field(description="Time to make the answer, in milliseconds.")


class FeedbackIn(_Body):
    """A customer's rating of one answer: give at least one of vote, stars, helpful, accurate, comment."""

    message_id: UUID = Field(description="From the chat answer.")
    customer_id: CustomerId | None = Field(None, description="As in the chat. Needed without a widget token.")
    vote: Literal["up", "down"] | None = Field(None, description="Thumbs up or down.")
    stars: Annotated[int, Field(ge=1, le=5)] | None = Field(None, description="1 to 5 stars.")
    helpful: bool | None = Field(None, description="Did it help?")
    accurate: bool | None = Field(None, description="Was it right?")
    comment: Annotated[Text, Field(max_length=4000)] | None = Field(None, description="In the customer's own words.")


class FeedbackOut(BaseModel):
    """The rating as it stands: one for each customer and answer, what was said last counts."""

    feedback_id: UUID
    message_id: UUID
    vote: Literal["up", "down"] | None
    stars: int | None
    helpful: bool | None
    accurate: bool | None


class AgentFeedbackIn(_Body):
    """What one of our own people thinks of the assistant's part, of one answer or of the whole conversation."""

    conversation_id: UUID = Field(description="The conversation that was handed over.")
    message_id: UUID | None = Field(None, description="One of its answers. Without it the whole is meant.")
    good_job: bool = Field(description="Did the assistant do a good job?")
    accurate: bool | None = Field(None, description="Was what it said right?")
    comment: Annotated[Text, Field(max_length=4000)] | None = Field(None, description="What it should do better.")


class AgentFeedbackOut(BaseModel):
    """The rating as it stands: one for each of our people and thing rated, the latest counts."""

    feedback_id: UUID
    good_job: bool
    accurate: bool | None
    given_by: str = Field(description="Name of the key.")


class FeedbackFigures(BaseModel):
    """Counts over a group of ratings."""

    ratings: int = Field(description="How many ratings.")
    up: int = Field(description="Thumbs up.")
    down: int = Field(description="Thumbs down.")
    stars: float | None = Field(description="Average of the stars given; null when none were.")


class FeedbackStats(FeedbackFigures):
    """All ratings of a period, in sum and by day, channel and intent."""

    days: int
    since: datetime = Field(description="Start of the period, UTC.")
    approval: float | None = Field(description="Share of thumbs up among the votes, 0 to 1; null without votes.")
    helpful: int
    not_helpful: int
    accurate: int
    not_accurate: int
    comments: int = Field(description="Ratings with a comment.")
    by_day: dict[date, FeedbackFigures]
    by_channel: dict[str, FeedbackFigures]
    by_intent: dict[str, FeedbackFigures]
    by_model: dict[str, FeedbackFigures] = Field(description="By the model version that answered.")
    by_prompt: dict[str, FeedbackFigures] = Field(description="By the prompt version that answered.")
    by_knowledge: dict[str, FeedbackFigures] = Field(description="By the knowledge version that was searched.")
    agents: FeedbackFigures = Field(description="What our own agents said about the assistant; not in the other sums.")


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


class ReviewQueue(BaseModel):
    """The head of the queue."""

    pending: int = Field(description="Items waiting in all.")
    items: list[ReviewItemOut]


class ReviewIn(_Body):
    """A reviewer's decision."""

    decision: Decision = Field(description="`edit` needs `answer`; `skip` leaves the item in the queue.")
    answer: Annotated[Text, Field(max_length=8000)] | None = Field(None, description="The corrected answer.")
    reason: Annotated[Text, Field(max_length=1000)] | None = Field(None, description="A note for the record.")


class ReviewOut(BaseModel):
    """What was recorded."""

    item_id: int
    decision: Decision
    decided_by: str = Field(description="Name of the key that decided.")
    decided_at: datetime


class ErasureIn(_Body):
    """Whom to forget."""

    customer_id: Annotated[Text, Field(min_length=1, max_length=200)] = Field(
        description="The id that the customer's conversations carry.", examples=["cust-4711"]
    )


class ErasureOut(BaseModel):
    """A finished erasure."""

    customer_hash: str = Field(description="The salted hash that stands for the customer from now on.")
    finished_at: datetime
    certificate: dict[str, Any] = Field(description="What was done, with counts, hashes, versions; nothing personal.")


class MarkIn(_Body):
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


class ModelOut(BaseModel):
    """A recorded model version."""

    id: str
    provider: str
    base_model: str
    dataset_id: str | None
    cost_usd: Decimal
    created_at: datetime


class ModelsOut(BaseModel):
    """What answers now, and what there is."""

    live_model: str | None = Field(description="The promoted model; `knowledge-only` while none was promoted.")
    asked_in_order: list[str] = Field(description="Who is asked, the next when the one before fails.")
    knowledge_version: str | None
    problems: dict[str, str] = Field(description="What could not be loaded, by part.")
    versions: list[ModelOut]


class ArticleOut(BaseModel):
    """A knowledge article."""

    id: str = Field(examples=["KB-042"])
    title: str
    category: str
    tags: list[str]
    body: str = Field(description="Markdown.")
    updated_at: datetime


class Health(BaseModel):
    """The process runs."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Whether customers get answers: database, model and knowledge are there."""

    ready: bool
    model: str | None
    knowledge_version: str | None
    reasons: dict[str, str] = Field(description="What is missing, by part; empty when ready.")
    warnings: dict[str, str] = Field(description="What could not be updated while an older version goes on answering.")


class Problem(BaseModel):
    """An error in one sentence that ends with what to do next."""

    detail: str
