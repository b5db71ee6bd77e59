"""Freshdesk: tickets with their notes (the account export) or their conversations (the API)."""

from collections.abc import Iterator, Mapping
from typing import Any

from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.formats.people import Person, customer
from mhc_core.collection.importing.formats.shapes import converted
from mhc_core.collection.importing.formats.zendesk import NO_THREAD
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming
from mhc_core.errors import DataError
from mhc_core.language.html_text import plain

_CHANNELS = {1: "email", 2: "web", 3: "phone", 7: "web", 9: "web", 10: "email", 13: "sms"}
_CLOSED = (4, 5, "Resolved", "Closed")


class Freshdesk:
    """Tickets under *helpdesk_ticket*, or tickets with a description and who asked."""

    name = "a Freshdesk export"
    source = "freshdesk"
    pieces = False

    def detect(self, head: Head) -> bool:
        ticket = head.record
        described = "description" in ticket or "description_text" in ticket
        return "helpdesk_ticket" in ticket or (described and "requester_id" in ticket and "via" not in ticket)

    def read(self, head: Head, context: Context) -> Iterator[Incoming]:
        begin = head.record.get("helpdesk_ticket", head.record)
        if not isinstance(begin, dict):
            raise DataError("a Freshdesk export whose first ticket is empty; export it again")
        if "notes" not in begin and "conversations" not in begin:
            raise DataError(NO_THREAD.replace("Zendesk's JSON export", "Freshdesk's account export"))
        return converted(head, context, convert)


def convert(outer: Mapping[str, Any]) -> dict[str, Any]:
    """The ticket in the one format. Private notes are left out."""
    ticket = outer.get("helpdesk_ticket", outer)
    answers = [note.get("note", note) for note in ticket.get("notes") or ticket.get("conversations") or []]
    asker = ticket.get("requester") or {}
    begin = {
        "role": "user",
        "content": _text(ticket, "description"),
        "timestamp": ticket.get("created_at"),
    }
    return {
        "id": ticket.get("display_id") or ticket.get("id"),
        "channel": _CHANNELS.get(ticket.get("source"), str(ticket.get("source_name") or "email").lower()),
        "status": "closed" if ticket.get("status") in _CLOSED or ticket.get("status_name") in _CLOSED else "active",
        "subject": ticket.get("subject"),
        "messages": [
            begin,
            *(
                {
                    "role": "user" if answer.get("incoming") else "agent",
                    "content": _text(answer, "body"),
                    "timestamp": answer.get("created_at"),
                    "id": answer.get("id"),
                }
                for answer in answers
                if not answer.get("private")
            ),
        ],
        **customer(
            Person(
                ticket.get("requester_id"),
                asker.get("name") or ticket.get("requester_name"),
                asker.get("email"),
                asker.get("phone") or asker.get("mobile"),
            )
        ),
    }


def _text(part: Mapping[str, Any], name: str) -> str:
    return str(part.get(f"{name}_text") or plain(part.get(f"{name}_html") or part.get(name) or ""))


FORMAT = Freshdesk()
