"""What staff read of a candidate's way to production."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from mhc_core.vocabulary import Intent, RolloutStatus


class LookOut(BaseModel):
    """One look at customers' outcomes. Gain: candidate minus control of the composite per customer, 0..1."""

    looked_at: datetime
    share: int = Field(description="Percent of customers who were given the candidate then.")
    decision: str
    candidates: int = Field(description="Customers met so far who are given the candidate.")
    controls: int
    gain: float
    low: float | None = Field(description="Lower bound, right at all looks together; none with too few customers.")
    high: float | None


class RolloutDecisionOut(BaseModel):
    """What was decided, by whom, on which numbers."""

    action: str
    decided_by: str
    decided_at: datetime
    evidence: dict[str, Any]


class ReadinessOut(BaseModel):
    """What the shadow says of one intent."""

    intent: Intent
    ready: bool
    pairs: int = Field(description="Turns that the candidate answered unseen beside the answer shown.")
    similarity: float = Field(description="Mean cosine of both answers.")
    agreeing: float = Field(description="Share of pairs that say the same.")
    candidate_confidence: float
    shown_confidence: float
    blocking: list[str] = Field(description="Why customers are not given it for this intent.")


class ServerOut(BaseModel):
    """What the server that answers knows of the candidate under way."""

    problem: str | None = Field(description="Why it can not be loaded; production answers meanwhile.")
    shadow: dict[str, int] = Field(description="Turns compared, dropped and failed in the shadow since it started.")


class RolloutOut(BaseModel):
    """The way of one candidate to production."""

    id: int
    model: str
    control: str | None = Field(description="The production model it is compared with.")
    status: RolloutStatus
    share: int = Field(description="Percent of customers who are given it.")
    holdback: int = Field(description="Percent who keep the former model in the last stage.")
    intents: list[Intent] | None = Field(description="The only ones it answers; none: all.")
    approved_by: str | None
    started_at: datetime | None
    stage_started_at: datetime | None
    deadline: datetime | None
    killed_at: datetime | None
    reasons: list[str] = Field(description="The newest look in words.")
    numbers: dict[str, Any] = Field(description="The newest look in numbers: each metric with its bounds.")
    looks: list[LookOut] = Field(description="Oldest first: the difference with its confidence sequence over time.")
    decisions: list[RolloutDecisionOut]
    readiness: list[ReadinessOut]
    server: ServerOut
