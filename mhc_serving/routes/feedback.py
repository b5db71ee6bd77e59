"""What customers say about answers: ``POST /api/v1/ai/feedback``, and the figures for staff."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query

from mhc_core.db.queries import ratings
from mhc_core.errors import DataError, NotFound
from mhc_core.vocabulary import FeedbackVia
from mhc_serving.deps import App, CustomerAccess, Staff
from mhc_serving.schemas import FeedbackFigures, FeedbackIn, FeedbackOut, FeedbackStats, Problem

router = APIRouter(prefix="/api/v1/ai/feedback", tags=["feedback"])


@router.post(
    "",
    summary="Rate an answer",
    dependencies=[CustomerAccess],
    responses={404: {"model": Problem, "description": "This customer was given no such answer."}},
)
def rate(said: FeedbackIn, app: App) -> FeedbackOut:
    """Keep a customer's rating of one answer. Sending it again changes nothing; a later rating replaces what it names
    and leaves the rest, so that a thumb and a comment may come one after the other."""
    rating = ratings.Rating(said.vote, said.stars, said.helpful, said.accurate, said.comment)
    if rating == ratings.Rating():
        raise DataError("the rating is empty; give at least one of vote, stars, helpful, accurate, comment")
    with app.engine.begin() as connection:
        rated = ratings.answer(connection, said.message_id, said.customer_id)
        if rated is None:
            raise NotFound("this customer was given no such answer; send the message_id of a chat answer")
        row = ratings.save(connection, rated, rating, FeedbackVia.CHAT, app.clock())
    return FeedbackOut(
        feedback_id=row.id,
        message_id=said.message_id,
        vote=row.vote,
        stars=row.stars,
        helpful=row.helpful,
        accurate=row.accurate,
    )


@router.get("/stats", summary="Ratings of the last days", tags=["staff"])
def stats(
    app: App, _: Staff, days: Annotated[int, Query(ge=1, le=366, description="Length of the period.")] = 7
) -> FeedbackStats:
    """All ratings that customers gave in the last days, imported ones included, and apart from them what our own
    agents said. Roles: agent, reviewer, admin."""
    since = app.clock() - timedelta(days=days)
    with app.engine.connect() as connection:
        total = ratings.totals(connection, since)
        agents = ratings.by_agents(connection, since)
        groups = ratings.by_group(connection, since)
    votes = total.up + total.down
    return FeedbackStats(
        days=days,
        since=since,
        approval=total.up / votes if votes else None,
        **_figures(total).model_dump(),
        helpful=total.helpful,
        not_helpful=total.not_helpful,
        accurate=total.accurate,
        not_accurate=total.not_accurate,
        comments=total.comments,
        agents=_figures(agents),
        by_day={date.fromisoformat(row.label): _figures(row) for row in groups if row.kind == "day"},
        by_channel=_of(groups, "channel"),
        by_intent=_of(groups, "intent"),
        by_model=_of(groups, "model"),
        by_prompt=_of(groups, "prompt"),
        by_knowledge=_of(groups, "knowledge"),
    )


def _of(groups: Sequence[Any], kind: str) -> dict[str, FeedbackFigures]:
    return {row.label: _figures(row) for row in groups if row.kind == kind}


def _figures(row: Any) -> FeedbackFigures:
    return FeedbackFigures(
        ratings=row.ratings, up=row.up, down=row.down, stars=None if row.stars is None else float(row.stars)
    )
