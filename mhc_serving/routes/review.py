"""The review queue over HTTP: look at its head, decide an item. For reviewers."""

from typing import TYPE_CHECKING, Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Path, Query

from mhc_core.db.queries import review as queries
from mhc_core.review import decisions
from mhc_core.scrubbing import marks
from mhc_core.settings import Settings
from mhc_serving.access.deps import App, Reviewer
from mhc_serving.schemas.problem import Problem
from mhc_serving.schemas.review import MarkIn, MarkOut, ReviewIn, ReviewItemOut, ReviewOut, ReviewQueue

if TYPE_CHECKING:
    from mhc_core.scrubbing import Scrubber

router = APIRouter(prefix="/api/v1/review", tags=["staff"])


@router.get("", summary="The most instructive examples that wait")
def queue(app: App, _: Reviewer, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> ReviewQueue:
    """The head of the queue, ordered by what a decision would teach. Scrubbed text only. Roles: reviewer, admin."""
    with app.engine.connect() as connection:
        items = queries.queue(connection, limit)
        pending = queries.length(connection)
    return ReviewQueue(
        pending=pending,
        items=[ReviewItemOut.model_validate(item._asdict(), extra="ignore") for item in items],
    )


@router.post(
    "/marks",
    summary="Mark what the scrubber missed or wrongly masked",
    responses={
        404: {"model": Problem, "description": "No such message."},
        422: {"model": Problem, "description": "The piece is not in the message, or in it more than once."},
    },
)
def mark(marked: MarkIn, app: App, reviewer: Reviewer) -> MarkOut:
    """Keep a mark on a raw message as offsets, never as text. What was missed is taken out when the conversation is
    scrubbed next; `everywhere` puts it on the deny or allow list of all conversations. Roles: reviewer, admin."""
    with app.engine.begin() as connection:
        marking = marks.Marking(
            marked.message_id,
            marked.kind,
            marked.type,
            marked.text,
            marked.start,
            marked.end,
            marked.edited,
            marked.everywhere,
        )
        stored = marks.mark(connection, marking, reviewer.name, app.clock())
    return MarkOut(**stored._asdict())


@router.post(
    "/{item_id}",
    summary="Decide an example",
    responses={
        404: {"model": Problem, "description": "No such item."},
        409: {
            "model": Problem,
            "description": "The example was merged into another one, or somebody decided meanwhile.",
        },
        422: {"model": Problem, "description": "An edit without its answer, or with account numbers in it."},
    },
)
def decide(
    item_id: Annotated[int, Path(ge=1, le=2**63 - 1)], decided: ReviewIn, app: App, reviewer: Reviewer
) -> ReviewOut:
    """Record a decision with the key's name and the time. A later decision replaces it; all are kept.
    Roles: reviewer, admin."""
    now = app.clock()
    with app.engine.begin() as connection:
        decisions.decide(
            connection,
            item_id,
            decided.decision,
            reviewer.name,
            now,
            lambda: _scrubber(connection, app.settings),
            edited_answer=decided.answer,
            reason=decided.reason,
            seen=decided.seen,
        )
    return ReviewOut(item_id=item_id, decision=decided.decision, decided_by=reviewer.name, decided_at=now)


def _scrubber(connection: sa.Connection, settings: Settings) -> "Scrubber":
    from mhc_core.scrubbing import loading

    return loading.scrubber(connection, settings)
