"""The tools ``quote`` and ``travel_fee``: what a party costs, by the business's own file."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from mhc_core.business.pricing import Business, QuoteRequest
from mhc_core.business.pricing import quote as work_out
from mhc_core.concierge.tools import quote
from mhc_core.concierge.tools.case import Case
from mhc_core.concierge.tools.portions import Arguments, Guests, Miles, Portions, counted, in_miles
from mhc_core.languages import miles, translated


class QuoteArguments(Arguments):
    """The party to price."""

    adults: Annotated[Guests, Field(description="Guests of the adult age and older.")]
    children: Annotated[Guests, Field(description="Guests of the child age.")] = 0
    under_six: Annotated[Guests, Field(description="The youngest, who eat free with an adult.")] = 0
    miles: Miles | None = None
    upgrades: Annotated[
        list[Portions], Field(default_factory=list, max_length=20, description="Upgrades by number of persons.")
    ]
    add_ons: Annotated[
        list[Portions], Field(default_factory=list, max_length=20, description="Add-ons by number of portions.")
    ]


class TravelArguments(Arguments):
    """The way to the party."""

    miles: Miles


def price(case: Case, wanted: QuoteArguments) -> str:
    """The quote line by line with total, deposit and balance.

    Raises:
        DataError: it cannot be priced; the message says what to correct.
    """
    request = QuoteRequest(
        adults=wanted.adults,
        children=wanted.children,
        under_six=wanted.under_six,
        miles=None if wanted.miles is None else in_miles(wanted.miles),
        upgrades=counted(wanted.upgrades),
        add_ons=counted(wanted.add_ons),
    )
    worked = work_out(case.business, request)
    text = quote.quote_text(case.business, worked, ())
    return f"{text}\n{_needs_person(case.business, request)}" if worked.needs_person else text


def _needs_person(business: Business, request: QuoteRequest) -> str:
    if request.guests >= business.handover.guests_from:
        return translated(
            "{guests} guests: parties of {most} or more are arranged by a person.",
            guests=request.guests,
            most=business.handover.guests_from,
        )
    return translated(
        "{distance}: trips of {most} or more are priced by a person.",
        distance=miles(Decimal(request.miles or 0)),
        most=business.travel.review_from_miles,
    )


def travel_fee(case: Case, wanted: TravelArguments) -> str:
    """What the way costs, or that it is too far."""
    return quote.travel_text(case.business, in_miles(wanted.miles))
