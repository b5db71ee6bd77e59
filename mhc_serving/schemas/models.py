"""Models that answer."""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, Field


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
