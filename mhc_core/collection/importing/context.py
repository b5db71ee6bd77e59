"""How the files of one import are read: what the person who imports said about them, and what is told back."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from typing import Any, BinaryIO

from mhc_core.business import pricing
from mhc_core.collection.importing.reject import RejectFile
from mhc_core.collection.importing.times import Calendar, DateOrder
from mhc_core.pseudonyms import person_id
from mhc_core.settings import Settings
from mhc_core.vocabulary import Channel, Consent

Listen = Callable[[BinaryIO], Mapping[str, Any]]
"""Makes a record (``record_format``) of a recording, without its id; raises a ``DataError`` that says why not."""


@dataclass(frozen=True, slots=True)
class Calls:
    """What was said about recorded calls: whether callers agreed, in which words, and who turns audio into text.

    ``consent`` stands for calls that say nothing of it themselves.
    """

    consent: Consent = Consent.UNKNOWN
    wording: str | None = None
    listen: Listen | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How records become rows.

    Args:
        received_at: dates conversations that have no time at all.
        source: stands for the records' own.
        channel: of records that name none, or one that is not known.
        roles: who speaks, by names, addresses and role words of the file in small letters.
        zone: of times that name none.
        date_order: of 3/4/2025.
        first_day: the first day that is ever collected; earlier conversations are noted.
        customer: of conversations that name none.
        calls: what every conversation of the import is, where they are recorded calls.
        ours: names, e-mail addresses and phone numbers of the business itself, in small letters.
    """

    received_at: datetime
    source: str | None = None
    channel: Channel | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    zone: tzinfo | None = None
    date_order: DateOrder | None = None
    first_day: date = date(1990, 1, 1)
    customer: str | None = None
    calls: "Calls | None" = None
    ours: frozenset[str] = frozenset()

    def calendar(self, notes: Counter[str]) -> Calendar:
        return Calendar(self.zone, self.date_order, notes)

    def role_of(self, who: str) -> str | None:
        """The role of a person or number as it was said on the command line, or the business's own."""
        folded = who.strip().lower()
        known = self.roles.get(folded) or self.roles.get(person_id(folded))
        if known is None and (folded in self.ours or person_id(folded) in self.ours):
            return "agent"
        return known

    def before_first_day(self, moment: datetime) -> bool:
        return moment.astimezone(UTC).date() < self.first_day


def reading(settings: Settings, received_at: datetime, **said: Any) -> Reading:
    """How files are read for this business; ``said`` are further fields of ``Reading``."""
    business = pricing.load(settings.business_file)
    ours = (business.name, business.short_name, business.contact.email, business.contact.phone)
    folded = frozenset(form for value in ours for form in (value.lower(), person_id(value.lower())))
    return Reading(received_at, first_day=settings.first_day, ours=folded, **said)


@dataclass(frozen=True, slots=True)
class Context:
    """A reading with where it tells: repairs are counted by kind, refused records listed."""

    reading: Reading
    notes: Counter[str]
    rejects: RejectFile
