"""What customers say about answers: ``POST /api/v1/ai/feedback``, and the figures for staff."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query

from mhc_core.db.queries import ratings
from mhc_core.errors import DataError, NotFound
from mhc_core.response_cache import cache as response_cache
from mhc_core.vocabulary import FeedbackVia
from mhc_serving.access.callers import Speaker
from mhc_serving.access.deps import App, Staff
from mhc_serving.schemas.feedback import (
    AgentFeedbackIn,
    AgentFeedbackOut,
    FeedbackFigures,
    FeedbackIn,
    FeedbackOut,
    FeedbackStats,
)
from mhc_serving.schemas.problem import Problem

router = APIRouter(prefix="/api/v1/ai/feedback", tags=["feedback"])


@router.post(
    "",
    summary="Rate an answer",
    responses={
        403: {"model": Problem, "description": "The widget token is for another customer, conversation or site."},
        404: {"model": Problem, "description": "This customer was given no such answer."},
    },
)
def rate(said: FeedbackIn, app: App, caller: Speaker) -> FeedbackOut:
    """Keep a customer's rating of one answer. Sending it again changes nothing; a later rating replaces what it names
    and leaves the rest, so that a thumb and a comment may come one after the other."""
    rating = ratings.Rating(said.vote, said.stars, said.helpful, said.accurate, said.comment)
    if rating == ratings.Rating():
        raise DataError("the rating is empty; give at least one of vote, stars, helpful, accurate, comment")
    customer_id = caller.known_speaker(said.customer_id)
    with app.engine.begin() as connection:
        rated = ratings.answer(connection, said.message_id, customer_id)
        caller.require_own(rated.conversation_id if rated else None)
        if rated is None:
            raise NotFound("this customer was given no such answer; send the message_id of a chat answer")
        row = ratings.save(connection, rated, rating, FeedbackVia.CHAT, app.clock())
        response_cache.rated(connection, rated.message_id, row.verdict, app.clock())
    return FeedbackOut(
        feedback_id=row.id,
        message_id=said.message_id,
        vote=row.vote,
        stars=row.stars,
        helpful=row.helpful,
        accurate=row.accurate,
    )


@router.post(
    "/agent",
    summary="Did the assistant do a good job?",
    tags=["staff"],
    responses={404: {"model": Problem, "description": "No such conversation, or no such answer in it."}},
)
def rate_as_agent(said: AgentFeedbackIn, app: App, agent: Staff) -> AgentFeedbackOut:
    """Keep what one of our own people says about the assistant, under the name of their key. It is counted apart from
    what customers say. Roles: agent, reviewer, admin."""
    rating = ratings.Rating("up" if said.good_job else "down", accurate=said.accurate, comment=said.comment)
    with app.engine.begin() as connection:
        rated = (
            ratings.answer(connection, said.message_id)
            if said.message_id
            else ratings.whole(connection, said.conversation_id)
        )
        if rated is None or rated.conversation_id != said.conversation_id:
            raise NotFound("there is no such answer in this conversation; send ids that belong together")
        row = ratings.save(connection, rated, rating, FeedbackVia.AGENT, app.clock(), by=agent.name)
        response_cache.rated(connection, rated.message_id, row.verdict, app.clock())
    return AgentFeedbackOut(feedback_id=row.id, good_job=row.vote == "up", accurate=row.accurate, given_by=agent.name)


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
        ratings=row.ratings,
        up=row.up,
        down=row.down,
        disliked=row.disliked,
        stars=None if row.stars is None else float(row.stars),
    )
