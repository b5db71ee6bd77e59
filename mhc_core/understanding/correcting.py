"""Staff correct how a message was read, in the line format; each correction is an example with its author.

They see scrubbed text only. What they write is checked against it, so that nothing else gets into an example.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries import audit, installation
from mhc_core.db.queries import understanding as queries
from mhc_core.db.queries.understanding import Read
from mhc_core.errors import DataError, NotFound
from mhc_core.scrubbing import Known, Scrubber
from mhc_core.understanding import examples, masking
from mhc_core.understanding.labelled import CONFIRM, PERSON, LabelledMessage, LabelledSegment, parse_line, written
from mhc_core.understanding.notes import labelled_as_read
from mhc_core.understanding.result import Act, SlotName, Topic

ASKED = frozenset({*map(str, SlotName), CONFIRM, PERSON, "contact", "ages", "proteins"})
"""What may stand behind ``@``."""
FORMAT = "@asked act/topic !reason: words [slot:words] || act/topic: words"


class Reading(NamedTuple):
    """A message as staff see it: scrubbed, with the labels that the model gave it, as a line to be corrected."""

    message_id: UUID
    conversation_id: UUID
    sent_at: datetime
    text: str
    line: str
    model: str | None
    confidence: float | None
    why: str | None


def to_review(connection: sa.Connection, scrubber: Scrubber, limit: int, sure_from: float) -> list[Reading]:
    """Readings worth a look, the most telling first; messages that the scrubber holds back are left out."""
    reads = queries.to_review(connection, limit, sure_from)
    marked = examples.missed(connection, reads)
    found = []
    for read in reads:
        try:
            found.append(_shown(read, _scrubbed(scrubber, read, examples.known(read, marked))))
        except DataError:
            continue
    return found


def reading(connection: sa.Connection, scrubber: Scrubber, message_id: UUID) -> Reading:
    """How one message was read; where no model read it the line has no slots.

    Raises:
        NotFound: no such message of a customer, or its words are gone.
        DataError: the scrubber holds it back, or the line format cannot hold it.
    """
    read = _required(connection, message_id)
    return _shown(read, _scrubbed(scrubber, read, examples.known(read, examples.missed(connection, [read]))))


def correct(
    connection: sa.Connection,
    scrubber: Scrubber,
    reasons: Sequence[str],
    message_id: UUID,
    line: str,
    by: str,
    now: datetime,
) -> LabelledMessage:
    """Store how a message should be read; the same line as before confirms the reading. The newest word counts.

    ``reasons`` are those for which the business has a person answer.

    Raises:
        NotFound: no such message of a customer, or its words are gone.
        DataError: the line is not in the format, or its words are not those of the message.
    """
    read = _required(connection, message_id)
    shown = _scrubbed(scrubber, read, examples.known(read, examples.missed(connection, [read])))
    message = masking.masked(_checked(line, shown, reasons))
    row = examples.example(read, message, "correction", installation.salt(connection), by)
    changed = written(message) != written(shown)
    queries.save(connection, [row], now)
    details = {"changed": changed, "model": (read.reading or {}).get("model"), "held_out": row.held_out}
    audit.record(connection, by, "understanding.corrected", str(message_id), details, now)
    return message


def _checked(line: str, shown: LabelledMessage, reasons: Sequence[str]) -> LabelledMessage:
    try:
        message = parse_line(line.strip())
    except ValueError as error:
        raise DataError(f"the line cannot be read: {error}; write it as `{FORMAT}`") from None
    if message.text != shown.text:
        place = next(
            (at for at, pair in enumerate(zip(message.text, shown.text, strict=False)) if pair[0] != pair[1]),
            min(len(message.text), len(shown.text)),
        )
        raise DataError(f"the line has other words than the message from character {place} on; change labels only")
    if wrong := fault(message, reasons, shown.asked):
        raise DataError(wrong)
    return message


def fault(message: LabelledMessage, reasons: Sequence[str], asked: frozenset[str] = frozenset()) -> str | None:
    """What a label says that the business does not know; ``asked`` may stand behind ``@`` too."""
    if unknown := sorted({part.reason for part in message.segments if part.reason} - {*reasons}):
        return f"{unknown[0]!r} is no reason for a person; take one of: {', '.join(reasons)}"
    if strange := sorted(message.asked - asked - ASKED):
        return f"@{strange[0]} is nothing that can be asked for; take one of: {', '.join(sorted(ASKED))}"
    return None


def _required(connection: sa.Connection, message_id: UUID) -> Read:
    found = queries.read(connection, message_id)
    if found is None:
        raise NotFound("there is no such message of a customer; take an id from `mhc review understanding list`")
    return found


def _scrubbed(scrubber: Scrubber, read: Read, known: Sequence[Known]) -> LabelledMessage:
    said, noted = examples.words(read), examples.reading(read)
    if noted is not None:
        return masking.scrubbed(scrubber, labelled_as_read(said, noted), known)
    text = said.strip()
    whole = LabelledSegment(0, len(text), Act.ASK, Topic.OTHER)
    shift = said.index(text)
    moved = [Known(one.start - shift, one.end - shift, one.type) for one in known]
    return masking.scrubbed(scrubber, LabelledMessage(text, frozenset(), (whole,), ()), moved)


def _shown(read: Read, message: LabelledMessage) -> Reading:
    noted = examples.reading(read)
    model = None if noted is None else str(noted["model"])
    line = written(message)
    return Reading(
        read.message_id, read.conversation_id, read.sent_at, message.text, line, model, read.confidence, read.why
    )
