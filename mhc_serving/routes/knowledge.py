"""``GET /api/v1/knowledge/{id}``: opens the article that an answer cites."""

from typing import Annotated

from fastapi import APIRouter, Path

from mhc_core.db.queries import knowledge as queries
from mhc_core.errors import NotFound
from mhc_serving.access.callers import VisitorAccess
from mhc_serving.access.deps import App
from mhc_serving.schemas.knowledge import ArticleOut
from mhc_serving.schemas.problem import Problem

router = APIRouter(prefix="/api/v1/knowledge", tags=["knowledge"], dependencies=[VisitorAccess])


@router.get(
    "/{article_id}",
    summary="Open an article",
    responses={404: {"model": Problem, "description": "There is no such article, or it was taken down."}},
)
def article(
    article_id: Annotated[str, Path(max_length=100, pattern=r"^[^\x00]+$", examples=["KB-042"])], app: App
) -> ArticleOut:
    """One article as it is now. Learned articles hold scrubbed text only."""
    with app.engine.connect() as connection:
        row = queries.article(connection, article_id)
    if row is None or not row.active:
        raise NotFound("there is no such article; it may have been taken down since it was cited")
    return ArticleOut.model_validate(row._asdict(), extra="ignore")
