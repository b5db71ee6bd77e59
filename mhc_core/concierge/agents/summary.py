"""What is known of a party, in the words that the customer reads."""

from collections.abc import Mapping

from mhc_core.concierge.facts import diets
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.tools import booking
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
        "ages": f"ages {', '.join(map(str, facts.heads.ages))}" if facts.heads.ages else "",
        "where": facts.where,
        "miles": f"{facts.party.miles:f} miles away" if facts.party.miles is not None else "",
        "dishes": dishes(facts),
        "allergies": allergies(facts),
        "occasion": facts.occasion or "",
        "name": facts.name or "",
        "phone": facts.phone or "",
        "email": facts.email or "",
    }


def taken_off(before: Facts, facts: Facts) -> str:
    """The dishes that are not wanted any more, as a list in words."""
    return ", ".join(name for name in _chosen(before) if name not in _chosen(facts))


def people(facts: Facts) -> str:
    """Who comes."""
    party = facts.party
    if party.adults is None:
        return f"{party.guests} guests" if party.guests else ""
    parts = [f"{party.adults} adult{'s' if party.adults != 1 else ''}"]
    if party.children:
        parts.append(f"{party.children} child{'ren' if party.children != 1 else ''}")
    if party.under_six:
        parts.append(f"{party.under_six} under 6")
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def dishes(facts: Facts) -> str:
    """The proteins, upgrades and add-ons with their numbers."""
    return ", ".join(_portions(name, count) for name, count in _chosen(facts).items())


def _chosen(facts: Facts) -> Mapping[str, int | None]:
    return {**facts.proteins, **facts.party.upgrades, **facts.party.add_ons}


def _portions(name: str, count: int | None) -> str:
    return name if count is None else f"{name} for everyone" if count == EVERYONE else f"{count} {name}"


def allergies(facts: Facts) -> str:
    """What the chef has to look out for: allergens, and the diets of guests."""
    diets_of = [
        need.value
        for need in diets.standing(facts)
        if need.kind == Kind.DIET and need.stance is Stance.STATED and need.certainty >= diets.SURE_FROM
    ]
    named = [*map(str, facts.allergies), *diets_of]
    return f"to look out for: {', '.join(named)}" if named else ""


def summary(facts: Facts) -> str:
    """All of a request, line by line."""
    day = booking.long_day(facts.day) if facts.day else ""
    at = booking.clock(facts.starts) if facts.starts else ""
    who = ", ".join(part for part in (facts.name, facts.phone, facts.email) if part)
    lines = [
        "Here is what I have:",
        f"- {day} at {at}",
        f"- {people(facts)}",
        f"- {facts.where}",
        f"- food: {dishes(facts) or 'to be decided'}",
        f"- {watched} (everything is cooked on one shared grill)" if (watched := allergies(facts)) else "",
        f"- {who}" if who else "",
    ]
    return "\n".join(line for line in lines if line)
