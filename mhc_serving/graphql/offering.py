"""What is offered and when: the menu with its prices, how free the days are, and the calendar of demand for staff."""

from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import Annotated

import sqlalchemy as sa
import strawberry

from mhc_core.business.rules import Business
from mhc_core.db.queries import availability as parties
from mhc_core.db.queries import demand
from mhc_core.db.queries.read_versions import Kind
from mhc_core.demand.staffing import needs
from mhc_core.errors import DataError
from mhc_serving.access.keys import Role
from mhc_serving.graphql.asked import Asked, asked
from mhc_serving.graphql.enums import DayState
from mhc_serving.graphql.limits import SIZE

MOST_DAYS = 92
USUAL_DAYS = 31

FirstDay = Annotated[
    date | None, strawberry.argument(description="Where to begin; today in the business's time zone without it.")
]


@strawberry.type(description="Something on top of the menu. Money in USD.")
class Extra:
    """An upgrade's price is per person, an add-on's per portion of ``pieces``."""

    name: str
    price: Decimal
    premium: bool | None = None
    pieces: int | None = None


@strawberry.type(description="What guests get and what it costs, as the business file has it. Money in USD.")
class MenuCard:
    """Read when the server starts, like the prices that the concierge names: no statement is needed for it."""

    adult: Decimal
    child: Decimal
    minimum: Decimal
    deposit: Decimal
    proteins_included: int
    proteins: list[str]
    sides: list[str]
    upgrades: list[Extra] = strawberry.field(metadata={SIZE: 10})
    add_ons: list[Extra] = strawberry.field(metadata={SIZE: 10})


@strawberry.type(description="A day that may be asked for.")
class DayAvailability:
    """``state`` says nothing of how many parties are booked."""

    day: date
    state: DayState


@strawberry.type(description="A day as staff plan it.")
class CalendarDay:
    """``expected`` and the ends of its 80 % interval are parties; null where there is no forecast."""

    day: date
    booked: int
    capacity: int | None
    expected: float | None
    low80: float | None
    high80: float | None
    need: str | None


@strawberry.type
class OfferingQueries:
    """Menu and availability are for everybody with a key or a widget token, the calendar is for staff."""

    @strawberry.field(description="The menu. For every key and widget token.")
    def menu(self, info: strawberry.Info) -> MenuCard | None:
        business = asked(info).app.business
        prices, menu = business.prices, business.menu
        return MenuCard(
            adult=prices.adult,
            child=prices.child,
            minimum=prices.minimum,
            deposit=prices.deposit,
            proteins_included=menu.proteins_included,
            proteins=[*menu.proteins],
            sides=[*menu.sides],
            upgrades=[
                Extra(name=name, price=one.price, premium=one.premium) for name, one in business.upgrades.items()
            ],
            add_ons=[Extra(name=name, price=one.price, pieces=one.pieces) for name, one in business.add_ons.items()],
        )

    @strawberry.field(
        description=f"How free the days are; {MOST_DAYS} at most. For every key and widget token.",
        metadata={SIZE: "days"},
    )
    def availability(
        self, info: strawberry.Info, first: FirstDay = None, days: int = USUAL_DAYS
    ) -> list[DayAvailability] | None:
        query = asked(info)
        span = _span(query, first, days)
        booked = _booked(query, span[0], span[-1])
        business, today = query.app.business, _today(query)
        return [DayAvailability(day=day, state=_state(business, day, today, booked.get(day, 0))) for day in span]

    @strawberry.field(
        description=f"Bookings beside what is expected; {MOST_DAYS} days at most. Roles: agent, admin.",
        metadata={SIZE: "days"},
    )
    def calendar(
        self, info: strawberry.Info, first: FirstDay = None, days: int = USUAL_DAYS
    ) -> list[CalendarDay] | None:
        query = asked(info)
        query.staff(Role.AGENT)
        span = _span(query, first, days)
        booked = _booked(query, span[0], span[-1])
        found = query.reads.read(Kind.CALENDAR, demand.EVERYWHERE, _forecasts)
        business = query.app.business
        forecast = {
            one.day: (one, need) for one, need in zip(found, needs(business, found, _today(query)), strict=True)
        }
        capacity = business.chefs.parties_a_day.get(demand.EVERYWHERE)
        shown = []
        for day in span:
            one, need = forecast.get(day, (None, None))
            shown.append(
                CalendarDay(
                    day=day,
                    booked=booked.get(day, 0),
                    capacity=capacity,
                    expected=one and one.expected,
                    low80=one and one.low_80,
                    high80=one and one.high_80,
                    need=need,
                )
            )
        return shown


def _forecasts(connection: sa.Connection) -> list[demand.Forecast]:
    return [one for one in demand.forecasts(connection) if one.region == demand.EVERYWHERE]


def _booked(query: Asked, first: date, last: date) -> dict[date, int]:
    return query.reads.read(
        Kind.AVAILABILITY, (first, last), lambda connection: parties.parties(connection, first, last)
    )


def _today(query: Asked) -> date:
    return query.app.clock().astimezone(query.app.business.contact.zone).date()


def _span(query: Asked, first: date | None, days: int) -> list[date]:
    if not 1 <= days <= MOST_DAYS:
        raise DataError(f"days must be 1 to {MOST_DAYS}; ask for later ones with another `first`")
    begin, today = first or _today(query), _today(query)
    if not today - timedelta(days=366) <= begin <= today + timedelta(days=3 * 366):
        raise DataError("first must be a day between last year and three years from now")
    return [begin + timedelta(days=place) for place in range(days)]


def _state(business: Business, day: date, today: date, booked: int) -> DayState:
    if day < today + timedelta(days=ceil(business.booking.lead_hours / 24)):
        return DayState.TOO_SOON
    capacity = business.chefs.parties_a_day.get(demand.EVERYWHERE)
    if capacity is None:
        return DayState.UNKNOWN
    return DayState.OPEN if booked < capacity else DayState.FULL
