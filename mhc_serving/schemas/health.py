"""Whether the process runs and customers are answered."""

from typing import Literal

from pydantic import BaseModel, Field


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
