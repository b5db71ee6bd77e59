"""What must reach a person, as one list of rules read from top to bottom: the first that fits decides.

Reasons are the words of ``[handover] reasons`` in the business file: a reason taken off that list is no longer handed
over. Thresholds (guests, miles) come from the same file.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mhc_core.business.pricing import Business
from mhc_core.concierge.facts.party import Party
from mhc_core.support.handover import office_hours


@dataclass(frozen=True, slots=True)
class Situation:
    """One customer message with what the rules need to know around it.

    ``answered`` counts the answers already given in this conversation; ``offered`` says that the last one offered a
    person; ``party`` is what is known of the party so far; ``upset`` that this message sounds so.
    """

    message: str
    party: Party
    answered: int = 0
    offered: bool = False
    upset: bool = False


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


UNCONFIRMED = "unconfirmed answer"
"""Handed over because nothing supported what the model wanted to say; no list of reasons turns this off."""

# --- a person is asked for -------------------------------------------------------------------------------------------
_PEOPLE = r"(?:person|human|someone|somebody|agent|representative|rep|manager|owner|supervisor|staff|team member|boss)"
_PERSON = _words(
    rf"\b(?:talk|speak|chat|connect|transfer|put|pass|switch|escalate)\b[^.?!]{{0,25}}\b(?:to|with|through)\b"
    rf"[^.?!]{{0,20}}(?<!per )(?<!each )(?<!one )\b{_PEOPLE}\b"
    rf"|\b(?:i|we|get me|give me)\b[^.?!]{{0,12}}\b(?:want|need|prefer|like|get me|give me)? ?"
    rf"(?:to (?:talk|speak) to )?an? (?:(?:real|live|actual|human) )*(?:human|representative|rep|manager|supervisor)\b"
    rf"|\b(?:real|live|actual) (?:person|human|agent)\b|\bhuman (?:please|agent|being|help|support)\b"
    rf"|\b(?:can|could|have|please|let|need) (?:{_PEOPLE}|you) (?:please )?(?:call|phone|ring|contact) (?:me|us)\b"
    rf"|^\W*(?:human|agent|representative|operator|manager|real person)\W*$"
)
_YES = _words(
    r"^\W*(?:yes|yea|yeah|yep|yup|sure|please|pls|please do|go ahead|do that|that would be (?:great|nice|good)|"
    r"sounds good)\b.{0,40}$|^\W*ok(?:ay)?(?: please| do(?: that| it)?| pass it on)?\W*$"
)

# --- harm ------------------------------------------------------------------------------------------------------------
_POISONED = _words(
    r"\b(?:food[- ]?poison\w*|salmonella|e\.? ?coli|norovirus|threw up|throwing up|vomit\w*|puk(?:ed|ing)|diarrh\w*)\b"
)
_ILL = _words(r"\b(?:sick|ill|nauseous|nausea|stomach (?:ache|bug|cramps?|pains?)|hospital|emergency room)\b")
_AFTERWARDS = _words(
    r"\b(?:after|since|ate|eaten|eating|from (?:the|your)|last night|yesterday|because of"
    r"|made (?:me|us|my|our|him|her|them))\b"
)
_NOT_YET = _words(r"\b(?:if|in case|what happens|reschedul\w*|cancel\w*|postpon\w*|move (?:it|the|our|my))\b")
_LEGAL = _words(
    r"\b(?:lawyers?|attorneys?|lawsuits?|legal action|legal team|suing|small claims"
    r"|(?:see|take) (?:you|u|this|them|it)\b.{0,12}\bcourt|sue (?:you|u|your|this|them|the)"
    r"|(?:will|to|gonna|'ll|could|might|should) sue|press charges"
    r"|breach of contract)\b"
)
_ALLERGY = _words(r"\ballerg\w*|\banaphyla\w*|\bepi[- ]?pens?\b|\bc(?:o)?eliac\b|\bintoleran\w*")
_ALWAYS_SEVERE = _words(r"\banaphyla\w*|\bepi[- ]?pens?\b|\bc(?:o)?eliac\b")
_SEVERE = _words(
    r"\b(?:sever\w*|serious\w*|life[- ]threaten\w*|deadly|fatal|extreme\w*|bad|dangerous\w*|die[sd]?|kill\w*|"
    r"hospital\w*|airborne|death\w*|highly|super|very|throat (?:closes|swells))\b"
)
_NOT_SEVERE = _words(
    r"\b(?:no|not|without|isn'?t|aren'?t|don'?t have|nobody has|none|nothing)(?: \w+){0,3} "
    r"(?:sever\w*|serious\w*|bad|allerg\w*|deadly|life)(?: \w+)?|\bmild(?:ly)?\b(?: \w+){0,2} allerg\w*"
)

# --- money and large things ------------------------------------------------------------------------------------------
_REFUND = _words(
    r"\b(?:i|we)(?:'d)? (?:want|need|demand|expect|deserve|would like|like|am owed|are owed)\b[^.?!]{0,30}"
    r"\b(?:refund\w*|money back|deposit back|reimburs\w*)\b"
    r"|\b(?:give|get|send|pay) (?:me|us|my|our)\b[^.?!]{0,25}\b(?:refund|money back|back my|deposit back)\b"
    r"|\b(?:give|get|send) (?:me|us)? ?(?:my|our) (?:money|deposit) back\b"
    r"|\brefund (?:me|us|my|our|the whole|everything)\b"
    r"|\b(?:make|an) exception\b|\brefund (?:anyway|regardless)\b|\bcompensat\w*\b|\bmoney back now\b|\bowe (?:me|us)\b"
)
_DISCOUNT = _words(
    r"\bdiscounts?\b|\bcoupons?\b|\bpromo(?: ?codes?)?\b|\bprice[- ]match\w*|\bnegotiat\w*|\bhaggl\w*"
    r"|\b\d{1,2} ?(?:%|percent) off\b|\b(?:knock|take|get|give)\b[^.?!]{0,20}\boff (?:the|my|our|of)\b|\bwaive\b"
    r"|\b(?:better|lower|special|cheaper|best) (?:price|deal|rate|quote)\b|\b(?:make|do) it (?:for )?(?:cheaper|less)\b"
    r"|\b(?:any|bit|little) cheaper\b|\blower (?:the|your) price\b|\bcut (?:me|us) a (?:deal|break)\b"
    r"|\bbeat (?:the|their|that|this) (?:price|quote)\b"
)
_CORPORATE = _words(
    r"\bcorporate\b|\b(?:company|office|staff|employee|client|team|work|business|firm'?s) "
    r"(?:part(?:y|ies)|events?|dinners?|lunch(?:es)?|retreats?|outings?|picnics?|holiday party|christmas party"
    r"|appreciation|celebrations?|functions?|gatherings?|catering)\b"
    r"|\bteam[- ]building\b|\b(?:my|our) (?:employees|coworkers|co-workers|colleagues|clients)\b"
    r"|\bour (?:company|office|staff)\b"
    r"|\bfor (?:my|the) (?:company|office|employees)\b"
)
_ANGRY = _words(
    r"\b(?:angry|furious|pissed|livid|outraged|ridiculous|unacceptable|terrible|horrible|awful|worst|disgust\w*"
    r"|useless|pathetic|incompetent|garbage|trash|bull ?shit|shit\w*|crap|damn|wtf|fuck\w*|scam\w*|rip[- ]?off"
    r"|ripped off|never again|fed up|sick of|sick and tired|waste of (?:time|money)|unprofessional"
    r"|disrespectful|so rude|not helping|not helpful|you'?re not listening"
    r"|joke|stupid|liars?|unbelievable|so frustrat\w*|so disappoint\w*)\b"
)
_CALM = _words(r"\b(?:not|isn'?t|wasn'?t|nothing)(?: \w+){0,2} (?:bad|terrible|horrible|awful|angry)\b|\bjust a joke\b")


def _shouting(message: str) -> bool:
    letters = [letter for letter in message if letter.isalpha()]
    return len(letters) >= 20 and sum(letter.isupper() for letter in letters) / len(letters) > 0.7


def _illness(business: Business, now: Situation) -> bool:
    text = now.message
    if _NOT_YET.search(text) and not _AFTERWARDS.search(text):
        return False
    return bool(_POISONED.search(text) or (_ILL.search(text) and _AFTERWARDS.search(text)))


def _severe_allergy(business: Business, now: Situation) -> bool:
    text = _NOT_SEVERE.sub(" ", now.message)
    if not _ALLERGY.search(text):
        return False
    return bool(_ALWAYS_SEVERE.search(text) or _SEVERE.search(text))


def _asks_for_person(business: Business, now: Situation) -> bool:
    return bool(_PERSON.search(now.message)) or (now.offered and bool(_YES.search(now.message)))


def _large_party(business: Business, now: Situation) -> bool:
    return now.party.head_count >= business.handover.guests_from


def _long_distance(business: Business, now: Situation) -> bool:
    return now.party.miles is not None and now.party.miles >= business.travel.review_from_miles


def _angry(business: Business, now: Situation) -> bool:
    if now.answered == 0:
        return False
    return now.upset or bool(_ANGRY.search(_CALM.sub(" ", now.message))) or _shouting(now.message)


Rule = Callable[[Business, Situation], bool]

RULES: Sequence[tuple[str, Rule]] = (
    ("illness after an event", _illness),
    ("legal threat", lambda _, now: bool(_LEGAL.search(now.message))),
    ("severe allergy", _severe_allergy),
    ("request for a person", _asks_for_person),
    ("refund outside the policy", lambda _, now: bool(_REFUND.search(now.message))),
    ("discount outside the policy", lambda _, now: bool(_DISCOUNT.search(now.message))),
    ("corporate event", lambda _, now: bool(_CORPORATE.search(now.message))),
    ("large party", _large_party),
    ("long distance", _long_distance),
    ("angry customer", _angry),
)

_OPENINGS = {
    "illness after an event": (
        "I am very sorry to hear that, and I hope everyone feels better soon. If somebody feels seriously unwell, "
        "please call a doctor or 911 first."
    ),
    "legal threat": "I understand that this is serious, and it should be answered by a person.",
    "severe allergy": (
        "Thank you for telling me. All food is cooked on one shared grill, so I cannot promise that anything is free "
        "of an allergen; with a severe allergy a person needs to go through it with you."
    ),
    "request for a person": "Of course.",
    "refund outside the policy": "I understand. A refund is something I cannot decide myself.",
    "discount outside the policy": "Thanks for asking. Special prices are something I cannot decide myself.",
    "corporate event": "That sounds great. Company events are arranged by a person of our team.",
    "large party": "What a party! Groups of {guests_from} or more are arranged by a person of our team.",
    "long distance": (
        "Trips of {review_from_miles} miles or more are looked at by a person of our team first; beyond "
        "{maximum_miles} miles we usually cannot come."
    ),
    UNCONFIRMED: "I do not want to give you a figure that I cannot confirm.",
    "angry customer": "I am sorry, this is not how it should go, and I do not want to waste your time.",
}


def check(business: Business, now: Situation) -> str | None:
    """The reason why this message must reach a person, or ``None``."""
    for reason, fits in RULES:
        if reason in business.handover.reasons and fits(business, now):
            return reason
    return None


def text(business: Business, reason: str, now: datetime) -> str:
    """What the customer reads when the conversation goes to a person."""
    opening = _OPENINGS[reason].format(
        guests_from=business.handover.guests_from,
        review_from_miles=business.travel.review_from_miles,
        maximum_miles=business.travel.maximum_miles,
    )
    return f"{opening} I have passed your message on. {_when(business, now)}"


def waiting_text(business: Business, now: datetime) -> str:
    """What the customer reads while a person has the conversation."""
    return f"Your message has been added for our team; the assistant stays out of it now. {_when(business, now)}"


def offer_text(business: Business) -> str:
    """The offer of a person, where no good answer was found."""
    return "Shall I pass this on to a person of our team? Just say yes."


def _when(business: Business, now: datetime) -> str:
    """When a person answers, as the office hours stand at ``now``."""
    contact = business.contact
    within = f"usually within {contact.reply_hours_min} to {contact.reply_hours_max} hours"
    hours = office_hours(contact, now)
    if hours.next_opening is None:
        promise = f"A person will answer you here, {within}."
    else:
        today = now.astimezone(hours.next_opening.tzinfo).date()
        day = "today" if hours.next_opening.date() == today else "tomorrow"
        back = f"Our team is back {day} at {hours.next_opening:%H:%M}"
        promise = f"{back}; from then on a person will answer you here, {within}."
    return f"{promise} You can also text {contact.phone} or write to {contact.email}."
