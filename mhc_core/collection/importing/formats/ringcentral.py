"""RingCentral: text messages from the message store, as JSON from the API or as a CSV report."""

from collections.abc import Iterator, Mapping
from typing import Any

from mhc_core.collection.importing import json_values, tables
from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.formats.message_log import piece
from mhc_core.collection.importing.formats.shapes import OTHER_SHAPE
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Piece
from mhc_core.collection.importing.times import joined

SPELLINGS: dict[str, tuple[str, ...]] = {
    "from": ("from_number", "sender_number", "from_phone_number", "from_phone", "sender"),
    "to": ("to_number", "recipient_number", "to_phone_number", "to_phone", "recipient"),
    "body": ("message", "message_text", "text", "subject", "content", "message_body"),
    "direction": ("message_direction",),
    "timestamp": ("date_time", "datetime", "creation_time", "sent_time", "sent_at", "created_at", "date"),
    "name": ("from_name", "sender_name"),
}
_KNOWN = frozenset([*SPELLINGS, *(other for others in SPELLINGS.values() for other in others)])
_NEEDED = ("from", "to", "body", "direction", "timestamp")
_TEXT = ("sms", "text", "pager", "mms", "message", "")


class RingCentral:
    """Messages of the type SMS with a direction and numbers of both sides."""

    name = "a RingCentral message log"
    source = "ringcentral"
    pieces = True

    def detect(self, head: Head) -> bool:
        if head.is_json:
            return {"direction", "from", "to", "type"} <= head.record.keys()
        for sheet in tables.sheets(head, _KNOWN):
            found = tables.header(sheet, SPELLINGS, _NEEDED)
            if found is not None and "conversation_id" not in found.columns:
                return True
        return False

    def read(self, head: Head, context: Context) -> Iterator[Piece]:
        if head.is_json:
            for item in json_values.objects(head.source, context.notes, context.rejects):
                try:
                    entry = _entry(item.record)
                except (AttributeError, IndexError, KeyError, TypeError):
                    item.reject(context.rejects, OTHER_SHAPE)
                    continue
                if str(item.record.get("type", "")).lower() in _TEXT:
                    yield piece(item.place, entry, context)
            return
        for sheet in tables.sheets(head, _KNOWN):
            if (found := tables.header(sheet, SPELLINGS, _NEEDED)) is not None:
                for row, record in tables.records(sheet, found, _is_message, context.notes):
                    if record.get("type", "").strip().lower() not in _TEXT:
                        context.notes["entries that are no text messages, left out"] += 1
                        continue
                    if "time" in record and ":" not in record.get("timestamp", ":"):
                        record["timestamp"] = joined(record["timestamp"], record["time"])
                    yield piece(row.place, record, context, row.problem)


def _entry(message: Mapping[str, Any]) -> dict[str, Any]:
    sender, receivers = message["from"], message["to"]
    receiver = receivers[0] if isinstance(receivers, list) else receivers
    inward = str(message["direction"]).lower() == "inbound"
    return {
        "from": sender.get("phoneNumber"),
        "to": receiver.get("phoneNumber"),
        "name": (sender if inward else receiver).get("name"),
        "direction": message["direction"],
        "body": message.get("subject"),
        "timestamp": message.get("creationTime"),
        "id": message.get("id"),
    }


def _is_message(record: Mapping[str, str]) -> bool:
    return record.get("direction", "").strip().lower() in ("inbound", "outbound", "incoming", "outgoing", "in", "out")


FORMAT = RingCentral()
PRECEDENCE = 45
