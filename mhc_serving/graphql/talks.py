"""Conversations with their turns, booking requests and ratings. Raw words: for the people who answer customers."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

import strawberry
from pydantic import TypeAdapter
from strawberry.scalars import JSON

from mhc_core.db.queries import pages
from mhc_core.db.queries.beside import Said
from mhc_core.db.queries.bookings import Booking
from mhc_core.db.queries.pages import BookingKey, ConversationKey, ListedConversation, ListedRating, RatingKey
from mhc_core.vocabulary import Channel, ConversationStatus
from mhc_serving.access.keys import Role
from mhc_serving.graphql import loaders
from mhc_serving.graphql.asked import asked
from mhc_serving.graphql.connection import USUAL, After, Connection, First, bounded, key_of, page
from mhc_serving.graphql.enums import BookingStatus, Verdict
from mhc_serving.graphql.limits import AWAITED, COST, SIZE

TURNS = 50
RATINGS = 20
_CONVERSATION_KEY = TypeAdapter(ConversationKey)
_BOOKING_KEY = TypeAdapter(BookingKey)
_RATING_KEY = TypeAdapter(RatingKey)


@strawberry.type(description="One turn of a conversation.")
class Message:
    """As staff read it."""

    id: UUID
    role: str = strawberry.field(description="user, assistant, agent or system.")
    text: str
    sent_at: datetime
    by: str | None = strawberry.field(description="The person of the team who wrote it.")
    confidence: float | None = strawberry.field(description="0 to 1, of an answer of the assistant.")
    cached: bool

    @classmethod
    def of(cls, said: Said) -> Self:
        """As stored."""
        return cls(id=said.id, role=said.role, text=said.text, sent_at=said.sent_at, by=said.by,
                   confidence=said.confidence, cached=said.cached)  # fmt: skip


@strawberry.type(description="What a customer said of an answer.")
class Rating:
    """One for each customer and answer; the latest counts."""

    id: UUID
    conversation_id: UUID
    message_id: UUID | None
    vote: str | None = strawberry.field(description="up or down.")
    stars: int | None
    helpful: bool | None
    accurate: bool | None
    verdict: str | None = strawberry.field(description="All of it as one: up, down or nothing.")
    comment: str | None = strawberry.field(description="In the customer's own words.")
    given_at: datetime

    @classmethod
    def of(cls, row: ListedRating) -> Self:
        """As stored."""
        return cls(**row._asdict())

    @strawberry.field(description="The conversation that was rated.", metadata={COST: AWAITED})
    async def conversation(self, info: strawberry.Info) -> "Conversation | None":
        found = await loaders.conversations(asked(info)).load(self.conversation_id)
        return None if found is None else Conversation.of(found)


@strawberry.type(name="Booking", description="What a customer asked to be booked, in their own words and numbers.")
class BookingRequest:
    """The team confirms it."""

    id: UUID
    conversation_id: UUID
    status: BookingStatus
    event_on: date
    starts_at: str = strawberry.field(description="Hours and minutes in the business's time zone.")
    adults: int
    children: int
    under_six: int
    total_usd: Decimal | None = strawberry.field(description="As quoted; null while the distance is open.")
    details: JSON = strawberry.field(description="Address, proteins, allergies, contact and the rest.")
    requested_at: datetime
    updated_at: datetime = strawberry.field(description="Give it back with a decision.")

    @classmethod
    def of(cls, row: Booking) -> Self:
        """As stored."""
        shown = row._asdict() | {"starts_at": f"{row.starts_at:%H:%M}", "status": BookingStatus(row.status)}
        return cls(**shown)

    @strawberry.field(description="The conversation in which it was asked for.", metadata={COST: AWAITED})
    async def conversation(self, info: strawberry.Info) -> "Conversation | None":
        query = asked(info)
        query.staff(Role.AGENT)
        found = await loaders.conversations(query).load(self.conversation_id)
        return None if found is None else Conversation.of(found)


@strawberry.type(description="A conversation with a customer.")
class Conversation:
    """Its words are in ``messages``."""

    id: UUID
    channel: str
    customer_id: str | None
    status: str
    intent: str | None
    outcome: str | None
    started_at: datetime
    last_message_at: datetime

    @classmethod
    def of(cls, row: ListedConversation) -> Self:
        """As stored."""
        return cls(**row._asdict())

    @strawberry.field(
        description=f"The last turns, oldest first; {TURNS} at most.", metadata={SIZE: "last", COST: AWAITED}
    )
    async def messages(self, info: strawberry.Info, last: int = 20) -> list[Message]:
        found = await loaders.turns(asked(info), bounded(last, TURNS)).load(self.id)
        return [Message.of(one) for one in found]

    @strawberry.field(description="The booking request that was made in it.", metadata={COST: AWAITED})
    async def booking(self, info: strawberry.Info) -> BookingRequest | None:
        found = await loaders.bookings(asked(info)).load(self.id)
        return None if found is None else BookingRequest.of(found)

    @strawberry.field(description=f"The newest ratings; {RATINGS} at most.", metadata={SIZE: "first", COST: AWAITED})
    async def ratings(self, info: strawberry.Info, first: int = 5) -> list[Rating]:
        found = await loaders.ratings(asked(info), bounded(first, RATINGS)).load(self.id)
        return [Rating.of(one) for one in found]


@strawberry.type
class TalkQueries:
    """Roles: agent, admin."""

    @strawberry.field(description="Conversations, newest first. Roles: agent, admin.", metadata={SIZE: "first"})
    def conversations(
        self,
        info: strawberry.Info,
        first: First = USUAL,
        after: After = None,
        status: Annotated[ConversationStatus | None, strawberry.argument(description="Only these.")] = None,
        channel: Annotated[Channel | None, strawberry.argument(description="Only these.")] = None,
    ) -> Connection[Conversation] | None:
        query = asked(info)
        query.staff(Role.AGENT)
        key = key_of(after, _CONVERSATION_KEY)
        rows = pages.conversations(query.connection, status, channel, key, bounded(first))
        query.note("conversations", min(first, len(rows)))
        return page(rows, first, lambda row: (row.last_message_at, row.id), Conversation.of, after)

    @strawberry.field(description="One conversation. Roles: agent, admin.")
    async def conversation(self, info: strawberry.Info, id: UUID) -> Conversation | None:
        query = asked(info)
        query.staff(Role.AGENT)
        found = await loaders.conversations(query).load(id)
        return None if found is None else Conversation.of(found)

    @strawberry.field(
        description="Booking requests, soonest party first. Roles: agent, admin.", metadata={SIZE: "first"}
    )
    def bookings(
        self,
        info: strawberry.Info,
        first: First = USUAL,
        after: After = None,
        status: Annotated[BookingStatus | None, strawberry.argument(description="Only these.")] = None,
        from_day: Annotated[date | None, strawberry.argument(description="Parties from this day on.")] = None,
        to_day: Annotated[date | None, strawberry.argument(description="Parties up to this day.")] = None,
    ) -> Connection[BookingRequest] | None:
        query = asked(info)
        query.staff(Role.AGENT)
        key, wanted = key_of(after, _BOOKING_KEY), status.value if status else None
        rows = pages.bookings(query.connection, wanted, from_day, to_day, key, bounded(first))
        query.note("bookings", min(first, len(rows)))
        return page(rows, first, lambda row: (row.event_on, row.starts_at, row.id), BookingRequest.of, after)

    @strawberry.field(
        description="What customers said of answers, newest first. Roles: agent, admin.", metadata={SIZE: "first"}
    )
    def feedback(
        self,
        info: strawberry.Info,
        first: First = USUAL,
        after: After = None,
        verdict: Annotated[Verdict | None, strawberry.argument(description="Only these.")] = None,
    ) -> Connection[Rating] | None:
        query = asked(info)
        query.staff(Role.AGENT)
        key, wanted = key_of(after, _RATING_KEY), verdict.value if verdict else None
        rows = pages.ratings(query.connection, wanted, key, bounded(first))
        query.note("ratings", min(first, len(rows)))
        return page(rows, first, lambda row: (row.given_at, row.id), Rating.of, after)
