"""JSON with one object a message, as databases export them: the columns of a table of messages under JSON keys."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from mhc_core.collection.importing import json_values, tables
from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.formats.csv import NEEDED, SPELLINGS
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Piece


class MessageRecords:
    """Objects with a conversation, a role and content, under any of the names that a table's columns may have."""

    name = "message records"
    source = "import"
    pieces = True

    def detect(self, head: Head) -> bool:
        return "messages" not in head.record and set(NEEDED) <= _named(head.record).keys()

    def read(self, head: Head, context: Context) -> Iterator[Piece]:
        for item in json_values.objects(head.source, context.notes, context.rejects):
            record = _named(item.record)
            ident = record.get("conversation_id")
            if isinstance(ident, bool) or not isinstance(ident, str | int) or not str(ident).strip():
                yield Piece(item.place, None, record, "conversation_id: is empty")
                continue
            record["conversation_id"] = str(ident)
            key = orjson.dumps([record.get("source"), str(ident).strip()]).decode()
            yield Piece(item.place, key, record)


def _named(record: Mapping[str, Any]) -> dict[str, Any]:
    renamed = tables.renamed([tables.fold(key) for key in record], SPELLINGS)
    return {renamed.get(name := tables.fold(key), name): value for key, value in record.items() if value is not None}


FORMAT = MessageRecords()
PRECEDENCE = 75
