"""Bookings: collects what a request needs over several turns, checks each, and asks the team to confirm it.

It never says that a date is free: nobody but the team knows. Facts are read by ``memory``, rules by ``tools.booking``.
"""

import re
from dataclasses import replace

from mhc_core.concierge.agents import asking
from mhc_core.concierge.agents.reply import Agent, AgentContext, Question, Reply
from mhc_core.concierge.facts.extras import EVERYONE
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.tools import booking, registry
from mhc_core.concierge.tools.quote import PRICE_WORDS, usd
from mhc_core.vocabulary import Intent

MODEL_ID = "tool/booking_request"

_BOOK = (
    r"(?:book|reserve|schedule|lock in|lock (?:it |that )?in|hire|sign (?:us|me) up"
    r"|make a (?:booking|reservation)|set (?:something|it) up)"
)
_WANTS = re.compile(
    rf"\b(?:(?:i|we)(?:'d| would|'re| are|'m| am)? (?:like|love|want|wanna|need|hope|hoping|ready"
    rf"|looking|trying|wish)(?: to)?"
    rf"|wanna|want to|gonna|going to|let'?s|please|pls|plz|can (?:i|we|you)|could (?:i|we|you)"
    rf"|may (?:i|we)|ready to|like to"
    rf"|looking to|trying to) {_BOOK}\b"
    rf"|^\W*{_BOOK}\b|\b{_BOOK} (?:you|a chef|it\b|us\b|me\b|this|hibachi|your|an?\b|for\b)"
    r"|\bhave (?:a|the) (?:chef|party) (?:come|at)\b"
)
_FREE = re.compile(
    r"\b(?:are|r) (?:you|u|ya|you guys|y'?all) (?:available|free|open|booked)\b|\bavailab\w*\b"
    r"|\bopenings?\b|\bgot anything\b"
)
_HOW = re.compile(
    r"\b(?:how (?:do|does|can|far|early|long|much notice|soon|late)|what(?:'s| is| do you need)|where"
    r"|process|steps|deadline|by when"
    r"|latest|need to book|have to book|should (?:i|we)|when (?:do|should|can)|do (?:i|we) (?:need|have))\b"
)
_MINE = re.compile(
    r"\b(?:my|our|the|existing|current) (?:\w+ )?(?:booking|reservation)\b|\bre-?schedul|\balready booked\b"
)
_SEND = re.compile(
    r"^\W*(?:yes|yea|yeah|yep|yup|sure|ok(?:ay)?|correct|perfect|great|sounds? good|looks? good"
    r"|please|pls|go ahead|do it"
    r"|send it|that'?s (?:right|correct|it|all)|all good|book it|confirm(?:ed)?)\b(?!.*\b(?:but"
    r"|except|change|actually|wait)\b)"
)
_STOP = re.compile(
    r"\b(?:never ?mind|forget (?:it|about it)|don'?t send|cancel (?:that|this|it|the request)|not anymore|stop)\b"
)
_ASKS = {
    "date": "the date",
    "time": "the start time",
    "guests": "how many guests come ({ages})",
    "ages": "how many of your guests are {ages}",
    "children": "how many children come along, and how many of them are under {child_from}",
    "address": "the address of the party",
    "proteins": "which proteins you would like: {included} for each guest out of {proteins}; undecided is fine too",
}
_TOGETHER = (("date", "time"), ("guests",), ("ages",), ("children",), ("address",), ("proteins",))


def claims(question: Question) -> int:
    """A wish to book, or an answer within a booking that is being put together."""
    text, facts = question.text.lower().replace("’", "'"), question.facts
    if facts.booking and (not facts.reference or facts.changed):
        asked = question.notes.get("agent") == AGENT.name
        if asked and (_SEND.search(text) or _STOP.search(text) or facts.proteins_open != question.before.proteins_open):
            return 4
        if question.told and not PRICE_WORDS.search(text):
            return 4
        if asked and "?" not in text and len(text.split()) <= 4 and not _MINE.search(text):
            return 1
    if _MINE.search(text):
        return 0
    wants = bool(_WANTS.search(text)) and (not _HOW.search(text) or question.told)
    asks_for_a_day = bool(_FREE.search(text)) and (facts.day is not None or facts.impossible_day is not None)
    return 3 if wants or (asks_for_a_day and not _HOW.search(text)) else 0


def reply(question: Question, around: AgentContext) -> Reply:
    """The next step of the booking."""
    written = asking.converse(AGENT, question, around, Intent.BOOKING)
    if written is not None:
        facts = replace(question.facts, booking=True)
        sent = replace(facts, reference=around.case.reference, changed=False) if written.booking else facts
        return replace(written, facts=sent)
    return _step(question, around)


def reminder(question: Question) -> str | None:
    """What an unfinished booking still needs, for the end of an answer about something else."""
    if not question.facts.booking or question.facts.reference:
        return None
    needs = _next(booking.missing(question.facts))
    return f"For your booking request I still need {_asked(question, needs)}." if needs else None


def _step(question: Question, around: AgentContext) -> Reply:
    text, case = question.text.lower(), around.case
    facts = replace(question.facts, booking=True)
    if question.before.booking and _STOP.search(text):
        kept = "The request that you sent stays with the team." if facts.reference else "Nothing was sent."
        return _reply(question, f"No problem. {kept} Just write when you want to go on.", replace(facts, booking=False))
    against = booking.problems(question.business, facts, case.now)
    facts = _without(facts, against)
    needs = _next(booking.missing(facts))
    if not needs and not against and question.notes.get("confirm") and _SEND.search(text) and not question.told:
        return _send(question, around, facts)
    opening = "" if question.before.booking else _opening(question)
    parts = [opening, *against.values()]
    careful = booking.caution(question.business, facts, case.now)
    if careful and facts.day != question.before.day:
        parts.append(careful)
    new = _noted(question.before, facts)
    if needs:
        if new:
            parts.append(f"Noted: {new}.")
        parts.append(_price(question, around, facts))
        parts.append(f"Please tell me {_asked(question, needs)}.")
        if "date" in against and "passed" not in against["date"] and "notice" in against["date"]:
            parts.append("If it has to be that day, a person of our team can tell whether anything is possible.")
    elif against:
        parts.append("Please tell me what to change.")
    else:
        parts += [_summary(question, facts), _price(question, around, facts, again=True)]
        verb = "send the change" if facts.reference else "send this request"
        parts.append(f"Shall I {verb} to our team? Just say yes, or tell me what to change.")
    missing = list(needs)
    return _reply(
        question, "\n".join(part for part in parts if part), facts, tuple(case.evidence),
        {"missing": missing, "confirm": not needs and not against},
    )  # fmt: skip


def _send(question: Question, around: AgentContext, facts: Facts) -> Reply:
    case, contact = around.case, question.business.contact
    registry.use(case, "booking_request", booking.arguments(facts))
    if case.booking is None:
        return _reply(question, "Something in the request does not fit any more. Please give me the date again.", facts)
    reach = "" if facts.phone or facts.email else " If you like, leave a phone number or an e-mail address too."
    text = (
        f"Thank you! Your request {case.reference} is with our team: {booking.long_day(case.booking.day)} at "
        f"{booking.clock(case.booking.starts)}. It is not a booking yet: a person checks the date and "
        f"confirms it here, "
        f"usually within {contact.reply_hours_min} to {contact.reply_hours_max} hours between "
        f"{contact.opens:%H:%M} and "
        f"{contact.closes:%H:%M}. The deposit of {usd(question.business.prices.deposit)} is due only then.{reach}"
    )
    sent = replace(facts, reference=case.reference, changed=False)
    return replace(
        _reply(question, text, sent, tuple(case.evidence), {"reference": case.reference}), booking=case.booking
    )


def _reply(
    question: Question, text: str, facts: Facts, evidence: tuple[str, ...] = (), notes: dict[str, object] | None = None
) -> Reply:
    return Reply(text, AGENT.name, Intent.BOOKING, 1.0, MODEL_ID, facts=facts, evidence=evidence, notes=notes or {})


def _without(facts: Facts, against: dict[str, str]) -> Facts:
    """The facts without the ones that cannot stay."""
    if "date" in against:
        facts = replace(facts, day=None, impossible_day=None)
    if "address" in against:
        facts = replace(facts, party=replace(facts.party, miles=None), address=None)
    return facts


def _next(missing: tuple[str, ...]) -> tuple[str, ...]:
    for group in _TOGETHER:
        needs = tuple(name for name in group if name in missing)
        if needs:
            return needs
    return ()


def _asked(question: Question, needs: tuple[str, ...]) -> str:
    rules = question.business
    words = {
        "ages": f"{rules.prices.adult_from_age} or older, {rules.prices.child_from_age} to "
        f"{rules.prices.adult_from_age - 1}, and under {rules.prices.child_from_age}",
        "child_from": str(rules.prices.child_from_age),
        "included": str(rules.menu.proteins_included),
        "proteins": f"{', '.join(rules.menu.proteins)} ({', '.join(rules.upgrades)} cost extra)",
    }
    return " and ".join(_ASKS[name].format(**words) for name in needs)


def _opening(question: Question) -> str:
    rules = question.business.booking
    return (
        "Happy to set that up! I cannot see the calendar, so I put together a request and our team tells you whether "
        f"the date is free; it stands once it is confirmed. We need at least {rules.lead_hours} hours' notice."
    )


def _noted(before: Facts, facts: Facts) -> str:
    people = facts.party
    new = {
        f"{booking.long_day(facts.day)}" if facts.day else "": facts.day != before.day,
        booking.clock(facts.starts) if facts.starts else "": facts.starts != before.starts,
        _people(facts): _people(facts) != _people(before),
        f"{people.miles:f} miles away" if people.miles is not None else "": people.miles != before.party.miles,
        facts.address or "": facts.address != before.address,
        _proteins(facts): _proteins(facts) != _proteins(before),
        _allergies(facts): facts.allergies != before.allergies,
    }
    return ", ".join(words for words, fresh in new.items() if words and fresh)


def _people(facts: Facts) -> str:
    people = facts.party
    if people.adults is None:
        return f"{people.guests} guests" if people.guests else ""
    parts = [f"{people.adults} adult{'s' if people.adults != 1 else ''}"]
    if people.children:
        parts.append(f"{people.children} child{'ren' if people.children != 1 else ''}")
    if people.under_six:
        parts.append(f"{people.under_six} of the youngest")
    return " and ".join(parts)


def _proteins(facts: Facts) -> str:
    chosen = {**facts.proteins, **facts.party.upgrades}
    return ", ".join(name if count in (None, EVERYONE) else f"{count} {name}" for name, count in chosen.items())


def _allergies(facts: Facts) -> str:
    return f"to look out for: {', '.join(facts.allergies)}" if facts.allergies else ""


def _summary(question: Question, facts: Facts) -> str:
    day = booking.long_day(facts.day) if facts.day else ""
    at = booking.clock(facts.starts) if facts.starts else ""
    lines = ["Here is what I have:", f"- {day} at {at}", f"- {_people(facts)}", f"- {facts.address}"]
    lines.append(f"- proteins: {_proteins(facts) or 'to be decided'}")
    if facts.allergies:
        lines.append(f"- {_allergies(facts)} (everything is cooked on one shared grill)")
    return "\n".join(lines)


def _price(question: Question, around: AgentContext, facts: Facts, again: bool = False) -> str:
    """The price once the people are known, and when they change."""
    people = facts.party
    if "guests" in (open_ := booking.missing(facts)) or "ages" in open_ or people.adults is None:
        return ""
    if not again and people == question.before.party:
        return ""
    counts = {
        "adults": people.adults,
        "children": people.children or 0,
        "under_six": people.under_six or 0,
        "miles": people.miles,
    }
    for kind, wanted in (("upgrades", people.upgrades), ("add_ons", people.add_ons)):
        counts[kind] = [  # type: ignore[assignment]
            {"name": name, "count": people.head_count if count == EVERYONE else count}
            for name, count in wanted.items()
            if count is not None
        ]
    return registry.use(around.case, "quote", counts)


AGENT = Agent(
    name="booking",
    prompt="booking",
    temperature=0.5,
    tools=("quote", "protein_plan", "travel_fee", "policy_lookup", "booking_request", "hand_over"),
    reply=reply,
    claims=claims,
)
