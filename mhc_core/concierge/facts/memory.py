"""What a customer has told in this conversation: kept, corrected by what is said later, and never asked twice.

Facts are stored with the conversation (``ai.conversations.facts``) and erased with it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any

from pydantic import TypeAdapter

from mhc_core.business.pricing import Business
from mhc_core.concierge.facts import booking_details, dates, party
from mhc_core.concierge.facts.party import Party
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.language.number_words import in_digits

_CHANGE = re.compile(
    r"\b(\d{1,3}) (?P<sign>more|extra|additional|fewer|less) "
    r"(?P<who>adults?|grown[ -]?ups?|kids?|children|people|guests?)\b"
)
_BARE = re.compile(r"\W*(?:about |around |like |maybe |at |just )?(\d{1,4})\W*(?:total)?\W*")
_UNKNOWN_DISTANCE = re.compile(r"\b(?:not sure|don'?t know|no idea|idk|dunno)\b")


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known. ``None`` and empty mean not said.

    ``impossible_day`` is a date that no calendar has, as written, until another is given. ``booking`` says that the
    customer wants to book; ``reference`` names the request once it was sent, ``changed`` that facts changed since.
    """

    party: Party = field(default_factory=Party)
    day: date | None = None
    starts: time | None = None
    impossible_day: str | None = None
    address: str | None = None
    distance_open: bool = False
    proteins: Mapping[str, int | None] = field(default_factory=dict)
    proteins_open: bool = False
    allergies: tuple[str, ...] = ()
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    booking: bool = False
    reference: str | None = None
    changed: bool = False

    @property
    def identifying(self) -> bool:
        """Whether they tell who the customer is or where to find them."""
        return any((self.name, self.phone, self.email, self.address))

    @property
    def personal(self) -> bool:
        """Whether they tell who the customer is, or of a party on a certain day: an answer to that is theirs alone."""
        shared = {"party": Party(), "proteins": {}, "proteins_open": False, "allergies": (), "distance_open": False}
        return replace(self, **shared) != Facts()  # type: ignore[arg-type]


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


def told(facts: Facts) -> str:
    """Day and start time of the party as a sentence; empty when neither was said."""
    day = f" on {facts.day:%A, %B} {facts.day.day}, {facts.day.year}" if facts.day else ""
    starts = f" at {facts.starts:%H:%M}" if facts.starts else ""
    return f"The party is{day}{starts}." if day or starts else ""


def recall(business: Business, turns: Iterable[StoredTurn], today: date) -> Facts:
    """The facts of turns that were not stored with theirs, such as a transcript that a client keeps itself."""
    facts, asked = Facts(), frozenset[str]()
    for turn in turns:
        if turn.role == "user":
            facts = update(business, facts, turn.content, asked, today)
        else:
            asked = frozenset(str(item) for item in turn.notes.get("missing", ()))
    return facts


def update(business: Business, facts: Facts, message: str, asked: frozenset[str], today: date) -> Facts:
    """The facts after one more message. What it says replaces what was said before.

    Args:
        asked: what the answer before asked for, as ``missing`` names it: a bare number is read as that.
        today: the day in the business's own time zone.
    """
    told, rest = booking_details.read(business, message, asked)
    when, rest = dates.read(_as_asked(rest, asked), today)
    people = _party(business, facts.party, rest)
    new = replace(
        facts,
        party=people,
        day=when.day or (None if when.impossible else facts.day),
        impossible_day=when.impossible or (None if when.day else facts.impossible_day),
        starts=when.starts or facts.starts,
        address=told.address or facts.address,
        distance_open=facts.distance_open or ("miles" in asked and bool(_UNKNOWN_DISTANCE.search(message.lower()))),
        proteins=told.proteins or facts.proteins,
        proteins_open=(facts.proteins_open or told.proteins_open) and not told.proteins,
        allergies=tuple(dict.fromkeys((*facts.allergies, *told.allergies))),
        name=told.name or facts.name,
        phone=told.phone or facts.phone,
        email=told.email or facts.email,
    )
    return replace(new, changed=True) if facts.reference and new != facts else new


def _as_asked(text: str, asked: frozenset[str]) -> str:
    """The text with a bare number read as the one thing that was asked for."""
    bare = _BARE.fullmatch(in_digits(text)) if len(asked) == 1 else None
    if bare is None:
        return text
    units = {"miles": "{} miles", "adults": "{} adults", "guests": "{} people", "time": "at {}", "date": "the {}th"}
    return units.get(next(iter(asked)), "{}").format(bare[1])


def _party(business: Business, earlier: Party, text: str) -> Party:
    plain = in_digits(text)
    changes = list(_CHANGE.finditer(plain))
    later = party.read(business, _CHANGE.sub(" ; ", plain))
    merged = party.complete(party.merge(earlier, later))
    for change in changes:
        count = int(change[1]) * (-1 if change["sign"] in ("fewer", "less") else 1)
        who = change["who"]
        if who.startswith(("kid", "child")):
            merged = replace(
                merged, children=max(0, (merged.children or 0) + count), guests=_more(merged.guests, count)
            )
        elif who.startswith(("adult", "grown")) or merged.guests is None:
            merged = replace(merged, adults=max(0, (merged.adults or 0) + count), guests=_more(merged.guests, count))
        else:
            merged = replace(merged, guests=_more(merged.guests, count))
            if merged.adults is not None and merged.children is not None:
                merged = replace(merged, adults=merged.adults + count)
    return merged


def _more(count: int | None, change: int) -> int | None:
    return None if count is None else max(0, count + change)
