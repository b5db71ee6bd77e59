"""Lists of tickets: they name conversations and hold none, so they are refused with what to export instead."""

from collections.abc import Iterator

from mhc_core.collection.importing import tables
from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.formats import csv
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Piece
from mhc_core.errors import DataError

_TICKET = ("ticket_id", "conversation_id", "id", "case_id", "ticket")
_OF_LISTS = frozenset({"subject", "status", "priority", "requester", "assignee", "group", "description", "type"})


class TicketList:
    """A table with ticket ids, subjects and states, and nobody who speaks."""

    name = "a ticket list"
    source = "import"
    pieces = True

    def detect(self, head: Head) -> bool:
        for sheet in tables.sheets(head, csv.KNOWN | _OF_LISTS):
            for _, cells in sheet.top:
                columns = {tables.fold(cell) for cell in cells}
                speaks = columns & {"role", "content", *csv.SPELLINGS["role"], *csv.SPELLINGS["content"]}
                if columns & set(_TICKET) and len(columns & _OF_LISTS) >= 2 and len(speaks) < 2:
                    return True
        return False

    def read(self, head: Head, context: Context) -> Iterator[Piece]:
        raise DataError(
            "a ticket list has no thread: it names tickets, but not who wrote what; export the tickets with their "
            "comments as JSON (in Zendesk the JSON export, in Freshdesk the full export) and import that"
        )


FORMAT = TicketList()
PRECEDENCE = 60
