"""Whether the process runs and customers are answered."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from mhc_core.vocabulary import IncidentKind


class Health(BaseModel):
    """The process runs."""

    status: Literal["ok"] = "ok"


class Degradation(BaseModel):
    """Something in the pipeline that is wrong while customers are answered."""

    kind: IncidentKind
    subject: str = Field(description="The job, check, asset or process.")
    since: datetime = Field(description="When it was noticed first, or the last sign of life.")


class Readiness(BaseModel):
    """Whether customers get answers: database, model and knowledge are there."""

    ready: bool
    model: str | None
    knowledge_version: str | None
    reasons: dict[str, str] = Field(description="What is missing, by part; empty when ready.")
    warnings: dict[str, str] = Field(description="What could not be updated while an older version goes on answering.")
    degraded: list[Degradation] = Field(
        description="What is wrong with the pipeline; customers are answered all the same."
    )
