"""Tools in OpenAI's words: how they are described to a model, and how a call it asks for is made."""

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from mhc_core.protocols import Tool, ToolCall

log = logging.getLogger(__name__)


def described(tools: Sequence[Tool]) -> list[dict[str, Any]]:
    """The tools as the ``tools`` parameter of a chat completion."""
    return [
        {
            "type": "function",
            "function": {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)},
        }
        for tool in tools
    ]


def make(call: Any, tools: Sequence[Tool]) -> ToolCall:
    """Make one call that a model asked for. What is wrong with it is the result: the model may correct it."""
    function = getattr(call, "function", None)
    name = function.name if function else ""
    tool = next((tool for tool in tools if tool.name == name), None)
    if function is None or tool is None:
        return ToolCall(name, {}, "There is no such tool. Use one of those offered, or answer without.")
    arguments = _decoded(function.arguments)
    if arguments is None:
        return ToolCall(name, {}, "The arguments are not a JSON object. Call the tool again with one.")
    try:
        return ToolCall(name, arguments, tool.call(arguments))
    except Exception as error:
        log.warning("tool %s failed (%s)", name, type(error).__name__)
        return ToolCall(name, arguments, "The tool does not work at the moment. Say so; do not guess its result.")


def _decoded(text: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
