"""Works out a price from what the customer said in this conversation, or says what is missing. It never guesses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from mhc_core.business import pricing as prices
from mhc_core.business.pricing import Business, Line, Quote, QuoteRequest
from mhc_core.concierge.facts.party import Party
from mhc_core.errors import DataError
from mhc_core.languages import listed, miles, money, named, plural, translated
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
    rules = business.prices
    if "adults" in missing and known.guests is None:
        asked = translated("Happy to work out the exact price for you. Please tell me how many adults come along.")
    else:
        asked = translated(
            "Happy to work out the exact price for you. Please tell me how many of your guests are {adult_from} or "
            "older, how many {child_from} to {child_to}, and how many under {child_from} (they eat free with an "
            "adult).",
            adult_from=rules.adult_from_age,
            child_from=rules.child_from_age,
            child_to=rules.adult_from_age - 1,
        )
    rates = ""
    if "guests" in missing:
        rates = _rates(business)
    elif known.guests is not None:
        rates = _bounds(business, known, known.guests)
    return f"{rates} {asked}" if rates else asked


def _rates(business: Business) -> str:
    rules = business.prices
    return translated(
        "Guests of {adult_from} and older are {adult} each, children of {child_from} to {child_to} {child}, and the "
        "food of one party comes to at least {minimum}.",
        adult_from=rules.adult_from_age,
        adult=money(rules.adult),
        child_from=rules.child_from_age,
        child_to=rules.adult_from_age - 1,
        child=money(rules.child),
        minimum=money(rules.minimum),
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
    if most.total == least.total:
        flat = {"guests": guests, "total": money(most.total), "minimum": money(business.prices.minimum)}
        if known.miles is None:
            return translated(
                "For {guests} guests it is {total} without travel whatever their ages: the food of one party comes to "
                "at least {minimum}.",
                **flat,
            )
        return translated(
            "For {guests} guests it is {total} whatever their ages: the food of one party comes to at least {minimum}.",
            **flat,
        )
    rules = business.prices
    spread = {
        "guests": guests,
        "least": money(least.total),
        "most": money(most.total),
        "adult_from": rules.adult_from_age,
        "adult": money(rules.adult),
        "child_from": rules.child_from_age,
        "child_to": rules.adult_from_age - 1,
        "child": money(rules.child),
        "minimum": money(rules.minimum),
    }
    if known.miles is None:
        return translated(
            "For {guests} guests it is {least} to {most} without travel: guests of {adult_from} and older are {adult} "
            "each, children of {child_from} to {child_to} {child}, and the food of one party comes to at least "
            "{minimum}.",
            **spread,
        )
    return translated(
        "For {guests} guests it is {least} to {most}: guests of {adult_from} and older are {adult} each, children of "
        "{child_from} to {child_to} {child}, and the food of one party comes to at least {minimum}.",
        **spread,
    )


def _open_numbers(missing: Sequence[str]) -> list[str]:
    return [
        translated("for how many guests you would like {dish}", dish=named(item[7:]))
        for item in missing
        if item.startswith("number:")
    ]


def _refused(business: Business, known: Party) -> str:
    if known.miles is not None and known.miles > business.travel.maximum_miles:
        return translated(
            "I am sorry, {distance} is further than we travel: we serve parties up to {most} away.",
            distance=miles(known.miles),
            most=miles(Decimal(business.travel.maximum_miles)),
        )
    return translated(
        "I cannot work that out as it stands: please check the number of guests, with at least one adult, and that "
        "there are no more upgrades than the {proteins} proteins each guest has.",
        proteins=business.menu.proteins_included,
    )


def travel_text(business: Business, distance: Decimal) -> str:
    """What the way costs, with how it comes about; or that it is too far."""
    travel = business.travel
    if distance > travel.maximum_miles:
        return _refused(business, Party(miles=distance))
    beyond = max(distance - travel.free_miles, Decimal(0))
    if not beyond:
        return translated(
            "There is no travel fee for {distance}: the first {free} are free.",
            distance=miles(distance),
            free=travel.free_miles,
        )
    return translated(
        "Travel for {distance} is {fee}: the first {free} are free, then {per_mile} for each of the other {beyond}.",
        distance=miles(distance),
        fee=money(beyond * travel.per_mile),
        free=miles(Decimal(travel.free_miles)),
        per_mile=money(travel.per_mile),
        beyond=f"{beyond:f}",
    )


def quote_text(business: Business, worked: Quote, missing: Sequence[str]) -> str:
    """A quote line by line with its total; ``missing`` as in :class:`Worked`."""
    request, rules = worked.request, business.prices
    who = [plural("{count} adult", "{count} adults", request.adults)]
    ages = {"from_age": rules.child_from_age, "to_age": rules.adult_from_age - 1}
    if request.children:
        who.append(
            plural(
                "{count} child ({from_age} to {to_age})",
                "{count} children ({from_age} to {to_age})",
                request.children,
                **ages,
            )
        )
    if request.under_six:
        who.append(
            plural(
                "{count} guest under {age}", "{count} guests under {age}", request.under_six, age=rules.child_from_age
            )
        )
    if request.miles is None:
        lines = [translated("Here is the price for {party}:", party=listed(who))]
    else:
        away = miles(Decimal(request.miles))
        lines = [translated("Here is the price for {party}, {distance} away:", party=listed(who), distance=away)]
    lines += [_line_text(_label(business, line.label), line) for line in worked.lines]
    if worked.minimum_applied:
        lines.append(translated("(The food of one party comes to at least {minimum}.)", minimum=money(rules.minimum)))
    if worked.travel is None:
        lines.append(translated("Total without travel: {total}.", total=money(worked.total)))
        lines.append(f"{_travel_to_come(business)} {_way_open('miles' in missing)}")
    else:
        lines.append(translated("Total: {total}.", total=money(worked.total)))
        lines.append(
            translated(
                "A deposit of {deposit} is taken off the bill, so the balance on the day is {balance}. Gratuity for "
                "the chef is not included ({low} to {high} % is usual).",
                deposit=money(worked.deposit),
                balance=money(worked.balance),
                low=business.gratuity.low_percent,
                high=business.gratuity.high_percent,
            )
        )
    open_numbers = _open_numbers(missing)
    if open_numbers:
        lines.append(translated("Not in there yet: please tell me {numbers}.", numbers=listed(open_numbers)))
    return "\n".join(lines)


def _travel_to_come(business: Business) -> str:
    return translated(
        "Travel comes on top: the first {free} are free, then {per_mile} per mile.",
        free=miles(Decimal(business.travel.free_miles)),
        per_mile=money(business.travel.per_mile),
    )


def how_far() -> str:
    """The question for the distance, as a quote asks it."""
    return translated("About how many miles are you from our kitchen?")


def _way_open(asked: bool) -> str:
    if asked:
        return f"{how_far()} {translated('If you do not know, the team will work it out.')}"
    return translated("The team works out your distance and confirms it.")


def _label(business: Business, label: str) -> str:
    """What a line of a quote is for, as the customer reads it."""
    fixed = {
        "adults": translated("adults"),
        "children": translated("children"),
        "raised to the party minimum": translated("raised to the party minimum"),
        "travel, miles beyond the free ones": translated("travel, miles beyond the free ones"),
    }
    if label in fixed:
        return fixed[label]
    if label == f"under {business.prices.child_from_age}, free":
        return translated("under {age}, free", age=business.prices.child_from_age)
    if label.endswith(" upgrade") and label not in business.upgrades:
        return translated("{dish} upgrade", dish=named(label.removesuffix(" upgrade")))
    return extra(label)


def extra(name: str) -> str:
    """A dish as the customer reads it, "extra salmon" among them."""
    known = named(name)
    if known == name and name.startswith("extra "):
        return translated("extra {dish}", dish=named(name.removeprefix("extra ")))
    return known


def _line_text(label: str, line: Line) -> str:
    if line.quantity == 1 or not line.unit_price:
        return f"- {label}: {money(line.amount)}"
    return f"- {label}: {line.quantity:f} × {money(line.unit_price)} = {money(line.amount)}"


def usd(amount: Decimal) -> str:
    """An amount as people write it: whole dollars without cents."""
    return money(amount)
