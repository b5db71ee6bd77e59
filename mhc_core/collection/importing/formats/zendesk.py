"""Zendesk: tickets with their comments, as its JSON export writes them, one a line or as a list."""

from collections.abc import Iterator, Mapping
from typing import Any

from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.formats.people import Person, customer
from mhc_core.collection.importing.formats.shapes import converted
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming
from mhc_core.collection.importing.reject import Rejected
from mhc_core.errors import DataError
from mhc_core.language.html_text import plain

_CHANNELS = {
    "web": "web", "chat": "web", "native_messaging": "web", "api": "web", "mobile": "web", "mobile_sdk": "web",
    "email": "email", "sms": "sms", "whatsapp": "sms", "voice": "phone", "phone": "phone", "facebook": "facebook",
    "messenger": "facebook", "instagram_dm": "instagram",
}  # fmt: skip
_VOTES = {"good": "up", "bad": "down"}
NO_THREAD = (
    "a ticket list has no thread: its tickets come without their comments; export them with comments (Zendesk's JSON "
    "export), or ask the API for each ticket's comments, and import that"
)


class Zendesk:
    """Tickets: known by their address, or by what only its tickets have."""

    name = "a Zendesk export"
    source = "zendesk"
    pieces = False

    def detect(self, head: Head) -> bool:
        ticket = head.record
        named = "zendesk" in str(ticket.get("url", "")) and "tickets" in str(ticket.get("url", ""))
        return named or ("via" in ticket and "status" in ticket and ("requester" in ticket or "requester_id" in ticket))

    def read(self, head: Head, context: Context) -> Iterator[Incoming]:
        if "comments" not in head.record:
            raise DataError(NO_THREAD)
        return converted(head, context, convert)


def convert(ticket: Mapping[str, Any]) -> dict[str, Any]:
    """The ticket in the one format. Comments among colleagues (not public) are left out.

    Raises:
        Rejected: the ticket has no comments.
    """
    comments = ticket.get("comments")
    if not isinstance(comments, list) or not comments:
        raise Rejected("comments: the ticket has none; export tickets with their comments")
    asked = ticket.get("requester") if isinstance(ticket.get("requester"), dict) else {}
    asker = (asked or {}).get("id", ticket.get("requester_id"))
    via = ticket.get("via") or {}
    channel = via.get("channel") if isinstance(via, dict) else via
    record = {
        "id": ticket.get("id"),
        "channel": _CHANNELS.get(str(channel), channel),
        "status": "closed" if ticket.get("status") in ("solved", "closed") else "active",
        "subject": ticket.get("subject"),
        "messages": [
            {
                "role": "user" if comment.get("author_id") == asker else "agent",
                "content": comment.get("plain_body") or comment.get("body") or plain(comment.get("html_body") or ""),
                "timestamp": comment.get("created_at"),
                "id": comment.get("id"),
            }
            for comment in comments
            if isinstance(comment, dict) and comment.get("public", True)
        ],
        **customer(Person(asker, *((asked or {}).get(key) for key in ("name", "email", "phone")))),
    }
    score = (ticket.get("satisfaction_rating") or {}).get("score")
    if score in _VOTES:
        record["feedback"] = {"vote": _VOTES[score], "comment": ticket["satisfaction_rating"].get("comment")}
    return record


FORMAT = Zendesk()
