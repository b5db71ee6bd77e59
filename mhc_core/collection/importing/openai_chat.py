"""Conversations in the shape of OpenAI chat: one ``{"messages": [...]}`` a line, with tool calls among the messages.

Tool calls and their results are not said to a customer: they are kept in the metadata of the answer that follows. A
record without an id is named by the hash of its messages; one without a channel counts as web, and says so.
"""

import hashlib
from typing import Any

import orjson

from mhc_core.collection.importing.reject import Rejected
from mhc_core.vocabulary import Channel

_TOOL_ROLES = ("tool", "function")
_NOT_IN_OPENAI = ("channel", "started_at")


def looks_like(record: dict[str, Any]) -> bool:
    """True when a record has messages and neither of the keys that our own format always has."""
    return "messages" in record and not any(key in record for key in _NOT_IN_OPENAI)


def convert(record: dict[str, Any]) -> dict[str, Any]:
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
        converted |= {"channel": Channel.WEB.value, "channel_assumed": True}
    return converted


def _answer_of_refusal(message: dict[str, Any]) -> dict[str, Any]:
    refusal = message.get("refusal")
    return {**message, "content": refusal} if refusal and not message.get("content") else message
