"""The tool ``booking_request``: checks a wish against the business's rules and asks the team to confirm it."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from mhc_core.business import pricing
from mhc_core.business.pricing import Business
from mhc_core.concierge.facts import dishes, doubts
from mhc_core.concierge.facts.heads import Heads, counted
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.facts.party import Party
from mhc_core.concierge.tools import quote
from mhc_core.concierge.tools.case import BookingRequest, Case
from mhc_core.concierge.tools.portions import Arguments, Guests, Miles, Portions, in_miles
from mhc_core.concierge.tools.portions import counted as portions
from mhc_core.errors import DataError
from mhc_core.languages import ENGLISH, current, day_and_date, marked, miles, named, translated
from mhc_core.languages import clock as time_of_day
from mhc_core.understanding.result import EVERYONE

SATURDAY = 5
COUNTRY = "US"
"""Whose public holidays count."""
LARGE = "large party"
TOO_SOON = marked("We need at least {hours} hours' notice, and {day} is sooner than that.")
"""What is said of a day that is too near."""
YEARS_AHEAD = 2
"""A party further away is taken for a slip of the pen."""


class BookingArguments(Arguments):
    """What the customer asked for, in their own words where there is no number."""

    day: Annotated[date, Field(description="Date of the party.")]
    starts: Annotated[time, Field(description="Start time, local.")]
    adults: Guests
    children: Guests = 0
    under_six: Guests = 0
    address: Annotated[str, Field(min_length=5, max_length=300, description="Where the party is.")]
    miles: Miles | None = None
    proteins: Annotated[
        list[Portions], Field(default_factory=list, max_length=20, description="Portions by protein, once decided.")
    ]


def missing(business: Business, facts: Facts) -> tuple[str, ...]:
    """What a request still needs, in the order it is asked for; what the customer does not want to tell it can lack."""
    people, heads = facts.party, counted(business.prices, facts.heads)
    open_heads = heads.missing if facts.heads.told or not people.people_known else None
    if open_heads in facts.declined and heads.adults is not None:
        open_heads = None
    if open_heads == "ages" and heads.adults is None and "ages" in facts.unanswered:
        open_heads = "children"  # a plainer question than how many of all guests are children
    chosen, again = facts.proteins or people.upgrades, doubts.again(facts)
    if open_heads is None:
        open_heads = next((name for name in ("guests", "children") if name in again), None)
    needs = {
        "date": facts.day is None or "date" in again,
        "time": facts.starts is None or "time" in again,
        **{name: name == open_heads for name in ("guests", "ages", "children")},
        "address": facts.address is None,
        "miles": "miles" in again or (people.miles is None and not facts.distance_open),
        "proteins": "proteins" in again or (not facts.proteins_open and (not chosen or bool(dishes.uncounted(people)))),
        "name": facts.name is None and "name" not in facts.declined,
        "contact": facts.phone is None and facts.email is None and "contact" not in facts.declined,
    }
    return tuple(name for name, open_ in needs.items() if open_)


def doubt(business: Business, facts: Facts) -> str | None:
    """What of the guests does not agree with itself, as a sentence."""
    return counted(business.prices, facts.heads).doubt if facts.heads.told else None


def problems(business: Business, facts: Facts, now: datetime) -> dict[str, str]:
    """What speaks against the wish, by the fact to correct, each as a sentence. ``now`` is local time."""
    found: dict[str, str] = {}
    if facts.impossible_day is not None:
        found["date"] = _impossible(facts.impossible_day)
    elif facts.day is not None:
        found.update(_day(business, facts.day, facts.starts, now))
    travel, people = business.travel, facts.party
    if people.miles is not None and people.miles > travel.maximum_miles:
        found["address"] = translated(
            "{distance} is further than we travel: we serve parties up to {most} away.",
            distance=miles(people.miles),
            most=miles(Decimal(travel.maximum_miles)),
        )
    if people.head_count >= business.handover.guests_from and LARGE not in facts.handed:
        found["guests"] = translated(
            "Parties of {guests} or more are arranged by a person of our team.", guests=business.handover.guests_from
        )
    elif people.adults == 0:
        found["guests"] = translated("A party needs at least one adult.")
    upgraded = sum(people.head_count if count == EVERYONE else count or 0 for count in people.upgrades.values())
    if people.adults is not None and upgraded > people.head_count * business.menu.proteins_included:
        found["proteins"] = translated(
            "{upgrades} upgrades are more than {proteins} proteins for each of {guests} guests.",
            upgrades=upgraded,
            proteins=business.menu.proteins_included,
            guests=people.head_count,
        )
    return found


def _impossible(reason: str) -> str:
    """Why a date cannot be; how it was read is told in English alone."""
    if current() == ENGLISH:
        return f"{reason.rstrip('.')}."
    return translated("That date does not exist in the calendar as I read it.")


def _day(business: Business, day: date, starts: time | None, now: datetime) -> dict[str, str]:
    if day < now.date():
        return {"date": translated("{day} has already passed.", day=long_day(day))}
    if day > now.date() + timedelta(days=365 * YEARS_AHEAD):
        return {"date": translated("{day} is more than {years} years away.", day=long_day(day), years=YEARS_AHEAD)}
    latest = datetime.combine(day, starts or time.max, now.tzinfo)
    if latest < now + timedelta(hours=business.booking.lead_hours):
        return {"date": translated(TOO_SOON, hours=business.booking.lead_hours, day=long_day(day))}
    return {}


def caution(business: Business, facts: Facts, now: datetime) -> str | None:
    """What the customer should know of a wish that is allowed."""
    weeks = business.booking.weekend_lead_weeks_min
    if facts.day is None or facts.day >= now.date() + timedelta(weeks=weeks):
        return None
    holiday = _holiday(facts.day)
    if holiday is None and facts.day.weekday() < SATURDAY:
        return None
    most = business.booking.weekend_lead_weeks_max
    if holiday is None:
        return translated(
            "Weekends are usually booked {weeks} to {most} weeks ahead, so it may be full already; the team will tell "
            "you.",
            weeks=weeks,
            most=most,
        )
    return translated(
        "That is {holiday}, and holidays are usually booked {weeks} to {most} weeks ahead, so it may be full already; "
        "the team will tell you.",
        holiday=named(holiday),
        weeks=weeks,
        most=most,
    )


def _holiday(day: date) -> str | None:
    """The name of the holiday on this day."""
    from holidays import country_holidays

    name: str | None = country_holidays(COUNTRY, years=day.year).get(day)
    return name


def total(business: Business, facts: Facts) -> Decimal | None:
    """The price (USD); ``None`` while the distance is open or it cannot be priced."""
    people = facts.party
    if people.miles is None or people.adults is None:
        return None
    try:
        return pricing.quote(business, quote.request_for(people)).total
    except DataError:
        return None


def request(case: Case, wanted: BookingArguments) -> str:
    """Records the request, to be stored with the answer; the team confirms it.

    Raises:
        DataError: something speaks against it, named.
    """
    people = replace(
        case.facts.party,
        adults=wanted.adults,
        children=wanted.children,
        under_six=wanted.under_six,
        guests=None,
        open_ages=False,
        miles=case.facts.party.miles if wanted.miles is None else in_miles(wanted.miles),
    )
    heads, counts = case.facts.heads, (wanted.adults, wanted.children, wanted.under_six)
    heads_now = counted(case.business.prices, heads)
    facts = replace(
        case.facts,
        party=people,
        heads=heads if counts == (heads_now.adults, heads_now.children or 0, heads_now.under_six or 0) else Heads(),
        day=wanted.day,
        starts=wanted.starts,
        impossible_day=None,
        address=case.facts.address if wanted.address == case.facts.where else wanted.address,
        proteins={**case.facts.proteins, **_proteins(case.business, wanted)},
    )
    against = problems(case.business, facts, case.now)
    if against:
        raise DataError(f"{' '.join(against.values())} Ask the customer to correct it")
    case.booking = BookingRequest(facts, wanted.day, wanted.starts, total(case.business, facts))
    return (
        f"The request {case.reference} goes to the team with this answer: {long_day(wanted.day)} at "
        f"{clock(wanted.starts)}. It is not a booking yet: the team checks the date and confirms it."
    )


def _proteins(business: Business, wanted: BookingArguments) -> dict[str, int | None]:
    by_name = {name.casefold(): name for name in (*business.menu.proteins, *business.upgrades)}
    chosen = portions(wanted.proteins)
    unknown = [name for name in chosen if name not in by_name]
    if unknown:
        raise DataError(f"{', '.join(unknown)} is not on the menu; choose from: {', '.join(by_name.values())}")
    return {by_name[name]: count for name, count in chosen.items()}


def arguments(facts: Facts) -> dict[str, object]:
    """The call that a conversation's facts make; call it when nothing is ``missing``."""
    people: Party = facts.party
    return {
        "day": facts.day,
        "starts": facts.starts,
        "adults": people.adults,
        "children": people.children or 0,
        "under_six": people.under_six or 0,
        "address": facts.where,
        "miles": people.miles,
        "proteins": [{"name": name, "count": count} for name, count in facts.proteins.items() if count and count > 0],
    }


def long_day(day: date) -> str:
    """A date as people say it, with its weekday: ``Saturday, December 5, 2026``."""
    return day_and_date(day)


def clock(at: time) -> str:
    """A time as people say it: ``6 pm``, ``6:30 pm``."""
    return time_of_day(at)
