"""The order in which the messages of a conversation were said, and when: times never go back."""

import itertools
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from mhc_core.collection.importing.record_format import Record
from mhc_core.collection.importing.reject import Rejected

MESSAGE_SPACING = timedelta(seconds=30)  # between messages of a conversation that has no times


def in_order(times: Sequence[datetime | None], positions: Sequence[float | None]) -> list[int]:
    """The places (from 0) of messages as written, in the order they were said.

    By time when every message has one, then by position when every message has one, else as written; what is written
    newest first is turned round, so that messages of the same minute come in their order too.
    """
    written = list(range(len(times)))
    known = [moment for moment in times if moment is not None]
    placed = all(position is not None for position in positions)
    if _falling(known) and not placed:
        written.reverse()
    if len(known) == len(times):
        return sorted(written, key=lambda place: (times[place], positions[place] if placed else 0))
    if placed:
        return sorted(written, key=lambda place: positions[place] or 0)
    return written


def ordered(record: Record, notes: Counter[str]) -> Record:
    """The record with its messages in the order they were said; what a system message sets stays in front."""
    leading = next((place for place, one in enumerate(record.messages) if one.role != "system" or one.timestamp), 0)
    said = record.messages[leading:]
    order = in_order([message.timestamp for message in said], [message.position for message in said])
    if order == list(range(len(said))):
        return record
    notes["conversations put in the order they were said"] += 1
    return record.model_copy(update={"messages": [*record.messages[:leading], *(said[place] for place in order)]})


def timeline(record: Record, received_at: datetime) -> tuple[datetime, list[datetime], bool]:
    """Start, one time per message that never goes back, and whether the start is made up."""
    stamps = [message.timestamp for message in record.messages]
    known = [stamp for stamp in stamps if stamp is not None]
    start = min([*([record.started_at] if record.started_at else []), *known[:1]], default=received_at)
    if not known:
        try:
            times = [start + MESSAGE_SPACING * index for index in range(len(stamps))]
        except OverflowError:
            raise Rejected("started_at: too late a time") from None
        return start, times, record.started_at is None
    times = []
    previous = start
    for stamp in stamps:
        previous = previous if stamp is None else max(previous, stamp)
        times.append(previous)
    return start, times, False


def _falling(times: Sequence[datetime]) -> bool:
    pairs = list(itertools.pairwise(times))
    return any(one > other for one, other in pairs) and all(one >= other for one, other in pairs)
