"""What reviewers found in raw messages: pieces that were missed or wrongly masked, and whether that still is so."""

import re
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries import audit, installation, response_cache
from mhc_core.db.queries import marks as queries
from mhc_core.errors import DataError, NotFound, ScrubRefused
from mhc_core.language.cleaning import cleaned
from mhc_core.scrubbing.engine import Scrubber
from mhc_core.scrubbing.findings import Finding, PiiType
from mhc_core.scrubbing.terms import pattern, term_hash


class Kind(StrEnum):
    """What a reviewer says of a piece of a message."""

    MISSED = "missed"
    WRONG = "wrong"


class Marking(NamedTuple):
    """A piece named by its ``text`` or by ``start`` and ``end``; ``edited``: of the human edit of the message."""

    message_id: UUID
    kind: Kind
    type: PiiType
    text: str | None = None
    start: int | None = None
    end: int | None = None
    edited: bool = False
    everywhere: bool = False


class Marked(NamedTuple):
    """A stored mark; ``withdrawn`` examples are switched off until they are scrubbed again."""

    id: int
    start: int
    end: int
    listed: bool
    withdrawn: int


class Replay(NamedTuple):
    """How many marks the scrubber does not meet; ``failing`` are their ids."""

    marks: int
    still_missed: int
    still_wrong: int
    failing: list[int]


def mark(connection: sa.Connection, marking: Marking, marked_by: str, now: datetime) -> Marked:
    """Keep a mark as offsets into the raw message, without its text.

    What was missed leaves its conversation with the next scrubbing, and examples made of the conversation are switched
    off until then; kept answers of the conversation, and all in which the piece stands, are removed at once.
    ``everywhere`` puts the piece on the deny or allow list, as a keyed hash of its words, and examples in which a
    denied piece stands are switched off too.

    Raises:
        NotFound: no such message, or no human edit of it.
        DataError: the piece is not in the message, is in it more than once, or is too long for a list.
    """
    message = queries.message(connection, marking.message_id)
    if message is None:
        raise NotFound(f"there is no message {marking.message_id}; ids stand in ai.messages")
    text = message.edited_content if marking.edited else message.content
    if text is None:
        raise NotFound(f"message {marking.message_id} was not edited; mark the message itself")
    start, end = _place(text, marking)
    piece = text[start:end]
    missed = marking.kind is Kind.MISSED
    stored = queries.Mark(message.id, marking.edited, marking.kind.value, marking.type.value, start, end)
    identifier = queries.save(connection, stored, marked_by, now)
    queries.scrub_again(connection, message.conversation_id)
    withdrawn = 0
    if missed:
        response_cache.forget(connection, message.conversation_id, pattern(piece))
        withdrawn = queries.withdraw(connection, message.conversation_id)
    if marking.everywhere:
        key, words = term_hash(installation.salt(connection), piece)
        queries.list_term(connection, key, missed, marking.type.value, words, marked_by, now)
        withdrawn += queries.withdraw_wherever(connection, pattern(piece)) if missed else 0
    details = {
        "kind": marking.kind.value,
        "type": marking.type.value,
        "message_id": str(message.id),
        "everywhere": marking.everywhere,
    }
    audit.record(connection, marked_by, "scrub.mark", f"scrub_mark:{identifier}", details, now)
    return Marked(identifier, start, end, marking.everywhere, withdrawn)


def mark_masked(
    connection: sa.Connection,
    scrubber: Scrubber,
    message_id: UUID,
    placeholder: str,
    marked_by: str,
    now: datetime,
    *,
    everywhere: bool = False,
) -> list[Marked]:
    """Mark as wrongly masked what stands behind a placeholder such as ``[PERSON_1]`` in a scrubbed message.

    The conversation is scrubbed again to find the place, so that who marks need not see what was masked.

    Raises:
        NotFound: no such message.
        DataError: nothing in the message becomes this placeholder.
        ScrubRefused: the conversation cannot be scrubbed.
    """
    message = queries.message(connection, message_id)
    if message is None:
        raise NotFound(f"there is no message {message_id}; ids stand in ai.messages")
    turns = queries.turns(connection, message.conversation_id)
    said = [cleaned(turn.content, turn.channel) for turn in turns]
    results = scrubber.scrub_conversation(said)
    [place] = [number for number, turn in enumerate(turns) if turn.id == message_id]
    found = [
        (one.type, start, start + one.end - one.start)
        for one in results[place].findings
        if one.placeholder.strip("[]") == placeholder.strip("[]")
        for start in _raw_places(turns[place].content, said[place], one)
    ]
    if not found:
        raise DataError("nothing in this message becomes that placeholder any more; look at it again after the night")
    return [
        mark(
            connection,
            Marking(message_id, Kind.WRONG, kind, start=start, end=end, everywhere=everywhere),
            marked_by,
            now,
        )
        for kind, start, end in found
    ]


def _raw_places(raw: str, said: str, found: Finding) -> list[int]:
    """Where the words of a finding begin in the raw message, which cleaning may have made shorter."""
    if raw == said:
        return [found.start]
    start = raw.find(said[found.start : found.end])
    return [start] if start >= 0 else []


def span(text: str) -> tuple[int, int]:
    """``START:END`` as two numbers.

    Raises:
        DataError: it is none.
    """
    match = re.fullmatch(r"(\d{1,9}):(\d{1,9})", text.strip())
    if not match:
        raise DataError(f"{text!r} is no START:END; give two numbers such as 11:16")
    return int(match.group(1)), int(match.group(2))


def replay(connection: sa.Connection, scrubber: Scrubber) -> Replay:
    """Scrub every conversation with marks, without what the marks say, and see which marks are met.

    A missed piece is met when findings cover 90 % of its letters and digits, a wrongly masked one when none covers any.
    """
    found = queries.all_marks(connection)
    still: dict[str, list[int]] = {"missed": [], "wrong": []}
    for conversation_id, group in groupby(found, key=lambda one: one.conversation_id):
        texts = [
            (turn.id, edited, text)
            for turn in queries.turns(connection, conversation_id)
            for edited, text in ((False, turn.content), (True, turn.edited_content))
            if text is not None
        ]
        try:
            results = scrubber.scrub_conversation([text for *_, text in texts])
        except ScrubRefused:
            for one in group:
                still[one.mark.kind].append(one.id)
            continue
        scrubbed = {
            (message, edited): (text, result.findings)
            for (message, edited, text), result in zip(texts, results, strict=True)
        }
        for one in group:
            text, findings = scrubbed.get((one.mark.message_id, one.mark.edited), ("", ()))
            if text[one.mark.start : one.mark.end] and not _met(one.mark, text, findings):
                still[one.mark.kind].append(one.id)
    failing = sorted(still["missed"] + still["wrong"])
    return Replay(len(found), len(still["missed"]), len(still["wrong"]), failing)


def _met(mark: queries.Mark, text: str, findings: tuple[Finding, ...]) -> bool:
    letters = [position for position in range(mark.start, mark.end) if text[position : position + 1].isalnum()]
    covered = sum(any(one.start <= position < one.end for one in findings) for position in letters)
    return covered >= 0.9 * len(letters) if mark.kind == Kind.MISSED else covered == 0


def _place(text: str, marking: Marking) -> tuple[int, int]:
    if marking.text is not None and marking.start is None and marking.end is None:
        start = text.find(marking.text)
        if start < 0 or not marking.text.strip():
            raise DataError("the piece is not in the message: give it exactly as it stands there")
        if text.find(marking.text, start + 1) >= 0:
            raise DataError("the piece stands in the message more than once: give its start and end instead")
        end = start + len(marking.text)
    elif marking.text is None and marking.start is not None and marking.end is not None:
        start, end = marking.start, marking.end
    else:
        raise DataError("name the piece either by its text or by its start and end")
    if not 0 <= start < end <= len(text) or not any(character.isalnum() for character in text[start:end]):
        raise DataError(f"there is nothing to mark at {start}:{end}; the message has {len(text)} characters")
    return start, end
