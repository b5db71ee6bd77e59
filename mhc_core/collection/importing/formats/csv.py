"""Tables with one row a message, as CSV or workbook: a column names the conversation, others who spoke and what.

Rows may come in any order. What belongs to the conversation (its channel, its customer) stands in any of its rows.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from mhc_core.collection.importing import tables
from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.csv_lines import Row
from mhc_core.collection.importing.fields import ROLE_SPELLINGS, folded, folded_channel
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Piece
from mhc_core.collection.importing.times import is_time, joined
from mhc_core.errors import DataError
from mhc_core.vocabulary import Channel

SPELLINGS: dict[str, tuple[str, ...]] = {
    "conversation_id": ("conversation", "conv_id", "conversationid", "conversation_number", "session_id", "chat_id",
                        "ticket_id", "ticket", "ticket_number", "case_id", "session", "chat"),
    "role": ("sender_type", "author_type", "sender", "author", "speaker", "from", "sent_by", "direction"),
    "content": ("text", "message", "body", "message_text", "message_body", "message_content", "comment"),
    "timestamp": ("sent_at", "created_at", "datetime", "date_time", "sent_date", "date_sent", "sent", "date", "time"),
    "position": ("index", "turn", "seq", "sequence", "message_index"),
    "customer_id": ("customer", "user_id", "contact_id", "client_id", "customer_phone", "phone_number", "phone",
                    "customer_email", "email", "email_address"),
    "thread_id": ("thread",),
    "agent_id": ("agent",),
    "satisfaction": ("csat",),
    "message_intent": (),
}  # fmt: skip
NEEDED = ("conversation_id", "role", "content")
KNOWN = frozenset([*SPELLINGS, *(other for others in SPELLINGS.values() for other in others)])


class MessageTable:
    """A table whose header has conversation_id, role and content, under any of their names."""

    name = "a table of messages"
    source = "import"
    pieces = True

    def detect(self, head: Head) -> bool:
        return head.ending in (".csv", ".tsv") or any(
            tables.header(sheet, SPELLINGS, NEEDED) for sheet in tables.sheets(head, KNOWN)
        )

    def read(self, head: Head, context: Context) -> Iterator[Piece]:
        def is_message(record: Mapping[str, str]) -> bool:
            role, channel = record.get("role", ""), record.get("channel", "")
            known = context.reading.role_of(role) is not None or folded(role) in ROLE_SPELLINGS
            on_channel = not channel or context.reading.channel or isinstance(folded_channel(channel), Channel)
            there = "conversation_id" in record and is_time(record.get("timestamp", "0"))
            return known and bool(on_channel) and there

        sheets = tables.sheets(head, KNOWN)
        found = [(sheet, tables.header(sheet, SPELLINGS, NEEDED)) for sheet in sheets]
        if not any(header for _, header in found):
            raise DataError(_lacking(sheets))
        for sheet, header in found:
            if header is not None:
                for row, record in tables.records(sheet, header, is_message, context.notes, "content"):
                    yield _piece(row, record)


def _piece(row: Row, record: dict[str, Any]) -> Piece:
    ident = record.get("conversation_id")
    if "time" in record and ":" not in record.get("timestamp", ":"):
        record["timestamp"] = joined(record["timestamp"], record.pop("time"))
    key = None if ident is None else orjson.dumps([record.get("source"), ident.strip()]).decode()
    problem = row.problem or (None if ident is not None else "conversation_id: is empty")
    return Piece(row.place, key, record, problem)


def _lacking(sheets: list[tables.Sheet]) -> str:
    if not any(sheet.top for sheet in sheets):
        return "the table is empty; export it again"
    lacks = [name for name in NEEDED if not any(tables.header(sheet, SPELLINGS, (name,)) for sheet in sheets)]
    what = ", ".join(lacks) or "one row with conversation_id, role and content"
    return (
        f"the header lacks the column {what}: {sheets[0].told}; rename the columns (`mhc import example --format csv`)"
    )


FORMAT = MessageTable()
PRECEDENCE = 70
