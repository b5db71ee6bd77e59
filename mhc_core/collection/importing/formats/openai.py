"""Conversations in the shape of OpenAI chat: one ``{"messages": [...]}`` a line, with tool calls among the messages.

Tool calls and their results are not said to a customer: they are kept in the metadata of the answer that follows. A
record without an id is named by the hash of its messages; one without a channel counts as web, and says so.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.formats.shapes import converted
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming
from mhc_core.collection.importing.reject import Rejected
from mhc_core.vocabulary import Channel

_TOOL_ROLES = ("tool", "function")
_NOT_IN_OPENAI = ("channel", "started_at")


class OpenAIChat:
    """Records that have messages, of which the first has a role and content, and no channel."""

    name = "OpenAI chat"
    source = "import"
    pieces = False

    def detect(self, head: Head) -> bool:
        messages = head.record.get("messages")
        if not isinstance(messages, list) or any(key in head.record for key in _NOT_IN_OPENAI):
            return False
        return all(isinstance(message, dict) and "role" in message for message in messages)

    def read(self, head: Head, context: Context) -> Iterator[Incoming]:
        return converted(head, context, lambda record: convert(record, context.reading.channel))


FORMAT = OpenAIChat()
PRECEDENCE = 80


def convert(record: Mapping[str, Any], channel: Channel | None = None) -> dict[str, Any]:
    """The record in our own format.

    Raises:
        Rejected: ``messages`` is not a list of objects.
    """
    given = record.get("messages")
    if not isinstance(given, list) or not all(isinstance(message, dict) for message in given):
        raise Rejected("messages: not a list of objects")
    messages: list[dict[str, Any]] = []
    tools: list[dict[str, Any]] = []
    for message in given:
        if message.get("role") in _TOOL_ROLES:
            tools.append(message)
            continue
        called = {key: message[key] for key in ("tool_calls", "function_call") if message.get(key)}
        if called and not message.get("content"):
            tools.append({"role": "assistant", **called})
            continue
        if message.get("role") == "assistant" and tools:
            message = {**message, "tools": tools}
            tools = []
        messages.append(_answer_of_refusal(message))
    converted = {**record, "messages": messages}
    if tools:
        converted["tools"] = tools
    if record.get("id") in (None, ""):
        try:
            content = orjson.dumps(given, option=orjson.OPT_SORT_KEYS)
        except orjson.JSONEncodeError:
            raise Rejected("messages: hold a value that cannot be stored as JSON") from None
        converted["id"] = "sha256:" + hashlib.sha256(content).hexdigest()[:32]
    if record.get("channel") is None:
        converted |= {"channel": channel.value} if channel else {"channel": Channel.WEB.value, "channel_assumed": True}
    return converted


def _answer_of_refusal(message: dict[str, Any]) -> dict[str, Any]:
    refusal = message.get("refusal")
    return {**message, "content": refusal} if refusal and not message.get("content") else message
