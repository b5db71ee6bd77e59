"""Ratings, and the figures made of them."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from mhc_serving.schemas.fields import Body, CustomerId, Text


class FeedbackIn(Body):
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


class AgentFeedbackIn(Body):
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
    disliked: int = Field(
        description="Ratings with a dislike of any kind: a thumb down, one or two stars, not helpful, not accurate, "
        "or a comment that complains."
    )
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
