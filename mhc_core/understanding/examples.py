"""Where labelled messages come from: the gold of the release, and bookings whose record shows that a reading was right.

Corrections by people are in ``correcting``. Whether an example is held out for judging follows from its customer alone
(gold: from its text), so it is decided once, before anybody looks at it, and never changes.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from mhc_core.db.queries import installation
from mhc_core.db.queries import marks as mark_queries
from mhc_core.db.queries import understanding as queries
from mhc_core.db.queries.understanding import Booked, Read
from mhc_core.db.rows.understanding import NewExample, Origin
from mhc_core.errors import DataError
from mhc_core.language.cleaning import cleaned
from mhc_core.pseudonyms import customer_hash, subject
from mhc_core.scrubbing import Known, PiiType, Scrubber
from mhc_core.scrubbing.moved_marks import moved
from mhc_core.scrubbing.on_record import on_record
from mhc_core.understanding import masking
from mhc_core.understanding.labelled import LabelledMessage, parse, written
from mhc_core.understanding.notes import CHARACTERS, labelled_as_read
from mhc_core.understanding.result import SlotName

HELD_OUT_PERCENT = 15
"""Of customers, and of gold messages."""
SURE = 0.8
"""A booking's message teaches only where the reading was as sure as this of every part."""
MULTILINGUAL = "multilingual-"
"""What the names of versions begin with that read other languages than English."""
_GOLD = Path(__file__).parent / "gold"


class Gathered(NamedTuple):
    """What gathering changed: gold and booking examples that are new or changed, and gold that went."""

    gold: int
    gold_removed: int
    bookings: int


@lru_cache(maxsize=1)
def gold() -> tuple[LabelledMessage, ...]:
    """The labelled messages of the release, in the order of their files; each writer has a folder."""
    found: list[LabelledMessage] = []
    for path in sorted(_GOLD.glob("*/*.txt")):
        found += parse(path.read_text("utf-8").splitlines(), path.name, path.parent.name)
    return tuple(found)


def gather(
    connection: sa.Connection, messages: Iterable[LabelledMessage], scrubber: Scrubber, now: datetime
) -> Gathered:
    """Store the gold ``messages`` and what bookings teach. Again changes nothing."""
    rows = {row.key: row for row in map(_of_gold, messages)}
    changed = queries.save(connection, [*rows.values()], now)
    removed = queries.keep_gold(connection, [*rows])
    salt = installation.salt(connection)
    agreed = [(one.read, message) for one in queries.booked(connection) if (message := agreeing(one)) is not None]
    marked = missed(connection, [one for one, _ in agreed])
    taught = []
    for one, message in agreed:
        try:
            kept = masking.masked(masking.scrubbed(scrubber, message, known(one, marked)))
        except DataError:
            continue  # the next one teaches as much
        taught.append(example(one, kept, "booking", salt))
    return Gathered(changed, removed, queries.save(connection, taught, now))


def agreeing(booked: Booked) -> LabelledMessage | None:
    """The message as it was read, if the reading was sure and every slot that the record can prove says what it says.

    A message that the record proves nothing of is left out: a model would only be taught what it thinks already.
    """
    noted = reading(booked.read)
    if noted is None or noted["confidence"] < SURE or noted["person"] is not None:
        return None
    if str(noted["model"]).startswith(MULTILINGUAL):
        return None  # it teaches nothing about English
    record = _record(booked)
    proven = [
        str(slot["value"]) in record[slot["name"]]
        for segment in noted["segments"]
        for slot in segment["slots"]
        if "value" in slot and slot["name"] in record
    ]
    return labelled_as_read(words(booked.read), noted) if proven and all(proven) else None


def example(read: Read, message: LabelledMessage, origin: Origin, salt: bytes, author: str | None = None) -> NewExample:
    """The row of a scrubbed message of a customer."""
    who = customer_hash(salt, subject(read.customer_id, read.conversation_id))
    return NewExample(
        key=f"{origin}:{read.message_id}",
        origin=origin,
        line=written(message),
        text_sha256=text_hash(message),
        held_out=is_held_out(who),
        message_id=read.message_id,
        customer_hash=who,
        day=read.day,
        author=author,
    )


def is_held_out(name: str) -> bool:
    """Whether everything under this name is for judging and never for training."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 100 < HELD_OUT_PERCENT


def missed(connection: sa.Connection, reads: Sequence[Read]) -> Mapping[Any, Sequence[Known]]:
    """What reviewers marked as missed by the scrubber, by message."""
    found: dict[Any, list[Known]] = {}
    for mark in mark_queries.missed_in(connection, [read.conversation_id for read in reads]):
        if not mark.edited:
            found.setdefault(mark.message_id, []).append(Known(mark.start, mark.end, PiiType(mark.type)))
    return found


def known(read: Read, marked: Mapping[Any, Sequence[Known]]) -> list[Known]:
    """Personal data in the words of a message that marks and the customer's record tell of."""
    text = words(read)
    return [*moved(marked.get(read.message_id, ()), read.content, text), *on_record(read.record, text)]


def words(read: Read) -> str:
    """What the customer wrote, which is what was read and what is learned: raw text has more."""
    return cleaned(read.content, read.channel) or read.content


def reading(read: Read) -> Mapping[str, Any] | None:
    """How the words were read; None where no model read them, or not as they are cleaned now: its places are others."""
    noted, text = read.reading, words(read)
    return noted if noted is not None and noted.get(CHARACTERS, len(read.content)) == len(text) else None


def _of_gold(message: LabelledMessage) -> NewExample:
    line, digest = written(message), text_hash(message)
    key = hashlib.sha256(f"{sorted(message.asked)} {message.text}".encode()).hexdigest()[:32]
    return NewExample(f"gold:{message.writer}:{key}", "gold", line, digest, is_held_out(digest))


def text_hash(message: LabelledMessage) -> str:
    """The same for messages of the same words, whatever their case."""
    return hashlib.sha256(" ".join(message.text.casefold().split()).encode()).hexdigest()


def _record(booked: Booked) -> dict[str, set[str]]:
    """What a slot may say by the record; children may be told with or without those who eat free."""
    minors = booked.children + booked.under_six
    told: dict[SlotName, set[int] | set[date] | set[time]] = {
        SlotName.ADULTS: {booked.adults},
        SlotName.CHILDREN: {booked.children, minors},
        SlotName.YOUNGEST: {booked.under_six},
        SlotName.GUESTS: {booked.adults + minors},
        SlotName.DATE: {booked.event_on} if booked.event_on else set(),
        SlotName.TIME: {booked.starts_at} if booked.starts_at else set(),
    }
    return {name.value: set(map(str, values)) for name, values in told.items() if values}
