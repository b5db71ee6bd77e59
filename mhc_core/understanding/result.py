"""What one message says: its segments with their acts and topics, the slots in it, and whether a person is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum

from mhc_core.vocabulary import Intent


class Act(StrEnum):
    """What a customer does with a segment of a message."""

    ASK = "ask"
    INFORM = "inform"
    CORRECT = "correct"
    ADD = "add"
    REMOVE = "remove"
    AFFIRM = "affirm"
    DENY = "deny"
    GREET = "greet"
    THANK = "thank"
    GOODBYE = "goodbye"
    COMPLAIN = "complain"
    PERSON = "person"
    STOP = "stop"


class Topic(StrEnum):
    """What a segment is about, finer than :class:`Intent`; ``other`` is none of these."""

    PRICE_PARTY = "price_party"
    PRICE_INFO = "price_info"
    BOOK = "book"
    BOOKING_INFO = "booking_info"
    BOOKING_STATUS = "booking_status"
    BOOKING_CHANGE = "booking_change"
    BOOKING_CANCEL = "booking_cancel"
    PAYMENT = "payment"
    CONTACT_DETAILS = "contact_details"
    DATA_REQUEST = "data_request"
    DAY_OF = "day_of"
    AVAILABILITY = "availability"
    MENU = "menu"
    POLICY = "policy"
    TRAVEL = "travel"
    ALLERGY = "allergy"
    COMPLAINT = "complaint"
    UNDECIDED = "undecided"
    SMALLTALK = "smalltalk"
    OTHER = "other"

    @property
    def intent(self) -> Intent:
        """The intent of the business that the topic belongs to."""
        return _INTENTS[self]


_INTENTS: Mapping[Topic, Intent] = {
    Topic.PRICE_PARTY: Intent.PRICING,
    Topic.PRICE_INFO: Intent.PRICING,
    Topic.BOOK: Intent.BOOKING,
    Topic.BOOKING_INFO: Intent.BOOKING,
    Topic.BOOKING_STATUS: Intent.ACCOUNT,
    Topic.BOOKING_CHANGE: Intent.ACCOUNT,
    Topic.BOOKING_CANCEL: Intent.ACCOUNT,
    Topic.PAYMENT: Intent.ACCOUNT,
    Topic.CONTACT_DETAILS: Intent.ACCOUNT,
    Topic.DATA_REQUEST: Intent.ACCOUNT,
    Topic.DAY_OF: Intent.ACCOUNT,
    Topic.AVAILABILITY: Intent.AVAILABILITY,
    Topic.MENU: Intent.MENU,
    Topic.POLICY: Intent.POLICY,
    Topic.TRAVEL: Intent.TRAVEL,
    Topic.ALLERGY: Intent.ALLERGY,
    Topic.COMPLAINT: Intent.COMPLAINT,
    Topic.UNDECIDED: Intent.SMALLTALK,
    Topic.SMALLTALK: Intent.SMALLTALK,
    Topic.OTHER: Intent.OTHER,
}


class SlotName(StrEnum):
    """What a span of a message tells. ``youngest`` are guests who eat free, ``dish`` anything on the menu, ``count``
    the portions of the dish beside it, ``whom`` the guest whom an allergen concerns."""

    ADULTS = "adults"
    CHILDREN = "children"
    YOUNGEST = "youngest"
    AGE = "age"
    GUESTS = "guests"
    DATE = "date"
    TIME = "time"
    ADDRESS = "address"
    CITY = "city"
    ZIP = "zip"
    MILES = "miles"
    DISH = "dish"
    COUNT = "count"
    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    ALLERGEN = "allergen"
    SEVERITY = "severity"
    WHOM = "whom"
    OCCASION = "occasion"
    BUDGET = "budget"
    REFERENCE = "reference"


EVERYONE = -1
"""In place of a number of portions: for every guest."""


@dataclass(frozen=True, slots=True)
class AgeRange:
    """Ages given as a span, both ends included (years); ``None`` is open."""

    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class ImpossibleDate:
    """A date that no calendar has, or one whose weekday is another; ``reason`` is said to the customer."""

    written: str
    reason: str


SlotValue = int | str | Decimal | date | time | AgeRange | ImpossibleDate
"""By slot: counts, ages, portions int; dates date; times time; miles, budget Decimal; all else str as people write it
(a dish as the business names it, a phone number as E.164)."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A span of the message (characters, end exclusive) and its value; ``None`` where the words give none."""

    name: SlotName
    start: int
    end: int
    text: str
    value: SlotValue | None
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the message (characters, end exclusive) with the one thing the customer does in it."""

    start: int
    end: int
    text: str
    act: Act
    act_probability: float
    topic: Topic
    topic_probability: float
    slots: Sequence[Slot] = ()


@dataclass(frozen=True, slots=True)
class PersonNeed:
    """Why a person must answer, in the words of the business file's ``[handover] reasons``, with its probability."""

    reason: str
    probability: float


@dataclass(frozen=True, slots=True)
class Understood:
    """All that one message says. ``model_id`` names the version that read it, ``language`` what it was read in."""

    segments: Sequence[Segment]
    person: PersonNeed | None
    model_id: str
    language: str = "en"

    @property
    def slots(self) -> list[Slot]:
        """The slots of all segments in the order of the text."""
        return [slot for segment in self.segments for slot in segment.slots]

    @property
    def acts(self) -> set[Act]:
        """What the customer does in the whole message."""
        return {segment.act for segment in self.segments}


@dataclass(frozen=True, slots=True)
class DialogueContext:
    """What a message is read after. ``asked`` are the slots that the last answer asked for, ``known`` those that are
    known; ``confirming`` says that the last answer asked whether to send a request, ``offered_person`` that it offered
    a person."""

    asked: frozenset[str] = field(default_factory=frozenset)
    known: frozenset[str] = field(default_factory=frozenset)
    confirming: bool = False
    offered_person: bool = False
