"""Twilio: the message log as CSV from the console, or as JSON from the API."""

from collections.abc import Iterator, Mapping
from typing import Any

from mhc_core.collection.importing import json_values, tables
from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.formats.message_log import piece
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Piece

SPELLINGS: dict[str, tuple[str, ...]] = {
    "sid": ("message_sid", "messagesid"),
    "from": (),
    "to": (),
    "body": ("message_body",),
    "direction": (),
    "timestamp": ("sentdate", "date_sent", "sent_date", "datesent", "datecreated", "date_created"),
}
_KNOWN = frozenset([*SPELLINGS, *(other for others in SPELLINGS.values() for other in others)])
_NEEDED = ("sid", "from", "to", "body", "direction")
_NOT_SENT = ("failed", "undelivered", "canceled")


class Twilio:
    """Messages with a SID, two numbers, a body and a direction."""

    name = "a Twilio message log"
    source = "twilio"
    pieces = True

    def detect(self, head: Head) -> bool:
        if head.is_json:
            return bool(set(_NEEDED) <= _first(head.record).keys())
        return any(tables.header(sheet, SPELLINGS, _NEEDED) for sheet in tables.sheets(head, _KNOWN))

    def read(self, head: Head, context: Context) -> Iterator[Piece]:
        if head.is_json:
            for item in json_values.objects(head.source, context.notes, context.rejects):
                listed = item.record.get("messages")
                for message in listed if isinstance(listed, list) else [item.record]:
                    if isinstance(message, dict) and message.get("status") not in _NOT_SENT:
                        entry = {**message, "timestamp": message.get("date_sent"), "id": message.get("sid")}
                        yield piece(item.place, entry, context)
            return
        for sheet in tables.sheets(head, _KNOWN):
            if (found := tables.header(sheet, SPELLINGS, _NEEDED)) is not None:
                for row, record in tables.records(sheet, found, _is_message, context.notes):
                    if record.get("status") not in _NOT_SENT:
                        yield piece(row.place, {**record, "id": record.get("sid")}, context, row.problem)


def _first(record: Mapping[str, Any]) -> Mapping[str, Any]:
    listed = record.get("messages")
    first = listed[0] if isinstance(listed, list) and listed else record
    return first if isinstance(first, dict) else {}


def _is_message(record: Mapping[str, str]) -> bool:
    return record.get("direction", "").strip().lower() in (
        "inbound", "outbound-api", "outbound-reply", "outbound-call", "outbound"
    )  # fmt: skip


FORMAT = Twilio()
PRECEDENCE = 40
