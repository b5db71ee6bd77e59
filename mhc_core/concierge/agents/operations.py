"""Requests that were sent, bookings that exist, customers' data, payments and the day itself.

A request of this chat or customer is told as it stands, and taken back or changed while the team has not decided on it;
for all else it says what the team needs, and confirms nothing.
"""

from dataclasses import replace
from uuid import UUID

from mhc_core.business import pricing
from mhc_core.concierge.agents import asking, handover
from mhc_core.concierge.agents.reply import Agent, AgentContext, Question, Reply
from mhc_core.concierge.tools.booking import clock, long_day
from mhc_core.concierge.tools.quote import usd
from mhc_core.db.queries.bookings import Booking
from mhc_core.understanding.result import Topic
from mhc_core.vocabulary import Intent

MODEL_ID = "rules/operations"


def reply(question: Question, around: AgentContext) -> Reply:
    """The state of a request or a change of it; else what the team needs to help, and the offer to pass it on."""
    found = around.case.booked() if question.topics & _OF_A_REQUEST else None
    if found is None and question.booking_open and question.topics & _OF_A_REQUEST:
        return _reply("Not yet: I have not sent your request to our team.")
    if found is None or found.status == "withdrawn":
        written = asking.converse(AGENT, question, around, Intent.ACCOUNT)
        return written or _for_the_team(question, found)
    if Topic.BOOKING_CANCEL in question.topics:
        return _cancelled(question, around, found)
    if Topic.BOOKING_CHANGE in question.topics:
        return _change(question, found)
    return _state(question, around, found)


def _state(question: Question, around: AgentContext, found: Booking) -> Reply:
    contact = question.business.contact
    states = {
        "requested": f"Yes, your request {_name(around, found)} is with our team and waits for their confirmation, "
        f"usually within {contact.reply_hours_min} to {contact.reply_hours_max} hours of office time. It is not a "
        "booking yet.",
        "confirmed": f"Yes: our team has confirmed {_party(found)}.",
        "declined": f"Our team could not take {_party(found)}. For another day just tell me the date.",
    }
    return _reply(states[found.status])


def _cancelled(question: Question, around: AgentContext, found: Booking) -> Reply:
    sorry = handover.sympathy(question.text)
    sorry = f"{sorry} " if sorry else ""
    if found.status == "declined":
        return _reply(f"{sorry}Our team had not taken {_party(found)}, so there is nothing to cancel.")
    if found.status == "confirmed":
        deposit, days = question.business.prices.deposit, (found.event_on - around.case.now.date()).days
        back = pricing.refund(question.business, deposit, max(days, 0))
        return _reply(
            f"{sorry}Our team has confirmed {_party(found)}, so a person cancels it. By our rules {usd(back)} of a "
            f"deposit of {usd(deposit)} go back today. {handover.offer_text(question.business)}",
            offered_person=True,
        )
    facts = replace(question.facts, booking=False, reference=None, changed=False)
    text = f"{sorry}Done: I have taken back your request {_name(around, found)}. Nothing is booked and nothing is owed."
    return replace(_reply(text), facts=facts, withdraws=found.id)


def _change(question: Question, found: Booking) -> Reply:
    if found.status == "confirmed":
        return _reply(
            f"Our team has confirmed {_party(found)}, so a person changes it. Please write here what should be "
            f"different. {handover.offer_text(question.business)}",
            offered_person=True,
        )
    return _reply(f"You asked for {_party(found)}. Please tell me what to change.")


def _for_the_team(question: Question, withdrawn: Booking | None) -> Reply:
    business, facts, topics = question.business, question.facts, question.topics
    if withdrawn is not None and topics & _OF_A_REQUEST:
        return _reply(f"Your request for {long_day(withdrawn.event_on)} was taken back, so nothing is booked.")
    needs = [
        *(["the name the party is booked under"] if facts.name is None else []),
        *(["the date of the party"] if facts.day is None else []),
        *(["a phone number or e-mail address"] if facts.phone is None and facts.email is None else []),
    ]
    if Topic.DAY_OF in topics:
        phone = business.contact.phone
        opening = f"For the day itself the team is quickest by text: {phone}. I can pass it on from here too."
    elif Topic.DATA_REQUEST in topics:
        opening = "Your data is yours: a person of our team handles that, and confirms it to you."
    elif Topic.PAYMENT in topics:
        opening = "I cannot see payments or invoices; the team can, and answers that here. Please send no card details."
    elif Topic.CONTACT_DETAILS in topics:
        opening = "I cannot change what is on file myself; the team does that. Please write the new details here."
    else:
        opening = "I find no request of yours here, so I cannot confirm, change or cancel one myself; the team can."
    sorry = handover.sympathy(question.text)
    asks = (
        f"So that they find you, please tell me {_listed(needs)}." if needs else "They have what they need to find you."
    )
    return _reply(f"{sorry} {opening} {asks}\n{handover.offer_text(business)}".strip(), offered_person=True)


_OF_A_REQUEST = frozenset({Topic.BOOKING_STATUS, Topic.BOOKING_CHANGE, Topic.BOOKING_CANCEL})


def _name(around: AgentContext, found: Booking) -> str:
    name = reference(around.case.business.short_name, found.conversation_id)
    return f"{name} for {long_day(found.event_on)} at {clock(found.starts_at)}"


def reference(short_name: str, conversation_id: UUID) -> str:
    """What a conversation's request is called."""
    return f"{short_name}-{conversation_id.hex[:8].upper()}"


def _party(found: Booking) -> str:
    return f"your party on {long_day(found.event_on)} at {clock(found.starts_at)}"


def _reply(text: str, offered_person: bool = False) -> Reply:
    notes = {"offered_person": True} if offered_person else {}
    return Reply(text, AGENT.name, Intent.ACCOUNT, 1.0, MODEL_ID, evidence=[text], notes=notes)


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


AGENT = Agent(
    name="operations",
    prompt="operations",
    temperature=0.3,
    tools=("policy_lookup", "hand_over"),
    reply=reply,
)
