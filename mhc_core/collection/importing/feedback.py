"""Imports feedback that comes in a file of its own, as JSON lines or CSV.

A record says what it is about: by ``message_id`` (an id of this platform, or the message's own in the file that it
came from), by ``conversation_id`` and ``source`` (those of the file that the conversation came from) with an optional
``position`` (the message's index in it, from 0), or by ``customer_id`` and ``at``: then the last answer before that is
meant. It holds at least one of vote (up, down), stars (1 to 5), helpful, accurate and comment. ``id`` tells several
pieces of feedback on one message apart; without it a later one replaces the earlier.
"""

import time
from collections.abc import Hashable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from mhc_core.collection.importing import flat_records
from mhc_core.collection.importing.batches import store
from mhc_core.collection.importing.fields import Label
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming
from mhc_core.collection.importing.readers import Source
from mhc_core.collection.importing.record_format import MAX_MESSAGES, Given
from mhc_core.collection.importing.records import DEFAULT_SOURCE, conversation_id, feedback_row, why
from mhc_core.collection.importing.reject import Rejected, RejectFile
from mhc_core.collection.importing.report import ImportReport, Progress, Reason, silent
from mhc_core.db.queries import conversations as conversation_queries
from mhc_core.db.queries import feedback as queries
from mhc_core.pseudonyms import person_id

BATCH = 2000
REMEMBERED = timedelta(days=7)
"""How long after an answer a rating without any id is still taken to mean it."""
NOT_STORED = "what it is about is not stored; import its conversation first, under the same source"
NO_ANSWER = f"this customer got no answer in the {REMEMBERED.days} days before; give a message_id or conversation_id"
SPELLINGS: dict[str, tuple[str, ...]] = {
    "id": ("feedback_id",),
    "message_id": (),
    "customer_id": ("customer", "user_id", "contact_id", "phone", "phone_number", "email"),
    "conversation_id": ("conversation", "conv_id", "session_id", "chat_id"),
    "position": ("index", "turn", "message_index"),
    "vote": ("thumb", "thumbs"),
    "stars": ("rating",),
    "comment": ("comments", "remark"),
    "at": ("given_at", "timestamp", "time", "created_at", "date"),
}
_ABOUT = (("message_id",), ("conversation_id",), ("customer_id",))


class _Feedback(Given):
    message_id: Label = None
    conversation_id: Label = None
    source: Label = None
    customer_id: Annotated[Label, AfterValidator(lambda value: value and person_id(value))] = None
    position: Annotated[
        Annotated[int, Field(ge=0, lt=MAX_MESSAGES)] | None,
        BeforeValidator(lambda value: None if value == "" else value),
    ] = None


Entry = tuple[Incoming, _Feedback]
Counts = tuple[queries.FeedbackCounts, list[tuple[Incoming, str]]]


def import_feedback(
    engine: sa.Engine,
    uri: str | Path,
    now: datetime,
    reject_path: Path,
    *,
    source: str | None = None,
    wanted: str = "auto",
    progress: Progress = silent,
) -> ImportReport:
    """Bring in the feedback of one file or fsspec URI; the same file again changes no row.

    Feedback on a conversation or message that is not stored is refused. Feedback without a time gets that of what it
    is about.

    Args:
        source: of conversations, for records that do not say theirs.
        wanted: ``csv`` or ``jsonl``; ``auto`` looks at the file.
        reject_path: where refused lines are listed; an older list is replaced or, with nothing refused, removed.

    Raises:
        NotFound: there is no such file.
        DataError: the file as a whole cannot be read as text.
        DatabaseUnavailable: the server went away; run the import again.
    """
    began = time.perf_counter()
    report = ImportReport(str(uri))
    with Source(str(uri)) as opened, RejectFile(reject_path) as rejects:
        records = flat_records.records(Head.of(opened), wanted, SPELLINGS, _ABOUT, "feedback", report, rejects)
        key = partial(_key, source or DEFAULT_SOURCE)
        for batch in flat_records.batches(_checked(records, rejects), key, BATCH):
            _store(engine, batch, source or DEFAULT_SOURCE, now, report, rejects)
            progress(opened.position, opened.size, report.stored + rejects.count)
        report.rejected = rejects.count
        report.read = report.stored + report.rejected + report.erased
        progress(opened.position, opened.size, report.read)
        report.reasons = [Reason("", place.line, reason, count) for place, reason, count in rejects.reasons]
    report.reject_file = reject_path if report.rejected else None
    report.seconds = time.perf_counter() - began
    return report


def check(record: dict[str, Any]) -> _Feedback:
    """The feedback in a record.

    Raises:
        Rejected: it does not fit; the reason names the field and quotes nothing.
    """
    try:
        given = _Feedback.model_validate(record)
    except ValidationError as error:
        raise Rejected(why(error)) from None
    if given.message_id is not None and given.conversation_id is not None:
        raise Rejected("needs either message_id or conversation_id, not both")
    if given.message_id is None and given.conversation_id is None and (given.customer_id is None or given.at is None):
        raise Rejected("does not say what it is about: needs message_id, or conversation_id, or customer_id and at")
    if not given.says_something():
        raise Rejected("says nothing: no vote, stars, helpful, accurate or comment")
    return given


def _checked(records: Iterator[Incoming], rejects: RejectFile) -> Iterator[Entry]:
    for item in records:
        try:
            yield item, check(item.record)
        except Rejected as reason:
            item.reject(rejects, str(reason))


def _key(source: str, entry: Entry) -> Hashable:
    given = entry[1]
    about = given.message_id or (given.source or source, given.conversation_id) if _has_id(given) else id(entry)
    return about, given.position, given.id


def _store(
    engine: sa.Engine, batch: list[Entry], source: str, now: datetime, report: ImportReport, rejects: RejectFile
) -> None:
    def write(connection: sa.Connection, part: Sequence[Entry]) -> Counts:
        conversation_queries.lock_imports(connection)
        addresses = find(connection, [given for _, given in part])
        placed = [(item, _row(given, found, source, now)) for (item, given), found in zip(part, addresses, strict=True)]
        counts = queries.upsert(connection, [row for _, row in placed if not isinstance(row, str)], now)
        conversation_queries.touch(connection, counts.conversations, now)
        lost = [(item, row if isinstance(row, str) else NOT_STORED) for item, row in placed if _is_lost(row, counts)]
        return counts, lost

    def refuse(entry: Entry, reason: str) -> None:
        entry[0].reject(rejects, reason)

    for part, (counts, lost) in store(engine, batch, write, refuse):
        for item, reason in lost:
            item.reject(rejects, reason)
        report.inserted += counts.inserted
        report.updated += counts.updated
        report.erased += len(counts.erased)
        report.unchanged += len(part) - counts.inserted - counts.updated - len(lost) - len(counts.erased)
        report.feedback_inserted += counts.inserted
        report.feedback_updated += counts.updated


def find(connection: sa.Connection, given: Sequence[_Feedback]) -> list[queries.MessageAddress | str | None]:
    """The answer that each piece of feedback is about, why there is none, or None where it names its conversation."""
    ours = queries.find_messages(connection, [ident for each in given if (ident := _uuid(each.message_id))])
    own = [each.message_id for each in given if each.message_id and _uuid(each.message_id) not in ours]
    theirs = queries.find_by_own_id(connection, own)
    asked = [(each.customer_id, each.source, each.at) for each in given if not _has_id(each)]
    last = queries.find_last_answers(connection, asked, REMEMBERED)  # type: ignore[arg-type]  # checked on the way in
    found: list[queries.MessageAddress | str | None] = []
    guessed = 0
    for each in given:
        if each.message_id is not None:
            named = [ours[ident]] if (ident := _uuid(each.message_id)) in ours else theirs.get(each.message_id, [])
            found.append(_only([address for address in named if each.source in (None, address.source)]))
        elif each.conversation_id is not None:
            found.append(None)
        else:
            found.append(last.get(guessed, NO_ANSWER))
            guessed += 1
    return found


def _only(addresses: Sequence[queries.MessageAddress]) -> queries.MessageAddress | str:
    if len(addresses) > 1:
        return "message_id: several messages came with this id; give the source of its conversation"
    return addresses[0] if addresses else NOT_STORED


def _row(
    given: _Feedback, about: queries.MessageAddress | str | None, source: str, now: datetime
) -> queries.FeedbackRow | str:
    if isinstance(about, str):
        return about
    if about is None:
        assert given.conversation_id is not None
        own = given.source or source
        ident = conversation_id(own, given.conversation_id)
        return feedback_row(given, own, given.conversation_id, ident, given.position, given.customer_id, now)
    row = feedback_row(
        given, about.source, about.source_id, about.conversation_id, about.position, given.customer_id, now
    )
    return row._replace(message_id=about.id)


def _is_lost(row: queries.FeedbackRow | str, counts: queries.FeedbackCounts) -> bool:
    return isinstance(row, str) or row.id in counts.missing


def _has_id(given: _Feedback) -> bool:
    return given.message_id is not None or given.conversation_id is not None


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
