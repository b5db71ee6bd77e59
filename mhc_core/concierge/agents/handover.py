"""What must reach a person: what the message was understood to need, and what arithmetic says of the party.

Reasons are the words of ``[handover] reasons`` in the business file: a reason taken off that list is no longer handed
over. Thresholds (guests, miles) come from the same file.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from mhc_core.business.pricing import Business
from mhc_core.concierge.facts import doubts
from mhc_core.concierge.facts.memory import Facts
from mhc_core.languages import marked, translated
from mhc_core.support.handover import office_hours
from mhc_core.understanding.result import Act, Topic, Understood

UNCONFIRMED = "unconfirmed answer"
"""Handed over because nothing supported what the model wanted to say; no list of reasons turns this off."""
UNCLEAR = "unclear request"
"""Handed over because what the customer asked for stayed in doubt; no list of reasons turns this off either."""
ASKED_FOR, LARGE, FAR, ANGRY = "request for a person", "large party", "long distance", "angry customer"
ONCE = frozenset({LARGE, FAR, "severe allergy", "corporate event"})
"""About the party itself: once a person has looked at it, the assistant goes on."""
_A_PARTY_GOES_WRONG = {Topic.BOOKING_CANCEL, Topic.BOOKING_CHANGE, Topic.PAYMENT, Topic.COMPLAINT}


@dataclass(frozen=True, slots=True)
class Situation:
    """One customer message with what decides around it.

    ``facts`` are those with this message; ``answered`` counts the answers already given in this conversation;
    ``offered`` says that the last one offered a person, ``upset`` that this message sounds so.
    """

    message: str
    understood: Understood | None
    facts: Facts
    answered: int = 0
    offered: bool = False
    upset: bool = False


def check(business: Business, now: Situation) -> str | None:
    """The reason why this message must reach a person, or ``None``."""
    return next(
        (
            reason
            for reason in _found(business, now)
            if reason in business.handover.reasons and not (reason in ONCE and reason in now.facts.handed)
        ),
        None,
    )


def _found(business: Business, now: Situation) -> list[str]:
    found, read, party = [], now.understood, now.facts.party
    if read is not None:
        if read.person is not None:
            found.append(read.person.reason)
        if _asks_for_a_person(read) or (now.offered and Act.AFFIRM in read.acts):
            found.append(ASKED_FOR)
        topics = {segment.topic for segment in read.segments}
        if _LOSS.search(now.message.casefold()) and topics & _A_PARTY_GOES_WRONG:
            found.append(ASKED_FOR)
    if party.head_count >= business.handover.guests_from and "guests" not in doubts.again(now.facts):
        found.append(LARGE)
    if party.miles is not None and business.travel.review_from_miles <= party.miles <= business.travel.maximum_miles:
        found.append(FAR)
    if now.upset and now.answered:
        found.append(ANGRY)
    return found


def _asks_for_a_person(read: Understood) -> bool:
    return any(segment.act is Act.PERSON and segment.topic is Topic.OTHER for segment in read.segments)


def handed(facts: Facts, reason: str) -> Facts:
    """The facts once a person has the conversation for this reason."""
    return replace(facts, handed=tuple(dict.fromkeys((*facts.handed, reason))))


_FAMILY = (
    r"(?:mom|mum|mother|dad|father|husband|wife|son|daughter|brother|sister|grand\w+|aunt|uncle|cousin|friend"
    r"|\w+-in-law)"
)
_LOSS = re.compile(
    rf"\b(?:passed away|(?:death|loss) in (?:the|our|my) family|{_FAMILY} (?:just |has |suddenly )?(?:died|passed)"
    r"|mur(?:ió|io)|falleci\w+)\b"
)
_ILL = re.compile(
    r"\b(?:(?:taken|fallen|fell|very|seriously) (?:ill|sick)|in (?:the )?hospital|surgery|cancer|stroke)\b"
)
# Two lists for words of sympathy only: whether a person must answer is understood, but for a bereaved customer's party.


def sympathy(message: str) -> str:
    """Decent words for somebody who lost a person or tells of an illness; empty for all others."""
    text = message.casefold()
    if _LOSS.search(text):
        return translated("I am very sorry for your loss.")
    return translated("I am sorry to hear that, and I hope for a quick recovery.") if _ILL.search(text) else ""


_OPENINGS = {
    "illness after an event": marked(
        "I am very sorry to hear that, and I hope everyone feels better soon. If somebody feels seriously unwell, "
        "please call a doctor or 911 first."
    ),
    "legal threat": marked("I understand that this is serious, and it should be answered by a person."),
    "severe allergy": marked(
        "Thank you for telling me. All food is cooked on one shared grill, so I cannot promise that anything is free "
        "of an allergen; with a severe allergy a person needs to go through it with you."
    ),
    ASKED_FOR: marked("Of course."),
    "refund outside the policy": marked("I understand. A refund is something I cannot decide myself."),
    "discount outside the policy": marked("Thanks for asking. Special prices are something I cannot decide myself."),
    "corporate event": marked("That sounds great. Company events are arranged by a person of our team."),
    LARGE: marked("What a party! Groups of {guests_from} or more are arranged by a person of our team."),
    FAR: marked(
        "Trips of {review_from_miles} miles or more are looked at by a person of our team first; beyond "
        "{maximum_miles} miles we usually cannot come."
    ),
    UNCLEAR: marked(
        "I am not certain that I understood everything, and I do not want to send anything wrong, so a person of our "
        "team goes through it."
    ),
    UNCONFIRMED: marked("I do not want to give you an answer that I cannot confirm."),
    ANGRY: marked("I am sorry, this is not how it should go, and I do not want to waste your time."),
}


def text(business: Business, reason: str, now: datetime, message: str = "") -> str:
    """What the customer reads when the conversation goes to a person."""
    opening = sympathy(message) or translated(
        _OPENINGS[reason],
        guests_from=business.handover.guests_from,
        review_from_miles=business.travel.review_from_miles,
        maximum_miles=business.travel.maximum_miles,
    )
    return f"{opening} {translated('I have passed your message on.')} {_when(business, now)}"


def waiting_text(business: Business, now: datetime) -> str:
    """What the customer reads once while a person has the conversation."""
    added = translated("Your message has been added for our team; the assistant stays out of it now.")
    return f"{added} {_when(business, now)}"


OFFER = marked("Shall I pass this on to a person of our team? Just say yes.")


def offer_text(business: Business) -> str:
    """The offer of a person, where no good answer was found."""
    return translated(OFFER)


def _when(business: Business, now: datetime) -> str:
    """When a person answers, as the office hours stand at ``now``."""
    contact = business.contact
    within = {"least": contact.reply_hours_min, "most": contact.reply_hours_max}
    hours = office_hours(contact, now)
    if hours.next_opening is None:
        promise = translated("A person will answer you here, usually within {least} to {most} hours.", **within)
    else:
        today = now.astimezone(hours.next_opening.tzinfo).date()
        at = f"{hours.next_opening:%H:%M}"
        if hours.next_opening.date() == today:
            promise = translated(
                "Our team is back today at {time}; from then on a person will answer you here, usually within {least} "
                "to {most} hours.",
                time=at,
                **within,
            )
        else:
            promise = translated(
                "Our team is back tomorrow at {time}; from then on a person will answer you here, usually within "
                "{least} to {most} hours.",
                time=at,
                **within,
            )
    reach = translated("You can also text {phone} or write to {email}.", phone=contact.phone, email=contact.email)
    return f"{promise} {reach}"
