"""Puts conversations together whose messages lie in many rows, of one file or of several.

The pieces are copied to a temporary table and come back sorted by conversation, so memory holds one conversation at a
time however the files are sorted. A conversation is taken whole or refused whole: one row that cannot be read refuses
its conversation, and where it does not say which that is, those before and after it.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from mhc_core.collection.importing.fields import folded_channel
from mhc_core.collection.importing.incoming import Incoming, Piece
from mhc_core.collection.importing.record_format import MAX_MESSAGES
from mhc_core.collection.importing.records import SHORTENED, TWO_CUSTOMERS, from_spreadsheet
from mhc_core.collection.importing.reject import Place, Rejected, RejectFile
from mhc_core.collection.importing.times import DateOrder, evidence
from mhc_core.db.queries import staging
from mhc_core.pseudonyms import person_id

OF_CONVERSATION = (
    "source", "channel", "customer_id", "agent_id", "thread_id", "status", "intent", "outcome", "booking_value_usd",
    "satisfaction", "started_at", "customer", "subject",
)  # fmt: skip
TWO_CHANNELS = "channel: one conversation on two channels; give each its own id"
UNTOLD = "a row beside it cannot be read and may belong to it; correct that row"
_COLUMNS = (
    ("conversation", "text"), ("file", "integer"), ("line", "bigint"), ("last_line", "bigint"), ("length", "bigint"),
    ("digest", "text"), ("fields", "text"), ("problem", "text"),
)  # fmt: skip
_GROUPED = """
    select conversation, count(*) as rows, min(file) as file, min(line) as line, max(last_line) as last_line,
        sum(length)::bigint as length, array_agg(distinct file) as files,
        array_agg(digest order by file, line) as digests,
        array_agg(fields order by file, line) as fields, array_agg(file order by file, line) as in_files,
        (array_agg(array[problem, file::text, line::text] order by file, line)
            filter (where problem is not null))[1:1] as problem
    from (
        select *, row_number() over (partition by conversation order by file, line) as number
        from pg_temp.import_pieces
    ) numbered
    where number <= 1 + :limit
    group by conversation order by min(file), min(line)
"""


class Grouping:
    """Takes the pieces of all files of an import in, and gives their conversations back.

    ``orders`` are the orders of day and month that times of the pieces can only have; ``unread`` are files that could
    not be read to their end: no conversation with messages in them is taken.
    """

    def __init__(self, connection: sa.Connection, rejects: RejectFile, notes: Counter[str]) -> None:
        self._connection = connection
        self._rejects = rejects
        self._notes = notes
        self.orders: set[DateOrder] = set()
        self.unread: set[int] = set()

    def conversations(self, pieces: Iterable[Piece]) -> Iterator[Incoming]:
        """The conversations of ``pieces`` in the one record format, by where they begin."""
        staging.fill(self._connection, "import_pieces", _COLUMNS, self._rows(pieces))
        groups = self._connection.execution_options(stream_results=True, yield_per=100).execute(
            sa.text(_GROUPED), {"limit": MAX_MESSAGES}
        )
        for group in groups:
            digest = hashlib.sha256("".join(group.digests).encode()).hexdigest()
            place = Place(group.file, group.line, group.last_line, group.length, digest)
            try:
                if group.problem:
                    [[reason, file, line]] = group.problem
                    place = Place(int(file), int(line), int(line), group.length, digest)
                    raise Rejected(reason)
                if not self.unread.isdisjoint(group.files):
                    raise Rejected("a file with messages of this conversation could not be read to its end")
                if group.rows > MAX_MESSAGES:
                    raise Rejected(f"conversation of more than {MAX_MESSAGES:,} messages")
                yield Incoming(place, _record(self._once(group.fields, group.in_files)))
            except Rejected as reason:
                self._rejects.add(place, str(reason))

    def _once(self, fields: Sequence[str], files: Sequence[int]) -> list[dict[str, Any]]:
        """The messages, each once: exports overlap, and a mailbox keeps a mail in the file of each of its labels."""
        kept: list[dict[str, Any]] = []
        first: dict[tuple[object, ...], int] = {}
        for text, file in zip(fields, files, strict=True):
            message = orjson.loads(text)
            same = tuple(str(message.get(name)) for name in ("id", "role", "timestamp", "content"))
            dated = message.get("timestamp") not in (None, "")
            if same in first and dated and (message.get("id") or first[same] != file):
                self._notes["messages that were there twice, taken once"] += 1
                continue
            first.setdefault(same, file)
            kept.append(message)
        return kept

    def _rows(self, pieces: Iterable[Piece]) -> Iterator[tuple[object, ...]]:
        before: Piece | None = None
        unread: Place | None = None
        for piece in pieces:
            if piece.conversation is None:
                self._rejects.add(piece.place, piece.problem or "names no conversation")
                if before is not None and before.place.file == piece.place.file:
                    yield _row(before.conversation, before.place, {}, UNTOLD)
                unread = piece.place
                continue
            if unread is not None:
                if unread.file == piece.place.file and (before is None or before.conversation != piece.conversation):
                    yield _row(piece.conversation, piece.place, {}, UNTOLD)
                unread = None
            self.orders |= evidence([piece.record.get("timestamp")])
            yield _row(piece.conversation, piece.place, piece.record, piece.problem)
            before = piece


def _row(conversation: str | None, place: Place, record: dict[str, Any], problem: str | None) -> tuple[object, ...]:
    fields = orjson.dumps(record).decode()
    return conversation, place.file, place.line, place.last_line, place.length, place.sha256, fields, problem


def _record(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The conversation of these messages.

    Raises:
        Rejected: they name two customers or two channels.
    """
    record: dict[str, Any] = {}
    customers = {person_id(str(message["customer_id"])) for message in messages if message.get("customer_id")}
    channels = {str(folded_channel(message["channel"])) for message in messages if message.get("channel")}
    if len(customers) > 1:
        shortened = from_spreadsheet(str(messages[0].get("conversation_id") or ""))
        raise Rejected(f"{TWO_CUSTOMERS}; {SHORTENED}" if shortened else TWO_CUSTOMERS)
    if len(channels) > 1:
        raise Rejected(TWO_CHANNELS)
    for name in OF_CONVERSATION:
        values = [message.pop(name) for message in messages if name in message]
        if values := [value for value in values if value not in (None, "")]:
            record[name] = values[-1]
    for message in messages:
        record["id"] = message.pop("conversation_id", None) or record.get("id")
        if "message_intent" in message:
            message["intent"] = message.pop("message_intent")
    record["messages"] = messages
    return record
