"""What can be done: ask for a booking, decide on one, rate an answer. Each in a transaction of its own, in order."""

from datetime import date, datetime, time
from typing import Annotated, Any, TypeVar
from uuid import UUID

import strawberry
from pydantic import BaseModel, ValidationError

from mhc_core.concierge.tools.booking import BookingArguments
from mhc_core.concierge.turn import forms, repeats
from mhc_core.concierge.turn.forms import Form
from mhc_core.db.queries.bookings import Booking
from mhc_core.errors import DataError
from mhc_core.support import bookings
from mhc_core.vocabulary import Channel
from mhc_serving.access.keys import Role
from mhc_serving.graphql.asked import asked
from mhc_serving.graphql.enums import Decision, Verdict
from mhc_serving.graphql.limits import COST
from mhc_serving.graphql.talks import BookingRequest
from mhc_serving.routes import feedback
from mhc_serving.schemas.booking_form import BookingForm
from mhc_serving.schemas.feedback import FeedbackIn

_A_WRITE = 100
"""Cost of a mutation: several statements and a commit."""
M = TypeVar("M", bound=BaseModel)


@strawberry.input(description="So many of one thing.")
class PortionsInput:
    """As the menu names it."""

    name: str
    count: int


@strawberry.input(description="A party that a customer wants. Leave customer and conversation out with a widget token.")
class BookingInput:
    """The team confirms it."""

    day: date
    starts: time = strawberry.field(description="In the business's time zone.")
    adults: int
    children: int = 0
    under_six: int = 0
    address: str
    miles: float | None = None
    proteins: list[PortionsInput] = strawberry.field(default_factory=list)
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    customer_id: str | None = None
    conversation_id: UUID | None = None


@strawberry.input(
    description="A customer's rating of one answer: at least one of vote, stars, helpful, accurate, comment."
)
class RatingInput:
    """Leave the customer out with a widget token."""

    message_id: UUID
    customer_id: str | None = None
    vote: Verdict | None = None
    stars: int | None = None
    helpful: bool | None = None
    accurate: bool | None = None
    comment: str | None = None


@strawberry.type(description="A rating as it stands.")
class Rated:
    """One for each customer and answer, what was said last counts."""

    feedback_id: UUID
    message_id: UUID
    vote: str | None
    stars: int | None
    helpful: bool | None
    accurate: bool | None


@strawberry.type
class Mutation:
    """Acts."""

    @strawberry.mutation(
        description="Ask the team to confirm a party. Roles: app, admin, and widget tokens.", metadata={COST: _A_WRITE}
    )
    def request_booking(self, info: strawberry.Info, booking: BookingInput) -> BookingRequest:
        query = asked(info)
        caller = query.speaker()
        told = _fits(BookingForm, strawberry.asdict(booking))
        customer_id = caller.known_speaker(told.customer_id)
        named = caller.conversation(told.conversation_id)
        begin_as = named if caller.may_begin else None
        if named is None and query.key is not None:
            named = begin_as = repeats.ids(f"{caller.name} form", customer_id, query.key)[0]
        form = Form(
            customer_id,
            told.wanted(BookingArguments),
            named,
            begin_as,
            Channel.WEB,
            told.name,
            told.phone,
            told.email,
        )
        app = query.app

        def act() -> Booking:
            with app.engine.begin() as connection:
                return forms.request_booking(connection, app.business, form, app.clock())

        return BookingRequest.of(query.write(act))

    @strawberry.mutation(
        description="Confirm or decline a request; the customer reads it in the chat. Roles: agent, admin.",
        metadata={COST: _A_WRITE},
    )
    def decide_booking(
        self,
        info: strawberry.Info,
        id: UUID,
        decision: Decision,
        updated_at: Annotated[datetime, strawberry.argument(description="`updatedAt` of the request as it was read.")],
    ) -> BookingRequest:
        query = asked(info)
        by = query.staff(Role.AGENT).name
        if updated_at.tzinfo is None:
            raise DataError("updatedAt needs its time zone, as it was read")
        app = query.app

        def act() -> Booking:
            with app.engine.begin() as connection:
                return bookings.decide(connection, app.business, id, decision.value, updated_at, by, app.clock())

        return BookingRequest.of(query.write(act))

    @strawberry.mutation(
        description="Keep a customer's rating of one answer; a later one replaces what it names. Roles: app, admin, "
        "and widget tokens.",
        metadata={COST: _A_WRITE},
    )
    def rate_answer(self, info: strawberry.Info, rating: RatingInput) -> Rated:
        query = asked(info)
        said = _fits(FeedbackIn, strawberry.asdict(rating))
        caller = query.speaker()
        return Rated(**query.write(lambda: feedback.rate(said, query.app, caller)).model_dump())


def _fits(model: type[M], given: dict[str, Any]) -> M:
    """What was given as a body of the API, which has the limits and says what does not fit without repeating it.

    Raises:
        DataError: it does not fit.
    """
    plain = {name: value.value if isinstance(value, Verdict) else value for name, value in given.items()}
    try:
        return model.model_validate(plain)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors())
        raise DataError(f"the request does not fit: {wrong}") from None
