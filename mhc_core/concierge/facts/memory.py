"""What a customer has told in this conversation: kept with where it came from, and never asked twice.

Facts are stored with the conversation (``ai.conversations.facts``) and erased with it. How a message changes them
stands in ``updating``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter

from mhc_core.concierge.facts.heads import Heads
from mhc_core.concierge.facts.party import Party
from mhc_core.understanding.diets.mentions import Stance, Whom
from mhc_core.vocabulary import PartySegment


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact came from: the customer's how-many-th message, and when."""

    message: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Allergy:
    """What somebody cannot eat, how badly, and who; the last two as they were said."""

    allergen: str
    severity: str | None = None
    whom: str | None = None

    def __str__(self) -> str:
        said = [part for part in (self.severity, self.whom) if part]
        return f"{self.allergen} ({', '.join(said)})" if said else self.allergen


@dataclass(frozen=True, slots=True)
class Need:
    """One statement about an allergen or a diet; ``certainty`` is the probability that it was read rightly, 0..1."""

    kind: str
    value: str
    whom: Whom
    stance: Stance
    certainty: float


@dataclass(frozen=True, slots=True)
class Suggested:
    """The one suggestion of a conversation. It is not ``shown`` to customers who are held out; ``accepted`` says that
    the party has it now, ``withdrawn`` that it was taken back."""

    offer: str
    segment: PartySegment
    shown: bool
    accepted: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known. ``None`` and empty mean not said.

    ``heads`` are the guests as told, ``party`` what they count as. ``impossible_day`` says why the date that was told
    cannot be, ``odd_time`` is a time that is asked about; each stands until another is given. ``booking`` says that the
    customer wants to book; ``reference`` names the request once it was sent, ``changed`` that facts changed since.
    ``unsure`` names what was read with doubt, once for each time; ``unanswered`` was asked once without an answer,
    ``declined`` need not be asked any more. ``handed`` are the reasons for which a person had the conversation,
    ``questions`` what the team is to answer with the request. ``needs`` are all statements about allergens and diets,
    oldest first; ``suggested`` is what was suggested, ``no_offers`` that nothing is to be. ``language`` is what the
    conversation is held in (a BCP-47 code, None while nothing said so), ``turning`` what the last message was in where
    that was another one. ``sources`` says of each field where its present value came from.
    """

    party: Party = field(default_factory=Party)
    heads: Heads = field(default_factory=Heads)
    day: date | None = None
    starts: time | None = None
    impossible_day: str | None = None
    odd_time: time | None = None
    address: str | None = None
    city: str | None = None
    zip: str | None = None
    distance_open: bool = False
    proteins: Mapping[str, int | None] = field(default_factory=dict)
    proteins_open: bool = False
    allergies: tuple[Allergy, ...] = ()
    occasion: str | None = None
    budget: Decimal | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    booking: bool = False
    reference: str | None = None
    changed: bool = False
    unsure: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    handed: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    stopped: bool = False
    needs: tuple[Need, ...] = ()
    suggested: Suggested | None = None
    no_offers: bool = False
    language: str | None = None
    turning: str | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def identifying(self) -> bool:
        """Whether they tell who the customer is or where to find them."""
        return any((self.name, self.phone, self.email, self.address))

    @property
    def personal(self) -> bool:
        """Whether they tell who the customer is, or of a party on a certain day: an answer to that is theirs alone."""
        blank = Facts()
        return any(getattr(self, name) != getattr(blank, name) for name in _OWN)

    @property
    def told(self) -> Mapping[str, Any]:
        """What the customer told, without what the concierge keeps for itself."""
        return {name: getattr(self, name) for name in TOLD}

    @property
    def where(self) -> str:
        """Address, city and zip code as one line; empty while nothing of it was said."""
        place = f"{self.city or ''} {self.zip or ''}".strip()
        return ", ".join(part for part in (self.address, place) if part)


_KEPT = (
    *("booking", "reference", "changed", "unsure", "unanswered", "declined", "handed", "questions"),
    *("stopped", "suggested", "no_offers", "language", "turning", "sources"),
)
TOLD = tuple(one.name for one in fields(Facts) if one.name not in _KEPT)
_OWN = (
    *("day", "starts", "impossible_day", "odd_time", "address", "zip", "name", "phone", "email"),
    *("booking", "reference", "changed", "handed", "stopped"),
)
_FACTS = TypeAdapter(Facts)


def load(stored: Mapping[str, Any]) -> Facts:
    """Facts as stored; what an older version stored in another shape is forgotten."""
    try:
        return _FACTS.validate_python(dict(stored))
    except ValueError:
        return Facts()


def dump(facts: Facts) -> dict[str, Any]:
    """The facts as JSON for the conversation's row, without what was not said."""
    plain: dict[str, Any] = _FACTS.dump_python(facts, mode="json", exclude_defaults=True)
    return plain


def sourced(before: Facts, after: Facts, source: Source) -> Facts:
    """The facts with ``source`` beside each that is new or another now."""
    fresh = {name: source for name in TOLD if getattr(before, name) != getattr(after, name)}
    return replace(after, sources={**after.sources, **fresh}) if fresh else after


def told(facts: Facts) -> str:
    """Day and start time of the party as a sentence; empty when neither was said."""
    day = f" on {facts.day:%A, %B} {facts.day.day}, {facts.day.year}" if facts.day else ""
    starts = f" at {facts.starts:%H:%M}" if facts.starts else ""
    return f"The party is{day}{starts}." if day or starts else ""
