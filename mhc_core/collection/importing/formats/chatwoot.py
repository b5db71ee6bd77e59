"""Chatwoot: conversations as its API lists them, with their messages."""

from collections.abc import Iterator, Mapping
from typing import Any

from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.formats.people import Person, customer
from mhc_core.collection.importing.formats.shapes import converted
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming

_CHANNELS = {
    "webwidget": "web", "api": "web", "email": "email", "sms": "sms", "twiliosms": "sms", "whatsapp": "sms",
    "facebookpage": "facebook", "instagram": "instagram", "voice": "phone",
}  # fmt: skip
_ROLES = {0: "user", 1: "agent", 3: "assistant", "incoming": "user", "outgoing": "agent", "template": "assistant"}
_BOTS = ("AgentBot", "Captain::Assistant")


class Chatwoot:
    """Objects with an account, an inbox and messages that have a message_type."""

    name = "a Chatwoot export"
    source = "chatwoot"
    pieces = False

    def detect(self, head: Head) -> bool:
        return "messages" in head.record and {"inbox_id", "meta"} <= head.record.keys()

    def read(self, head: Head, context: Context) -> Iterator[Incoming]:
        return converted(head, context, convert)


def convert(talk: Mapping[str, Any]) -> dict[str, Any]:
    """The conversation in the one format. Private notes and what the system noted itself are left out."""
    meta = talk.get("meta") or {}
    sender = meta.get("sender") or {}
    channel = str(talk.get("channel") or meta.get("channel") or "").rpartition(":")[2]
    return {
        "id": talk.get("id"),
        "channel": _CHANNELS.get(channel.lower(), channel),
        "status": "closed" if talk.get("status") == "resolved" else "active",
        "messages": [
            {
                "role": "assistant" if message.get("sender_type") in _BOTS else _ROLES[message["message_type"]],
                "content": message.get("content") or "",
                "timestamp": message.get("created_at"),
                "id": message.get("id"),
            }
            for message in talk.get("messages") or []
            if isinstance(message, dict) and message.get("message_type") in _ROLES and not message.get("private")
        ],
        **customer(Person(sender.get("id"), *(sender.get(key) for key in ("name", "email", "phone_number")))),
    }


FORMAT = Chatwoot()
