"""The review queue over HTTP: look at its head, decide an item. For reviewers."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Query

from mhc_core import business as business_data
from mhc_core import review
from mhc_core.db.queries import review as queries
from mhc_core.settings import Settings
from mhc_serving.deps import App, Reviewer
from mhc_serving.schemas import Problem, ReviewIn, ReviewItemOut, ReviewOut, ReviewQueue

if TYPE_CHECKING:
    from mhc_core.scrubbing import Scrubber

router = APIRouter(prefix="/api/v1/review", tags=["staff"])


@router.get("", summary="The most instructive examples that wait")
def queue(app: App, _: Reviewer, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> ReviewQueue:
    """The head of the queue, ordered by what a decision would teach. Scrubbed text only. Roles: reviewer, admin."""
    with app.engine.connect() as connection:
        items = queries.queue(connection, limit)
        pending = queries.summary(connection).pending
    return ReviewQueue(
        pending=pending,
        items=[ReviewItemOut.model_validate(item._asdict(), extra="ignore") for item in items],
    )


@router.post(
    "/{item_id}",
    summary="Decide an example",
    responses={
        404: {"model": Problem, "description": "No such item."},
        409: {"model": Problem, "description": "The example was merged into another one."},
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
        review.decide(
            connection,
            item_id,
            decided.decision,
            reviewer.name,
            now,
            _scrubber_loader(app.settings),
            edited_answer=decided.answer,
            reason=decided.reason,
        )
    return ReviewOut(item_id=item_id, decision=decided.decision, decided_by=reviewer.name, decided_at=now)


def _scrubber_loader(settings: Settings) -> "Callable[[], Scrubber]":
    def load() -> "Scrubber":
        from mhc_core.scrubbing import Scrubber

        return Scrubber.load(business_data.load(settings.business_file).allow_list)

    return load
