"""Requests that were sent, bookings that exist, customers' data, payments and the day itself.

A request of this chat or customer is told as it stands, and taken back or changed while the team has not decided on it;
for all else it says what the team needs, and confirms nothing.
"""

from dataclasses import replace
from uuid import UUID

from mhc_core.business import pricing
from mhc_core.business.pricing import Business
from mhc_core.concierge.agents import asking, handover
from mhc_core.concierge.agents.reply import Agent, AgentContext, Question, Reply
from mhc_core.concierge.tools.booking import clock, long_day
from mhc_core.db.queries.bookings import Booking
from mhc_core.languages import listed, money, translated
from mhc_core.understanding.result import Topic
from mhc_core.vocabulary import Intent

MODEL_ID = "rules/operations"


def reply(question: Question, around: AgentContext) -> Reply:
    """The state of a request or a change of it; else what the team needs to help, and the offer to pass it on."""
    found = around.case.booked() if question.topics & _OF_A_REQUEST else None
    if found is None and question.booking_open and question.topics & _OF_A_REQUEST:
        return _reply(translated("Not yet: I have not sent your request to our team."))
    if found is None or found.status == "withdrawn":
        written = asking.converse(AGENT, question, around, Intent.ACCOUNT)
        return written or _for_the_team(question, found)
    if Topic.BOOKING_CANCEL in question.topics:
        return _cancelled(question, around, found)
    if Topic.BOOKING_CHANGE in question.topics:
        return _change(question, found)
    return _state(question, around, found)


def _state(question: Question, around: AgentContext, found: Booking) -> Reply:
    contact, party = question.business.contact, _party(found)
    if found.status == "confirmed":
        return _reply(translated("Yes: our team has confirmed your party on {day} at {time}.", **party))
    if found.status == "declined":
        return _reply(
            translated(
                "Our team could not take your party on {day} at {time}. For another day just tell me the date.", **party
            )
        )
    return _reply(
        translated(
            "Yes, your request {reference} for {day} at {time} is with our team and waits for their confirmation, "
            "usually within {least} to {most} hours of office time. It is not a booking yet.",
            reference=_name(around, found),
            least=contact.reply_hours_min,
            most=contact.reply_hours_max,
            **party,
        )
    )


def _cancelled(question: Question, around: AgentContext, found: Booking) -> Reply:
    sorry, party = handover.sympathy(question.text), _party(found)
    if found.status == "declined":
        text = translated(
            "Our team had not taken your party on {day} at {time}, so there is nothing to cancel.", **party
        )
        return _reply(f"{sorry} {text}".strip())
    if found.status == "confirmed":
        deposit, days = question.business.prices.deposit, (found.event_on - around.case.now.date()).days
        back = pricing.refund(question.business, deposit, max(days, 0))
        text = translated(
            "Our team has confirmed your party on {day} at {time}, so a person cancels it. By our rules {back} of a "
            "deposit of {deposit} go back today.",
            back=money(back),
            deposit=money(deposit),
            **party,
        )
        return _reply(f"{sorry} {text} {handover.offer_text(question.business)}".strip(), offered_person=True)
    facts = replace(question.facts, booking=False, reference=None, changed=False)
    text = translated(
        "Done: I have taken back your request {reference} for {day} at {time}. Nothing is booked and nothing is owed.",
        reference=_name(around, found),
        **party,
    )
    return replace(_reply(f"{sorry} {text}".strip()), facts=facts, withdraws=found.id)


def _change(question: Question, found: Booking) -> Reply:
    if found.status == "confirmed":
        text = translated(
            "Our team has confirmed your party on {day} at {time}, so a person changes it. Please write here what "
            "should be different.",
            **_party(found),
        )
        return _reply(f"{text} {handover.offer_text(question.business)}", offered_person=True)
    return _reply(
        translated("You asked for your party on {day} at {time}. Please tell me what to change.", **_party(found))
    )


def _for_the_team(question: Question, withdrawn: Booking | None) -> Reply:
    business, facts, topics = question.business, question.facts, question.topics
    if withdrawn is not None and topics & _OF_A_REQUEST:
        day = long_day(withdrawn.event_on)
        return _reply(translated("Your request for {day} was taken back, so nothing is booked.", day=day))
    needs = [
        *([translated("the name the party is booked under")] if facts.name is None else []),
        *([translated("the date of the party")] if facts.day is None else []),
        *([translated("a phone number or e-mail address")] if facts.phone is None and facts.email is None else []),
    ]
    sorry = handover.sympathy(question.text)
    if needs:
        asks = translated("So that they find you, please tell me {needs}.", needs=listed(needs))
    else:
        asks = translated("They have what they need to find you.")
    text = f"{sorry} {_who_helps(business, topics)} {asks}\n{handover.offer_text(business)}"
    return _reply(text.strip(), offered_person=True)


def _who_helps(business: Business, topics: frozenset[Topic]) -> str:
    if Topic.DAY_OF in topics:
        return translated(
            "For the day itself the team is quickest by text: {phone}. I can pass it on from here too.",
            phone=business.contact.phone,
        )
    if Topic.DATA_REQUEST in topics:
        return translated("Your data is yours: a person of our team handles that, and confirms it to you.")
    if Topic.PAYMENT in topics:
        return translated(
            "I cannot see payments or invoices; the team can, and answers that here. Please send no card details."
        )
    if Topic.CONTACT_DETAILS in topics:
        return translated(
            "I cannot change what is on file myself; the team does that. Please write the new details here."
        )
    return translated(
        "I find no request of yours here, so I cannot confirm, change or cancel one myself; the team can."
    )


_OF_A_REQUEST = frozenset({Topic.BOOKING_STATUS, Topic.BOOKING_CHANGE, Topic.BOOKING_CANCEL})


def _name(around: AgentContext, found: Booking) -> str:
    return reference(around.case.business.short_name, found.conversation_id)


def reference(short_name: str, conversation_id: UUID) -> str:
    """What a conversation's request is called."""
    return f"{short_name}-{conversation_id.hex[:8].upper()}"


def _party(found: Booking) -> dict[str, str]:
    return {"day": long_day(found.event_on), "time": clock(found.starts_at)}


def _reply(text: str, offered_person: bool = False) -> Reply:
    notes = {"offered_person": True} if offered_person else {}
    return Reply(text, AGENT.name, Intent.ACCOUNT, 1.0, MODEL_ID, evidence=[text], notes=notes)


AGENT = Agent(
    name="operations",
    prompt="operations",
    temperature=0.3,
    tools=("policy_lookup", "hand_over"),
    reply=reply,
)
