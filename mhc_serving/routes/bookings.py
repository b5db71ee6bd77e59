"""Booking requests, for the people who confirm them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from mhc_core.db.queries import audit
from mhc_core.db.queries import bookings as queries
from mhc_core.support import bookings
from mhc_serving.access.deps import Agent, App
from mhc_serving.schemas.problem import Problem

router = APIRouter(prefix="/api/v1/bookings", tags=["staff"])


class BookingOut(BaseModel):
    """A request with what the customer told, in their own words."""

    id: UUID
    conversation_id: UUID
    status: Literal["requested", "confirmed", "declined", "withdrawn"]
    event_on: date
    starts_at: str = Field(pattern=r"^\d\d:\d\d$", description="Hours and minutes in the business's time zone.")
    adults: int
    children: int
    under_six: int
    total_usd: Decimal | None = Field(description="As quoted; null while the distance is open.")
    details: dict[str, Any] = Field(description="Address, proteins, allergies, contact and the rest.")
    requested_at: datetime = Field(description="UTC.")
    updated_at: datetime = Field(description="UTC. Give it back with a decision.")


def _shown(found: queries.Booking) -> BookingOut:
    return BookingOut.model_validate(found._asdict() | {"starts_at": f"{found.starts_at:%H:%M}"})


class BookingPage(BaseModel):
    """Requests by the day of the party, soonest first."""

    items: list[BookingOut]


class DecisionIn(BaseModel):
    """What the team decides on a request as it was read."""

    status: Literal["confirmed", "declined"]
    updated_at: AwareDatetime = Field(description="`updated_at` of the request as it was read.")


@router.get("", summary="Booking requests")
def listed(
    app: App,
    agent: Agent,
    status: Annotated[Literal["requested", "confirmed", "declined", "withdrawn"] | None, Query()] = None,
    first: Annotated[date | None, Query(description="Parties from this day on.")] = None,
    last: Annotated[date | None, Query(description="Parties up to this day.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Requests to pass over.")] = 0,
) -> BookingPage:
    """What customers asked to be booked, soonest party first; the log keeps who read it. Roles: agent, admin."""
    with app.engine.begin() as connection:
        found = queries.page(connection, status, first, last, limit, offset)
        audit.record(connection, agent.name, "bookings.read", "bookings", {"requests": len(found)}, app.clock())
    return BookingPage(items=[_shown(one) for one in found])


@router.post(
    "/{booking_id}",
    summary="Confirm or decline a request",
    responses={
        404: {"model": Problem, "description": "No such request."},
        409: {"model": Problem, "description": "The customer changed or withdrew it meanwhile."},
    },
)
def decide(booking_id: UUID, decided: DecisionIn, app: App, agent: Agent) -> BookingOut:
    """The customer reads the decision in the chat; the log keeps who made it. Roles: agent, admin."""
    with app.engine.begin() as connection:
        found = bookings.decide(
            connection, app.business, booking_id, decided.status, decided.updated_at, agent.name, app.clock()
        )
    return _shown(found)
