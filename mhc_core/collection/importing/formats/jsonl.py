"""The platform's own record format: one JSON object a conversation, a line each, in an array, or over many lines."""

from collections.abc import Iterator

from mhc_core.collection.importing import json_values
from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming


class Records:
    """Objects with messages, or with an id and a channel: what such a record lacks, its refusal says."""

    name = "conversation records"
    source = "import"
    pieces = False

    def detect(self, head: Head) -> bool:
        return "messages" in head.record or {"id", "channel"} <= head.record.keys()

    def read(self, head: Head, context: Context) -> Iterator[Incoming]:
        return json_values.objects(head.source, context.notes, context.rejects)


FORMAT = Records()
PRECEDENCE = 90
