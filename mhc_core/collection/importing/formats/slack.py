"""Slack: the files of days of a channel's export. A thread is a conversation."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from mhc_core.collection.importing import json_values
from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Piece

_SAID = (None, "bot_message", "file_share", "thread_broadcast", "me_message")
_MARKUP = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")


class Slack:
    """Objects of the type *message* with a ts."""

    name = "a Slack export"
    source = "slack"
    pieces = True
    beside = frozenset(
        f"{name}.json" for name in ("users", "channels", "groups", "dms", "mpims", "integration_logs", "canvases")
    )

    def detect(self, head: Head) -> bool:
        return head.record.get("type") == "message" and "ts" in head.record

    def read(self, head: Head, context: Context) -> Iterator[Piece]:
        channel = context.reading.channel or "web"
        if context.reading.channel is None:
            context.notes["Slack is kept as the channel web (say another with --channel)"] += 1
        for item in json_values.objects(head.source, context.notes, context.rejects):
            message = item.record
            if message.get("type") != "message" or message.get("subtype") not in _SAID or not message.get("text"):
                continue
            if not isinstance(message["text"], str) or not message.get("ts"):
                item.reject(context.rejects, "text or ts: not as Slack writes them")
                continue
            thread = str(message.get("thread_ts") or message["ts"])
            record: dict[str, Any] = {
                "conversation_id": thread,
                "channel": str(channel),
                "role": _role(message, thread, context),
                "content": _plain(message["text"]),
                "timestamp": str(message["ts"]),
            }
            begins = str(message["ts"]) == thread
            if begins and record["role"] == "user":
                record["customer_id"] = message.get("user")
            yield Piece(item.place, thread, record)


def _role(message: Mapping[str, Any], thread: str, context: Context) -> str:
    """Who began the thread is the customer, unless something else was said of them."""
    who = str(message.get("user") or message.get("username") or message.get("bot_id") or "")
    if said := context.reading.role_of(who):
        return said
    if message.get("bot_id") or message.get("subtype") == "bot_message":
        return "assistant"
    begun = str(message["ts"]) == thread or (who and who == message.get("parent_user_id"))
    return "user" if begun else "agent"


def _plain(text: str) -> str:
    return unescape(_MARKUP.sub(lambda found: found[2] or found[1].removeprefix("mailto:"), text))


FORMAT = Slack()
