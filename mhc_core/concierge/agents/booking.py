"""Bookings: collects what a request needs, checks each fact, and asks the team to confirm it.

It never says that a date is free: nobody but the team knows. Each turn looks at what is known and at what the customer
does; there is no script to fall out of. "Yes" confirms only what was just asked.
"""

from collections.abc import Mapping
from dataclasses import replace

from mhc_core.concierge.agents import asking, handover, questions, safety, summary, unread
from mhc_core.concierge.agents.reply import Agent, AgentContext, Question, Reply
from mhc_core.concierge.facts import doubts
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.facts.updating import NEEDED
from mhc_core.concierge.tools import booking, registry
from mhc_core.languages import money, read_back, translated
from mhc_core.understanding.result import EVERYONE, Act, Topic
from mhc_core.vocabulary import Intent

MODEL_ID = "tool/booking_request"
STUCK_FROM = 3
"""Answers to one question that could not be read, from which on a person is offered."""


def reply(question: Question, around: AgentContext) -> Reply:
    """The next step of the booking."""
    written = asking.converse(AGENT, question, around, Intent.BOOKING)
    if written is not None:
        facts = replace(question.facts, booking=True)
        sent = replace(facts, reference=around.case.reference, changed=False) if written.booking else facts
        return replace(written, facts=sent)
    facts = replace(question.facts, booking=True)
    if question.before.booking and question.topics & {Topic.BOOKING_CANCEL}:
        return _ended(question, facts)
    if question.confirming and not question.told:
        if Act.DENY in question.acts:
            return _not_sent(question, facts)
        if unread.changes(question):
            return _what_to_change(question, facts)
        if Act.AFFIRM in question.acts and not questions.following(booking.missing(question.business, facts)):
            if _unclear(question, facts):
                return _to_a_person(question, around, facts)
            return _send(question, around, facts)
    if Act.DENY in question.acts and not question.told and question.asked & {*NEEDED} and facts.odd_time is None:
        return _later(question, facts)
    return _step(question, around, facts)


def _step(question: Question, around: AgentContext, facts: Facts) -> Reply:
    business, case, before = question.business, around.case, question.before
    against = booking.problems(business, facts, case.now)
    facts = _without(facts, against)
    parts = ["" if before.booking else _opening(question, told=_too_soon(against)), *against.values()]
    careful = booking.caution(business, facts, case.now)
    if careful and facts.day != before.day:
        parts.append(careful)
    if facts.allergies != before.allergies:
        parts.append(safety.shared_grill(business))
    gone = summary.taken_off(before, facts)
    if "address" in against:
        parts.append(translated("If the party is at another place, just tell me the address and the miles."))
        return _reply(question, _joined(parts), replace(facts, booking=False), case.evidence)
    next_ = questions.pending(business, facts)
    confirming = next_ is not None and bool(next_.notes.get("confirm"))
    if against and confirming:
        return _reply(
            question, _joined([*parts, translated("Please tell me what to change.")]), facts, case.evidence, {}
        )
    if confirming and facts.told != before.told and _unclear(question, facts):
        return _to_a_person(question, around, facts)
    if not confirming:
        new = summary.noted(before, facts)
        parts += [_noted(new), _taken_off(gone), _doubt(question, facts)]
        parts.append(_price(question, around, facts) if facts.party != before.party else "")
    elif facts.told != before.told or not question.confirming:
        left = unread.numbers(question) if question.confirming else []
        if left:
            parts.append(
                translated("I could not place “{number}”; please tell me if it changes anything.", number=left[0])
            )
        parts += [_taken_off(gone), summary.summary(facts), _price(question, around, facts)]
    notes = dict(next_.notes) if next_ else {}
    if _too_soon(against):
        looked_at = translated("If it has to be that day, a person of our team can look at it.")
        parts.append(f"{looked_at} {handover.offer_text(business)}")
        notes["offered_person"] = True
        parts.append(translated("For another day, tell me the date."))
    elif _stuck(facts, notes):
        parts.append(f"{next_.text if next_ else ''} {handover.offer_text(business)}")
        notes["offered_person"] = True
    elif next_ is not None:
        how = translated("Just say yes, or tell me what to change.")
        parts.append(f"{next_.text} {how}" if confirming else next_.text)
    return _reply(question, _joined(parts), facts, case.evidence, notes)


def _send(question: Question, around: AgentContext, facts: Facts) -> Reply:
    case, contact = around.case, question.business.contact
    registry.use(case, "booking_request", booking.arguments(facts))
    if case.booking is None:
        return _step(question, around, facts)
    day, at = booking.long_day(case.booking.day), booking.clock(case.booking.starts)
    parts = [
        translated("Thank you!"),
        translated(questions.SENT, reference=case.reference, day=day, time=at),
        translated(
            "It is not a booking yet: a person checks the date and confirms it here, usually within {least} to {most} "
            "hours between {opens} and {closes}. The deposit of {deposit} is due only then.",
            least=contact.reply_hours_min,
            most=contact.reply_hours_max,
            opens=f"{contact.opens:%H:%M}",
            closes=f"{contact.closes:%H:%M}",
            deposit=money(question.business.prices.deposit),
        ),
    ]
    if not (facts.phone or facts.email):
        parts.append(translated("If you like, leave a phone number or an e-mail address too."))
    text = " ".join(parts)
    sent = replace(facts, reference=case.reference, changed=False)
    return replace(
        _reply(question, text, sent, case.evidence, {"reference": case.reference}), booking=case.booking
    )  # fmt: skip


def _unclear(question: Question, facts: Facts) -> bool:
    """Whether a request would tell something that stayed in doubt, which nobody of the team has looked at."""
    return handover.UNCLEAR not in facts.handed and doubts.lasting(question.business.prices, facts)


def _to_a_person(question: Question, around: AgentContext, facts: Facts) -> Reply:
    text = f"{summary.summary(facts)}\n{handover.text(question.business, handover.UNCLEAR, around.case.now)}"
    facts = handover.handed(facts, handover.UNCLEAR)
    return replace(_reply(question, text, facts, around.case.evidence), escalation=handover.UNCLEAR)


def _not_sent(question: Question, facts: Facts) -> Reply:
    """No to sending: asks what to change, and the second time leaves it at that."""
    kept = translated("The request that you sent before stays with the team.") if facts.reference else ""
    if question.notes.get("refused"):
        said = [translated("All right, nothing is sent."), kept, translated("Write whenever you want to go on.")]
        return _reply(question, " ".join(filter(None, said)), replace(facts, booking=False))
    said = [
        translated("All right, I have not sent anything."),
        kept,
        translated("What would you like to change? If you would rather leave it, that is fine too."),
    ]
    return _reply(question, " ".join(filter(None, said)), facts, notes={"confirm": True, "refused": True})


def _what_to_change(question: Question, facts: Facts) -> Reply:
    """A change that was not understood: nothing is sent as if it were a yes."""
    text = translated(
        "I am not sure what to change there, so I have not sent anything. Please tell me in other words what it should "
        "be, such as “start at 7 pm” or “12 adults and 2 children”."
    )
    return _reply(question, text, facts, notes={"change": True})


def _later(question: Question, facts: Facts) -> Reply:
    next_ = questions.pending(question.business, facts)
    text = translated("No problem, nothing is sent. I keep what you told me; whenever you like, we go on from here.")
    return _reply(question, text, facts, notes=dict(next_.notes) if next_ else {})


def _ended(question: Question, facts: Facts) -> Reply:
    if facts.reference:
        text = translated(
            "No problem. The request that you sent stays with the team. Just write when you want to go on."
        )
    else:
        text = translated("No problem. Nothing was sent. Just write when you want to go on.")
    sorry = handover.sympathy(question.text)
    return _reply(question, _joined([sorry, text]), replace(facts, booking=False))


def _reply(
    question: Question,
    text: str,
    facts: Facts,
    evidence: list[str] | None = None,
    notes: dict[str, object] | None = None,
) -> Reply:
    return Reply(
        text, AGENT.name, Intent.BOOKING, 1.0, MODEL_ID, facts=facts, evidence=evidence or [], notes=notes or {}
    )  # fmt: skip


def _joined(parts: list[str]) -> str:
    return "\n".join(part for part in parts if part)


def _without(facts: Facts, against: dict[str, str]) -> Facts:
    """The facts without the ones that cannot stay."""
    if "date" in against:
        facts = replace(facts, day=None, impossible_day=None)
    if "address" in against:
        facts = replace(facts, party=replace(facts.party, miles=None), address=None, city=None, zip=None)
    return facts


def _too_soon(against: dict[str, str]) -> bool:
    return read_back(booking.TOO_SOON, against.get("date", "")) is not None


def _stuck(facts: Facts, notes: Mapping[str, object]) -> bool:
    asked = notes.get("missing", ())
    return isinstance(asked, list) and any(facts.unanswered.count(name) >= STUCK_FROM for name in asked)


def _doubt(question: Question, facts: Facts) -> str:
    """What does not agree with itself, as the reason of the question that follows."""
    doubt = booking.doubt(question.business, facts)
    if doubt is None and doubts.again(facts) & {"guests", "children"}:
        return translated("I am not sure that I counted everybody.")
    if doubt is None and "date" in doubts.again(facts):
        return translated("I am not sure that I have the right day.")
    if doubt is None and "time" in doubts.again(facts):
        return translated("I am not sure that I have the right time.")
    return doubt or ""


def _opening(question: Question, told: bool) -> str:
    """How a booking begins; ``told`` says that the notice we need is spoken of anyway."""
    begun = translated(questions.OPENING)
    if told:
        return begun
    notice = translated("We need at least {hours} hours' notice.", hours=question.business.booking.lead_hours)
    return f"{begun} {notice}"


def _noted(told: str) -> str:
    return translated("Noted: {told}.", told=told) if told else ""


def _taken_off(gone: str) -> str:
    return translated("Taken off: {dishes}.", dishes=gone) if gone else ""


def _price(question: Question, around: AgentContext, facts: Facts) -> str:
    """The price once the people are known."""
    people = facts.party
    if people.adults is None or {"guests", "ages"} & {*booking.missing(question.business, facts)}:
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
)
