"""WhatsApp: a chat exported as text, from an iPhone or from Android, in the date format of the phone."""

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.formats.meta import WHO
from mhc_core.collection.importing.formats.people import Person, customer
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Piece
from mhc_core.collection.importing.old_encodings import decoded
from mhc_core.collection.importing.readers import Source
from mhc_core.collection.importing.reject import Place
from mhc_core.collection.importing.times import TWO_DAYS, Calendar, evidence
from mhc_core.errors import DataError

_DAY = r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:[\s\u202f]?[APap]\.?\s?[Mm]\.?)?"
_LINE = re.compile(rf"[\u200e\u200f]*\[?({_DAY}),? ({_CLOCK})\]?(?: -)? (.*)", re.DOTALL)
_US = re.compile(r"[1-9]\d?/[1-9]\d?/\d{2} .*[AP]M")
_MARK = "\u200e"  # stands before what WhatsApp says itself: a call, a picture that is left out
_FILE_NAME = re.compile(r"WhatsApp Chat (?:with|-) (.+)\.txt", re.IGNORECASE)
_LEFT_OUT = ("<Media omitted>", "null")


class _Said(NamedTuple):
    place: Place
    when: str
    sender: str
    text: str


class WhatsApp:
    """Text whose lines begin with a date, a time and who wrote."""

    name = "a WhatsApp chat"
    source = "whatsapp"
    pieces = True

    def detect(self, head: Head) -> bool:
        return (
            not head.is_json
            and sum(_LINE.fullmatch(line) is not None for line in head.lines[:20]) >= min(2, len(head.lines[:20])) > 0
        )

    def read(self, head: Head, context: Context) -> Iterator[Piece]:
        people: dict[str, int] = {}
        days: list[str] = []
        first = None
        for said in _messages(head.source, context):
            first = first or said
            people[said.sender] = people.get(said.sender, 0) + 1
            if not days or days[-1] != said.when:
                days.append(said.when)
        if first is None:
            return
        calendar = self._calendar(days, context)
        name = _FILE_NAME.fullmatch(head.name)
        ours = {person for person in people if context.reading.role_of(person) in ("agent", "assistant")}
        if not ours and name and name[1] in people and len(people) == 2:
            ours = set(people) - {name[1]}
        others = sorted(set(people) - ours)
        if not ours or not others:
            raise DataError(f"WhatsApp chat of {len(people)} people: {WHO}")
        if context.reading.channel is None:
            context.notes["WhatsApp is kept as the channel sms (say another with --channel)"] += 1
        ident = hashlib.sha256(f"{first.when}|{first.sender}|{first.text}".encode()).hexdigest()[:32]
        for said in _messages(head.source, context):
            try:
                moment: object = calendar.read(said.when)
            except ValueError as error:
                if str(error) == TWO_DAYS:
                    raise DataError(f"a WhatsApp chat whose dates {TWO_DAYS}") from None
                moment = said.when
            record = {
                "conversation_id": ident,
                "channel": context.reading.channel or "sms",
                "role": context.reading.role_of(said.sender) or ("agent" if said.sender in ours else "user"),
                "content": said.text,
                "timestamp": moment.isoformat() if not isinstance(moment, str) else moment,  # type: ignore[attr-defined]
            }
            if len(others) == 1:
                phone = others[0] if re.fullmatch(r"\+[\d\s()-]{8,}", others[0]) else None
                record |= customer(Person(others[0], None if phone else others[0], None, phone))
            yield Piece(said.place, ident, record)

    def _calendar(self, days: list[str], context: Context) -> Calendar:
        """The order of day and month that was said, that a day over 12 shows, or in which no time runs back."""
        reading, notes = context.reading, context.notes
        if reading.date_order is not None:
            return reading.calendar(notes)
        shown = evidence(days)
        if len(shown) == 1:
            return Calendar(reading.zone, shown.pop(), notes)
        if all(_US.fullmatch(day.replace("\u202f", " ")) for day in days):
            notes["days read as month/day, as US phones write them (else say --date-order dmy)"] += 1
            return Calendar(reading.zone, "mdy", notes)
        return reading.calendar(notes)


def _messages(source: Source, context: Context) -> Iterator[_Said]:
    """Each message with the lines that follow it; what WhatsApp says itself is left out."""
    open_: _Said | None = None
    for line in source.lines(blank=True):
        text = decoded(line.data, context.notes)
        place = Place(0, line.number, line.number, line.length, line.sha256)
        found = _LINE.fullmatch(text)
        if found is None:
            if open_ is not None:
                open_ = open_._replace(text=f"{open_.text}\n{text}")
            continue
        if open_ is not None:
            yield open_._replace(text=open_.text.rstrip())
        sender, colon, said = found[3].partition(": ")
        written = colon and not said.startswith(_MARK) and said not in _LEFT_OUT
        open_ = (
            _Said(place, f"{found[1]} {found[2]}", sender.strip("\u200e\u202a\u202c ~\u00a0"), said)
            if written
            else None
        )
    if open_ is not None:
        yield open_._replace(text=open_.text.rstrip())


FORMAT = WhatsApp()
PRECEDENCE = 30
