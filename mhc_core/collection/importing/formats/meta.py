"""Facebook and Instagram: the ``message_1.json`` files of a downloaded copy of the account.

Meta writes each byte of UTF-8 as a character of its own; that is undone. Messages come newest first, and a long thread
lies in several files.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from mhc_core.collection.importing import json_values
from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.formats.shapes import OTHER_SHAPE
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Piece
from mhc_core.collection.importing.reject import Rejected
from mhc_core.language.mojibake import bytes_as_characters

WHO = "which of the people is the business cannot be told; say it with --role 'NAME=agent'"


class Meta:
    """Objects with participants and messages."""

    name = "a Facebook or Instagram download"
    source = "meta"
    pieces = True

    def detect(self, head: Head) -> bool:
        return "participants" in head.record and isinstance(head.record.get("messages"), list)

    def read(self, head: Head, context: Context) -> Iterator[Piece]:
        uri = head.source.uri.lower()
        channel = context.reading.channel or ("instagram" if "instagram" in uri else "facebook")
        if context.reading.channel is None and "instagram" not in uri and "facebook" not in uri:
            context.notes["channel taken to be facebook (say another with --channel instagram)"] += 1
        for item in json_values.objects(head.source, context.notes, context.rejects):
            try:
                pieces = list(_messages(_repaired(item.record, context.notes), context, str(channel)))
            except Rejected as reason:
                item.reject(context.rejects, str(reason))
            except (AttributeError, IndexError, KeyError, TypeError, ValueError):
                item.reject(context.rejects, OTHER_SHAPE)
            else:
                yield from (Piece(item.place, key, record) for key, record in pieces)


def _messages(thread: Mapping[str, Any], context: Context, channel: str) -> Iterator[tuple[str, dict[str, Any]]]:
    people = [str(one.get("name") if isinstance(one, dict) else one) for one in thread["participants"]]
    path = str(thread.get("thread_path") or thread.get("threadName") or "/".join(sorted(people)))
    ident = path.rpartition("/")[2]
    ours = _ours(people, str(thread.get("title") or ""), context)
    others = [name for name in people if name not in ours]
    key = orjson.dumps([channel, ident]).decode()
    for message in reversed(thread["messages"]):
        text = message.get("content") or message.get("text")
        if not text or message.get("is_unsent") or message.get("isUnsent"):
            continue
        sender = str(message.get("sender_name") or message.get("senderName"))
        when = message.get("timestamp_ms", message.get("timestamp"))
        yield (
            key,
            {
                "conversation_id": f"{channel}:{ident}",
                "channel": channel,
                "customer_id": ident,
                "customer": {"name": others[0]} if len(others) == 1 else None,
                "role": context.reading.role_of(sender) or ("agent" if sender in ours else "user"),
                "content": text,
                "timestamp": when,
            },
        )


def _ours(people: list[str], title: str, context: Context) -> set[str]:
    """Who of the people speaks for the business: as was said, by its name, or whom the thread is not named after."""
    said = {name for name in people if context.reading.role_of(name) in ("agent", "assistant")}
    if said:
        return said
    if len(people) == 2 and title in people:
        return set(people) - {title}
    raise Rejected(WHO)


def _repaired(value: Any, notes: Counter[str]) -> Any:
    if isinstance(value, str):
        repaired = bytes_as_characters(value)
        if repaired is None:
            return value
        notes["texts with bytes written as characters, repaired"] += 1
        return repaired
    if isinstance(value, list):
        return [_repaired(item, notes) for item in value]
    if isinstance(value, dict):
        return {key: _repaired(item, notes) for key, item in value.items()}
    return value


FORMAT = Meta()
PRECEDENCE = 40
