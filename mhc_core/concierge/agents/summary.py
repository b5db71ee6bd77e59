"""What is known of a party, in the words that the customer reads."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from mhc_core.concierge.facts import diets
from mhc_core.concierge.facts.memory import Allergy, Facts
from mhc_core.concierge.tools import booking, quote
from mhc_core.languages import listed, miles, named, plural, translated
from mhc_core.understanding.diets.mentions import Kind, Stance
from mhc_core.understanding.result import EVERYONE


def noted(before: Facts, facts: Facts) -> str:
    """What a message told, as a list in words; empty when it told nothing."""
    known = _words(before)
    return ", ".join(said for name, said in _words(facts).items() if said and said != known[name])


def _words(facts: Facts) -> dict[str, str]:
    return {
        "day": booking.long_day(facts.day) if facts.day else "",
        "starts": booking.clock(facts.starts) if facts.starts else "",
        "people": people(facts),
        "ages": translated("ages {ages}", ages=", ".join(map(str, facts.heads.ages))) if facts.heads.ages else "",
        "where": facts.where,
        "miles": _away(facts.party.miles),
        "dishes": dishes(facts),
        "allergies": allergies(facts),
        "occasion": facts.occasion or "",
        "name": facts.name or "",
        "phone": facts.phone or "",
        "email": facts.email or "",
    }


def taken_off(before: Facts, facts: Facts) -> str:
    """The dishes that are not wanted any more, as a list in words."""
    return ", ".join(quote.extra(name) for name in _chosen(before) if name not in _chosen(facts))


def _away(distance: Decimal | None) -> str:
    return "" if distance is None else translated("{distance} away", distance=miles(distance))


def people(facts: Facts) -> str:
    """Who comes."""
    party = facts.party
    if party.adults is None:
        return translated("{number} guests", number=party.guests) if party.guests else ""
    parts = [plural("{count} adult", "{count} adults", party.adults)]
    if party.children:
        parts.append(plural("{count} child", "{count} children", party.children))
    if party.under_six:
        parts.append(translated("{number} under 6", number=party.under_six))
    return listed(parts)


def dishes(facts: Facts) -> str:
    """The proteins, upgrades and add-ons with their numbers."""
    return ", ".join(_portions(name, count) for name, count in _chosen(facts).items())


def _chosen(facts: Facts) -> Mapping[str, int | None]:
    return {**facts.proteins, **facts.party.upgrades, **facts.party.add_ons}


def _portions(name: str, count: int | None) -> str:
    dish = quote.extra(name)
    if count == EVERYONE:
        return translated("{dish} for everyone", dish=dish)
    return dish if count is None else translated("{number} {dish}", number=count, dish=dish)


def allergies(facts: Facts) -> str:
    """What the chef has to look out for: allergens, and the diets of guests."""
    diets_of = [
        need.value
        for need in diets.standing(facts)
        if need.kind == Kind.DIET and need.stance is Stance.STATED and need.certainty >= diets.SURE_FROM
    ]
    needs = [*map(_allergy, facts.allergies), *map(named, diets_of)]
    return translated("to look out for: {needs}", needs=", ".join(needs)) if needs else ""


def _allergy(allergy: Allergy) -> str:
    return str(replace(allergy, allergen=named(allergy.allergen)))


def summary(facts: Facts) -> str:
    """All of a request, line by line."""
    day = booking.long_day(facts.day) if facts.day else ""
    at = booking.clock(facts.starts) if facts.starts else ""
    watched = allergies(facts)
    who = ", ".join(part for part in (facts.name, facts.phone, facts.email) if part)
    lines = [
        translated("Here is what I have:"),
        translated("- {day} at {time}", day=day, time=at),
        f"- {people(facts)}",
        f"- {facts.where}",
        translated("- food: {dishes}", dishes=dishes(facts) or translated("to be decided")),
        translated("- {needs} (everything is cooked on one shared grill)", needs=watched) if watched else "",
        f"- {who}" if who else "",
    ]
    return "\n".join(line for line in lines if line)
