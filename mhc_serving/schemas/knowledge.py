"""Articles."""

from datetime import datetime

from pydantic import BaseModel, Field


class ArticleOut(BaseModel):
    """A knowledge article."""

    id: str = Field(examples=["KB-042"])
    title: str
    category: str
    tags: list[str]
    body: str = Field(description="Markdown.")
    updated_at: datetime
