"""Conversations at people: agents work off the queue; customers read what a person answered."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter, Path, Query

from mhc_core.concierge.agents.choices import choices
from mhc_core.db.queries import audit
from mhc_core.db.queries import handover as queries
from mhc_core.db.queries.handover import Handover
from mhc_core.errors import NotFound
from mhc_core.support import handover
from mhc_core.vocabulary import ConversationStatus
from mhc_serving.access.callers import Speaker
from mhc_serving.access.deps import Agent, App
from mhc_serving.schemas.fields import CustomerId
from mhc_serving.schemas.handover import (
    ConversationOut,
    HandoverDetail,
    HandoverOut,
    HandoverQueue,
    ReplyIn,
    ReplyOut,
    SaidOut,
    StaffSaidOut,
)
from mhc_serving.schemas.problem import Problem

MESSAGES = 200
"""Turns in one answer, at most; ``after`` gets the following ones."""

router = APIRouter()
_staff = APIRouter(prefix="/api/v1/handovers", tags=["staff"])
_customers = APIRouter(prefix="/api/v1/chat", tags=["chat"])

HandoverId = Annotated[int, Path(ge=1, le=2**63 - 1)]
_UNKNOWN = {"model": Problem, "description": "No such hand-over."}
_TAKEN = {"model": Problem, "description": "Somebody else has it, it is not claimed, or it has ended."}


@_staff.get("", summary="Conversations that wait for a person")
def waiting(
    app: App,
    _: Agent,
    queue: Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]*$", description="Only this queue.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> HandoverQueue:
    """Open hand-overs, urgent ones first, then the longest waiting. Roles: agent, admin."""
    with app.engine.connect() as connection:
        return HandoverQueue(items=[_out(found) for found in queries.waiting(connection, queue, limit)])


@_staff.get("/{handover_id}", summary="Read a conversation at a person", responses={404: _UNKNOWN})
def read(
    handover_id: HandoverId,
    app: App,
    agent: Agent,
    after: Annotated[UUID | None, Query(description="Only turns that follow this one.")] = None,
) -> HandoverDetail:
    """The hand-over and what was said, in the customer's own words; the log keeps who read it. Roles: agent, admin."""
    with app.engine.begin() as connection:
        found = queries.one(connection, handover_id)
        if found is None:
            raise NotFound(f"there is no hand-over {handover_id}; look at the queue for those that are open")
        turns = queries.said(connection, found.conversation_id, after, MESSAGES)
        audit.record(connection, agent.name, "handover.read", str(handover_id), {"turns": len(turns)}, app.clock())
    messages = [
        StaffSaidOut(id=turn.id, who=_who(turn.role), text=turn.text, sent_at=turn.sent_at, by=turn.by)
        for turn in turns
    ]
    return HandoverDetail(handover=_out(found), messages=messages)


@_staff.post("/{handover_id}/claim", summary="Take a conversation", responses={404: _UNKNOWN, 409: _TAKEN})
def claim(handover_id: HandoverId, app: App, agent: Agent) -> HandoverOut:
    """Of several who take it at once the first gets it, the others a 409. Taking one's own again changes nothing.
    Roles: agent, admin."""
    return _change(app, handover.claim, handover_id, agent.name)


@_staff.post("/{handover_id}/reply", summary="Answer the customer", responses={404: _UNKNOWN, 409: _TAKEN})
def reply(handover_id: HandoverId, said: ReplyIn, app: App, agent: Agent) -> ReplyOut:
    """Store a person's words as the next turn. The customer reads them in the chat, and the assistant learns from them.
    Roles: agent, admin."""
    with app.engine.begin() as connection:
        return ReplyOut(message_id=handover.reply(connection, handover_id, said.text, agent.name, app.clock()))


@_staff.post("/{handover_id}/give-back", summary="Let the assistant go on", responses={404: _UNKNOWN, 409: _TAKEN})
def give_back(handover_id: HandoverId, app: App, agent: Agent) -> HandoverOut:
    """The assistant answers this customer again. Roles: agent, admin."""
    return _change(app, handover.give_back, handover_id, agent.name)


@_staff.post("/{handover_id}/resolve", summary="End the matter", responses={404: _UNKNOWN, 409: _TAKEN})
def resolve(handover_id: HandoverId, app: App, agent: Agent) -> HandoverOut:
    """Close the conversation. Roles: agent, admin."""
    return _change(app, handover.resolve, handover_id, agent.name)


@_customers.get(
    "/{conversation_id}/messages",
    summary="Read one's own conversation",
    responses={
        403: {"model": Problem, "description": "The widget token is for another customer, conversation or site."},
        404: {"model": Problem, "description": "This customer has no such conversation."},
    },
)
def messages(
    conversation_id: UUID,
    app: App,
    caller: Speaker,
    customer_id: Annotated[CustomerId | None, Query(description="Needed without a widget token.")] = None,
    after: Annotated[UUID | None, Query(description="Only turns that follow this one, e.g. the last one read.")] = None,
) -> ConversationOut:
    """What was said, a person's answers and what the team decided on a booking among it: an open page asks for it again
    and again, every few seconds while a person has the conversation."""
    whose = caller.reader(customer_id)
    caller.conversation(conversation_id)
    with app.engine.connect() as connection:
        status = queries.status_for(connection, conversation_id, whose)
        if status is None:
            raise NotFound("there is no such conversation of this customer; check both ids")
        turns = queries.said(connection, conversation_id, after, MESSAGES)
    return ConversationOut(
        conversation_id=conversation_id,
        at_a_person=status is ConversationStatus.ESCALATED,
        messages=[SaidOut(id=turn.id, who=_who(turn.role), text=turn.text, sent_at=turn.sent_at) for turn in turns],
        choices=list(choices(turns[-1].notes)) if turns else [],
    )


def _change(
    app: App, change: Callable[[sa.Connection, int, str, datetime], Handover], handover_id: int, by: str
) -> HandoverOut:
    with app.engine.begin() as connection:
        return _out(change(connection, handover_id, by, app.clock()))


def _out(found: Handover) -> HandoverOut:
    return HandoverOut.model_validate(found._asdict())


def _who(role: str) -> Literal["customer", "assistant", "person", "system"]:
    match role:
        case "user":
            return "customer"
        case "agent":
            return "person"
        case "assistant":
            return "assistant"
        case _:
            return "system"


router.include_router(_staff)
router.include_router(_customers)
