"""Works out a price from what the customer said in this conversation, or says what is missing. It never guesses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from mhc_core.business import pricing as prices
from mhc_core.business.pricing import Business, Quote, QuoteRequest
from mhc_core.concierge.facts.party import Party
from mhc_core.errors import DataError
from mhc_core.understanding.result import EVERYONE


@dataclass(frozen=True, slots=True)
class Worked:
    """The outcome: a text, what is still missing for a full price, and the quote as far as it could be worked out."""

    text: str
    missing: tuple[str, ...]
    quote: Quote | None


def work_out(business: Business, known: Party, of_the_way: bool = False, distance_open: bool = False) -> Worked:
    """Price the party, or ask for what is missing.

    ``of_the_way`` says that only the travel fee is asked about, ``distance_open`` that the customer does not know the
    miles.
    """
    if known.miles is not None and of_the_way:
        return Worked(travel_text(business, known.miles), (), None)
    missing = tuple(name for name in _missing(known) if name != "miles" or not distance_open)
    if "adults" in missing or "guests" in missing or "ages" in missing or known.adults is None:
        return Worked(ask(business, known, missing), missing, None)
    try:
        worked = prices.quote(business, request_for(known))
    except DataError:
        return Worked(_refused(business, known), (), None)
    return Worked(quote_text(business, worked, missing), missing, worked)


def _missing(known: Party) -> tuple[str, ...]:
    missing = []
    if not known.people_known:
        missing.append("guests")
    elif known.adults is None:
        missing.append("adults")
    elif known.guests is not None and known.children is None and known.guests > known.adults + (known.under_six or 0):
        missing.append("ages")
    if known.open_ages:
        missing.append("ages")
    if known.miles is None:
        missing.append("miles")
    missing += [f"number:{name}" for name, count in (*known.upgrades.items(), *known.add_ons.items()) if count is None]
    return tuple(dict.fromkeys(missing))


def request_for(known: Party) -> QuoteRequest:
    """What a party is priced by; what was not said counts as nobody."""
    return QuoteRequest(
        adults=known.adults or 0,
        children=known.children or 0,
        under_six=known.under_six or 0,
        miles=known.miles,
        upgrades=_counted(known, known.upgrades),
        add_ons=_counted(known, known.add_ons),
    )


def _counted(known: Party, wanted: Mapping[str, int | None]) -> dict[str, int]:
    everyone = (known.adults or 0) + (known.children or 0) + (known.under_six or 0)
    return {name: everyone if count == EVERYONE else count for name, count in wanted.items() if count is not None}


def ask(business: Business, known: Party, missing: Sequence[str] = ("guests",)) -> str:
    """The question for what is missing, with what can be said of the price already."""
    needs = []
    rules = business.prices
    if "adults" in missing and known.guests is None:
        needs.append("how many adults come along")
    else:
        needs.append(
            f"how many of your guests are {rules.adult_from_age} or older, how many {rules.child_from_age} to "
            f"{rules.adult_from_age - 1}, and how many under {rules.child_from_age} (they eat free with an adult)"
        )
    rates = ""
    if "guests" in missing:
        rates = f"{_rates(business)}. "
    elif known.guests is not None:
        rates = _bounds(business, known, known.guests)
    return rates + "Happy to work out the exact price for you. Please tell me " + "; and ".join(needs) + "."


def _rates(business: Business) -> str:
    rules = business.prices
    return (
        f"Guests of {rules.adult_from_age} and older are {usd(rules.adult)} each, children of "
        f"{rules.child_from_age} to {rules.adult_from_age - 1} {usd(rules.child)}, and the food of one party "
        f"comes to at least {usd(rules.minimum)}"
    )


def _bounds(business: Business, known: Party, guests: int) -> str:
    """The least and the most that so many guests cost, whatever their ages."""
    young = known.under_six or 0
    if guests <= young:
        return ""
    grown, small = guests - young, known.children or 0
    heads = ((grown - small, small), (1, max(grown - 1, small)))
    try:
        most, least = (
            prices.quote(business, request_for(replace(known, adults=adults, children=children, under_six=young)))
            for adults, children in heads
        )
    except DataError:
        return ""
    beyond = " without travel" if known.miles is None else ""
    if most.total == least.total:
        return (
            f"For {guests} guests it is {usd(most.total)}{beyond} whatever their ages: the food of one party comes to "
            f"at least {usd(business.prices.minimum)}. "
        )
    return f"For {guests} guests it is {usd(least.total)} to {usd(most.total)}{beyond}: {_lower(_rates(business))}. "


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _open_numbers(missing: Sequence[str]) -> list[str]:
    return [f"for how many guests you would like {item[7:]}" for item in missing if item.startswith("number:")]


def _refused(business: Business, known: Party) -> str:
    if known.miles is not None and known.miles > business.travel.maximum_miles:
        return (
            f"I am sorry, {known.miles:f} miles is further than we travel: we serve parties up to "
            f"{business.travel.maximum_miles} miles away."
        )
    return (
        "I cannot work that out as it stands: please check the number of guests, with at least one adult, and that "
        f"there are no more upgrades than the {business.menu.proteins_included} proteins each guest has."
    )


def travel_text(business: Business, miles: Decimal) -> str:
    """What the way costs, with how it comes about; or that it is too far."""
    travel = business.travel
    if miles > travel.maximum_miles:
        return _refused(business, Party(miles=miles))
    beyond = max(miles - travel.free_miles, Decimal(0))
    if not beyond:
        return f"There is no travel fee for {miles:f} miles: the first {travel.free_miles} are free."
    return (
        f"Travel for {miles:f} miles is {usd(beyond * travel.per_mile)}: the first {travel.free_miles} miles are free, "
        f"then {usd(travel.per_mile)} for each of the other {beyond:f}."
    )


def quote_text(business: Business, worked: Quote, missing: Sequence[str]) -> str:
    """A quote line by line with its total; ``missing`` as in :class:`Worked`."""
    request, rules = worked.request, business.prices
    who = [_plural(request.adults, "adult", "adults")]
    if request.children:
        who.append(
            f"{_plural(request.children, 'child', 'children')} ({rules.child_from_age} to {rules.adult_from_age - 1})"
        )
    if request.under_six:
        who.append(f"{_plural(request.under_six, 'guest', 'guests')} under {rules.child_from_age}")
    where = "" if request.miles is None else f", {request.miles:f} miles away"
    lines = [f"Here is the price for {_listed(who)}{where}:"]
    lines += [_line_text(line.label, line.quantity, line.unit_price, line.amount) for line in worked.lines]
    if worked.minimum_applied:
        lines.append(f"(The food of one party comes to at least {usd(rules.minimum)}.)")
    if worked.travel is None:
        travel = business.travel
        lines.append(f"Total without travel: {usd(worked.total)}.")
        lines.append(
            f"Travel comes on top: the first {travel.free_miles} miles are free, then {usd(travel.per_mile)} per mile. "
            + (
                "About how many miles are you from our kitchen? If you do not know, the team will work it out."
                if "miles" in missing
                else "The team works out your distance and confirms it."
            )
        )
    else:
        lines.append(f"Total: {usd(worked.total)}.")
        lines.append(
            f"A deposit of {usd(worked.deposit)} is taken off the bill, so the balance on the day is "
            f"{usd(worked.balance)}. Gratuity for the chef is not included ({business.gratuity.low_percent} to "
            f"{business.gratuity.high_percent} % is usual)."
        )
    open_numbers = _open_numbers(missing)
    if open_numbers:
        lines.append(f"Not in there yet: please tell me {_listed(open_numbers)}.")
    return "\n".join(lines)


def _line_text(label: str, quantity: Decimal, unit_price: Decimal, amount: Decimal) -> str:
    if quantity == 1 or not unit_price:
        return f"- {label}: {usd(amount)}"
    return f"- {label}: {quantity:f} × {usd(unit_price)} = {usd(amount)}"


def usd(amount: Decimal) -> str:
    """An amount as people write it: whole dollars without cents."""
    return f"${amount:,.0f}" if amount == amount.to_integral_value() else f"${amount:,.2f}"


def _plural(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
