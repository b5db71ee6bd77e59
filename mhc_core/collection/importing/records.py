"""One incoming conversation record becomes rows of ``conversations``, ``messages`` and ``feedback``.

What has no column of its own is kept in the metadata columns. Where only some messages have a time, times go forward: a
message stamped before its predecessor gets the predecessor's time and keeps its own stamp in its metadata.
"""

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import ValidationError

from mhc_core.collection.importing import ordering, ratings
from mhc_core.collection.importing.context import Calls, Reading
from mhc_core.collection.importing.decoding import metadata_text
from mhc_core.collection.importing.fields import intent_of, outcome_of, stars_of
from mhc_core.collection.importing.record_format import Call, Escalation, Given, Message, Record
from mhc_core.collection.importing.reject import Rejected
from mhc_core.collection.importing.times import Calendar
from mhc_core.db.queries.calls import HEARD_KEY, CallRow
from mhc_core.db.queries.conversations import ConversationRow, MessageRow
from mhc_core.db.queries.feedback import FeedbackRow
from mhc_core.language.mojibake import suspected
from mhc_core.pseudonyms import person_id
from mhc_core.vocabulary import Channel

DEFAULT_SOURCE = "import"
MAX_SOURCE = 100  # characters
TWO_CUSTOMERS = "customer_id: one conversation with two customers; give each customer's conversation its own id"
SHORTENED = "an id like 1.75931E+17 was shortened by a spreadsheet, several may have become one: export ids as text"


class Parsed(NamedTuple):
    """The rows of one conversation."""

    conversation: ConversationRow
    messages: list[MessageRow]
    feedback: list[FeedbackRow]
    call: CallRow | None = None


class _Validation(NamedTuple):
    """What the fields of a record need to know of the import; pydantic hands it through."""

    calendar: Calendar
    channel: Channel | None
    role_of: Callable[[str], str | None]


def conversation_id(source: str, source_id: str) -> UUID:
    """The id under which an imported conversation is always stored."""
    return uuid5(uuid5(NAMESPACE_URL, "mhc:" + source), source_id)


def message_id(conversation: UUID, position: int) -> UUID:
    """The id of the message at ``position`` (from 0) of an imported conversation."""
    return uuid5(conversation, str(position))


def feedback_key(source_id: str, given: str) -> str:
    """The source id of feedback ``given`` on the conversation ``source_id``; no two conversations share one."""
    return f"{source_id.replace('%', '%25').replace('#', '%23')}#{given}"


def why(error: ValidationError) -> str:
    """The first problems of a record in one line, without any of its values."""
    problems = [
        ".".join(str(part) for part in item["loc"] if not str(part).startswith(("function-", "constrained-")))
        + ": "
        + item["msg"].removeprefix("Value error, ")
        for item in error.errors(include_url=False, include_context=False, include_input=False)[:3]
    ]
    more = error.error_count() - len(problems)
    return "; ".join(problems) + (f"; and {more} more" if more else "")


def parse(
    record: dict[str, Any], reading: Reading, notes: Counter[str], default_source: str = DEFAULT_SOURCE
) -> Parsed:
    """The rows of a record; ``notes`` counts what was repaired on the way.

    Raises:
        Rejected: the record does not fit; the reason names the field and quotes nothing.
    """
    try:
        checked = Record.model_validate(
            record, context=_Validation(reading.calendar(notes), reading.channel, reading.role_of)
        )
    except ValidationError as error:
        raise Rejected(why(error)) from None
    source = reading.source or checked.source or default_source
    if len(source) > MAX_SOURCE:
        raise Rejected(f"source: longer than {MAX_SOURCE} characters")
    return _rows(checked, source, reading, notes)


def _rows(record: Record, source: str, reading: Reading, notes: Counter[str]) -> Parsed:
    ident = conversation_id(source, record.id)
    record = ordering.ordered(record, notes)
    customer = _customer(record, reading.customer, notes)
    started, times, synthetic_start = ordering.timeline(record, reading.received_at)
    inferred = [message.timestamp is None for message in record.messages]
    if all(inferred):
        notes["times_made_up"] += 1
    messages: list[MessageRow] = []
    feedback: list[FeedbackRow] = []
    for position, (message, sent_at) in enumerate(zip(record.messages, times, strict=True)):
        if not message.content.strip():
            notes["empty_messages"] += 1
            continue
        row = _message_row(message, ident, position, sent_at, notes)
        messages.append(row)
        if message.feedback is not None and message.feedback.says_something():
            feedback.append(feedback_row(message.feedback, source, record.id, ident, position, customer, sent_at))
    if not messages:
        raise Rejected("messages: all are empty")
    last = max(row.sent_at for row in messages)
    if last > reading.received_at + timedelta(days=1):
        notes["times_in_the_future"] += 1
    if reading.before_first_day(started):
        notes["conversations before the first day (MHC_FIRST_DAY): no daily run collects them"] += 1
    for name in ratings.unread(record):
        notes[f"rating not read: {name}"] += 1
    overall = record.feedback or Given()
    if overall.stars is None:
        overall = overall.model_copy(update={"stars": stars_of(record.satisfaction)})
    if overall.says_something():
        feedback.append(feedback_row(overall, source, record.id, ident, None, customer, last))
    if len({row.id for row in feedback}) < len(feedback):
        raise Rejected("feedback: one id is used twice")
    escalation = record.escalation or Escalation()
    conversation = ConversationRow(
        id=ident,
        source=source,
        source_id=record.id,
        channel=record.channel.value,
        customer_id=customer,
        thread_id=record.thread_id,
        status=record.status.value if record.status else None,
        intent=intent_of(record.intent),
        escalation_reason=escalation.reason,
        escalated_at=escalation.at or (last if record.escalation else None),
        agent_id=escalation.agent_id or record.agent_id,
        outcome=outcome_of(record.outcome),
        booking_value_usd=record.booking_value_usd,
        started_at=started,
        last_message_at=last,
        channel_metadata=metadata_text(_channel_metadata(record, source, all(inferred))),
        last_position=messages[-1].position,
        synthetic_start=synthetic_start,
        customer_as_written=record.customer_id,
    )
    return Parsed(conversation, messages, feedback, _call(record, ident, reading))


def _call(record: Record, ident: UUID, reading: Reading) -> CallRow | None:
    """What is known of a recorded call; what the record says of consent counts before what was said of all of them."""
    if record.call is None and reading.calls is None:
        return None
    call, said = record.call or Call(), reading.calls or Calls()
    return CallRow(
        ident,
        call.consent or said.consent,
        call.consent_wording or (said.wording if call.consent in (None, said.consent) else None),
        call.speakers,
        call.confidence,
        call.recogniser,
        call.audio_sha256,
        call.audio_seconds,
    )


def _customer(record: Record, said: str | None, notes: Counter[str]) -> str | None:
    """The customer's id in its one form.

    Raises:
        Rejected: messages name another customer than the conversation, or two.
    """
    named = [record.customer_id, *((message.model_extra or {}).get("customer_id") for message in record.messages)]
    found = {person_id(value) for value in named if isinstance(value, str) and value.strip()}
    if len(found) > 1:
        raise Rejected(TWO_CUSTOMERS)
    if from_spreadsheet(record.id):
        notes[SHORTENED] += 1
    if not found and said:
        found = {person_id(said)}
    if not found:
        notes["conversations without a customer: no erasure finds them"] += 1
        return None
    customer = found.pop()
    if from_spreadsheet(customer):
        notes[SHORTENED] += 1
    return customer


_SHORTENED = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d{2}")


def from_spreadsheet(value: str) -> bool:
    """Whether an id was written as powers of ten, as Excel does with long numbers."""
    return _SHORTENED.fullmatch(value.strip()) is not None


def _message_row(
    message: Message, conversation: UUID, position: int, sent_at: datetime, notes: Counter[str]
) -> MessageRow:
    if suspected(message.content):
        notes["texts that look damaged (mojibake): kept as they are, repaired where they are learned from"] += 1
    metadata: dict[str, Any] = {key: value for key, value in (message.model_extra or {}).items() if value is not None}
    if message.heard is not None:
        metadata[HEARD_KEY] = message.heard
    intent = intent_of(message.intent)
    if intent is None and message.intent is not None:
        metadata["intent"] = message.intent
    if message.timestamp is not None and message.timestamp != sent_at:
        notes["times_out_of_order"] += 1
        metadata["timestamp"] = message.timestamp
    if message.review is not None:
        metadata["review"] = message.review.model_dump(mode="json", exclude_none=True)
    edit = message.edit
    if edit is not None and edit.model_extra:
        metadata["edit"] = edit.model_extra
    if message.feedback is not None and message.feedback.model_extra:
        metadata["feedback"] = message.feedback.model_extra
    return MessageRow(
        id=message_id(conversation, position),
        conversation_id=conversation,
        position=position,
        role=message.role,
        content=message.content,
        intent=intent,
        confidence=message.confidence,
        model_version_id=message.model,
        edited_content=edit.content if edit else None,
        edit_reason=edit.reason if edit else None,
        edited_by=edit.by if edit else None,
        edited_at=(edit.at or sent_at) if edit else None,
        sent_at=sent_at,
        message_metadata=metadata_text(metadata) if metadata else "{}",
        inferred_time=message.timestamp is None,
    )


def feedback_row(
    given: Given,
    source: str,
    source_id: str,
    conversation: UUID,
    position: int | None,
    customer_id: str | None,
    moment: datetime,
) -> FeedbackRow:
    """Feedback on the message at ``position``, or on the whole conversation; ``moment`` stands in for its time."""
    key = feedback_key(source_id, given.id or ("conversation" if position is None else str(position)))
    return FeedbackRow(
        id=uuid5(conversation, key),
        source=source,
        source_id=key,
        conversation_id=conversation,
        message_id=None if position is None else message_id(conversation, position),
        customer_id=customer_id,
        vote=given.vote,
        stars=given.stars,
        helpful=given.helpful,
        accurate=given.accurate,
        comment=given.comment or None,
        given_at=given.at or moment,
        inferred_time=given.at is None,
    )


def _channel_metadata(record: Record, source: str, synthetic_times: bool) -> dict[str, Any]:
    metadata = dict(record.meta or {})
    for key, value in (record.model_extra or {}).items():
        metadata[f"record.{key}" if key in metadata else key] = value
    if record.intent is not None and intent_of(record.intent) is None:
        metadata["intent"] = record.intent
    if record.outcome is not None and outcome_of(record.outcome) != record.outcome:
        metadata["outcome"] = record.outcome
    if record.satisfaction is not None and str(stars_of(record.satisfaction)) != str(record.satisfaction):
        metadata["satisfaction"] = record.satisfaction
    if record.source and record.source != source:
        metadata["source"] = record.source
    if record.agent_id and record.escalation and record.escalation.agent_id not in (None, record.agent_id):
        metadata["agent_id"] = record.agent_id
    if record.escalation is not None and record.escalation.model_extra:
        metadata["escalation"] = record.escalation.model_extra
    if record.feedback is not None and record.feedback.model_extra:
        metadata["feedback"] = record.feedback.model_extra
    if synthetic_times:
        metadata["timestamps"] = "synthetic"
    return metadata
