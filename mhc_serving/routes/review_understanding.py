"""Readings of messages over HTTP: which to look at, and how they should be. For reviewers."""

from typing import Annotated
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter, Query

from mhc_core.scrubbing import loading
from mhc_core.understanding import correcting
from mhc_core.understanding.correcting import Reading
from mhc_core.understanding.labelled import written
from mhc_serving.access.deps import App, Reviewer
from mhc_serving.schemas.problem import Problem
from mhc_serving.schemas.understanding import CorrectionIn, CorrectionOut, ReadingList, ReadingOut

router = APIRouter(prefix="/api/v1/review/understanding", tags=["staff"])
_GONE = {"model": Problem, "description": "No such message of a customer, or its words are gone."}
_HELD = {"model": Problem, "description": "The scrubber holds the message back, or the line is not of this message."}


@router.get("", summary="Readings that are probably wrong")
def readings(app: App, _: Reviewer, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> ReadingList:
    """Hand-overs that staff gave back without a word, messages after which the customer corrected the concierge, and
    unsure readings. Scrubbed text only. Roles: reviewer, admin."""
    with app.engine.connect() as connection:
        scrubber = loading.scrubber(connection, app.settings)
        found = correcting.to_review(connection, scrubber, limit, app.settings.confidence_threshold)
    return ReadingList(items=[_shown(each) for each in found])


@router.get("/{message_id}", summary="How a message was read", responses={404: _GONE, 422: _HELD})
def reading(message_id: UUID, app: App, _: Reviewer) -> ReadingOut:
    """One message with the labels that the model gave it. Scrubbed text only. Roles: reviewer, admin."""
    with app.engine.connect() as connection:
        return _shown(correcting.reading(connection, loading.scrubber(connection, app.settings), message_id))


@router.post("/{message_id}", summary="Say how a message should be read", responses={404: _GONE, 422: _HELD})
def correct(message_id: UUID, corrected: CorrectionIn, app: App, reviewer: Reviewer) -> CorrectionOut:
    """Keep a correction as an example that the next version of understanding learns from, with the key's name. The
    newest correction of a message counts. Roles: reviewer, admin."""
    now = app.clock()
    with app.engine.begin() as connection:
        stored = _correct(connection, app, message_id, corrected.line, reviewer.name)
    return CorrectionOut(message_id=message_id, line=stored, corrected_by=reviewer.name, corrected_at=now)


def _correct(connection: sa.Connection, app: App, message_id: UUID, line: str, by: str) -> str:
    reasons = app.business.handover.reasons
    scrubber = loading.scrubber(connection, app.settings)
    return written(correcting.correct(connection, scrubber, reasons, message_id, line, by, app.clock()))


def _shown(found: Reading) -> ReadingOut:
    return ReadingOut(**found._asdict())
