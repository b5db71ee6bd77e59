"""Erasures."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from mhc_serving.schemas.fields import Body, Text


class ErasureIn(Body):
    """Whom to forget."""

    customer_id: Annotated[Text, Field(min_length=1, max_length=200)] = Field(
        description="The id that the customer's conversations carry.", examples=["cust-4711"]
    )
    unknown: bool = Field(
        default=False,
        description="Also a customer of whom nothing is held: imports will not bring them in.",
    )


class ErasureOut(BaseModel):
    """A finished erasure."""

    customer_hash: str = Field(description="The salted hash that stands for the customer from now on.")
    finished_at: datetime
    certificate: dict[str, Any] = Field(description="What was done, with counts, hashes, versions; nothing personal.")
    inbox_files: list[str] = Field(description="Files in the inbox that still hold the customer: take the lines out.")
