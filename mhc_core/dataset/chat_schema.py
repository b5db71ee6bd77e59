"""One line of a fine-tuning file as OpenAI publishes it: which keys a message may have, and what they hold.

Written after the schemas FineTuneChatCompletionRequestAssistantMessage, ChatCompletionRequest*Message and
ChatCompletionTool of the published description; a test holds it against them.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

ROLES = ("system", "user", "assistant", "tool", "function")
_NAME = r"^[^\s<|\\/>]{1,64}$"
_FUNCTION_NAME = r"^[a-zA-Z0-9_-]{1,64}$"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Text(_Part):
    type: Literal["text"]
    text: str


class _ImageAddress(_Part):
    url: str
    detail: Literal["auto", "low", "high"] = "auto"


class _Image(_Part):
    type: Literal["image_url"]
    image_url: _ImageAddress


def _said(content: object) -> object:
    if isinstance(content, str) and not content.strip():
        raise ValueError("must be text")
    return content


class _Called(_Part):
    name: str = Field(pattern=_FUNCTION_NAME)
    arguments: str


class _ToolCall(_Part):
    id: str
    type: Literal["function"]
    function: _Called


class _Described(_Part):
    name: str = Field(pattern=_FUNCTION_NAME)
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class _Tool(_Part):
    type: Literal["function"]
    function: _Described


class _System(_Part):
    role: Literal["system"]
    content: str | Annotated[list[_Text], Field(min_length=1)]
    name: str | None = Field(None, pattern=_NAME)

    _not_blank = field_validator("content")(_said)


class _User(_Part):
    role: Literal["user"]
    content: str | Annotated[list[_Text | _Image], Field(min_length=1)]
    name: str | None = Field(None, pattern=_NAME)

    _not_blank = field_validator("content")(_said)


class _Assistant(_Part):
    role: Literal["assistant"]
    content: str | Annotated[list[_Text], Field(min_length=1)] | None = None
    name: str | None = Field(None, pattern=_NAME)
    weight: Literal[0, 1] | None = None
    refusal: str | None = None
    tool_calls: list[_ToolCall] | None = Field(None, min_length=1)
    function_call: _Called | None = None

    _not_blank = field_validator("content")(_said)


class _ToolResult(_Part):
    role: Literal["tool"]
    tool_call_id: str
    content: str | Annotated[list[_Text], Field(min_length=1)]


class _FunctionResult(_Part):
    role: Literal["function"]
    name: str = Field(pattern=_FUNCTION_NAME)
    content: str | None


_Message = Annotated[_System | _User | _Assistant | _ToolResult | _FunctionResult, Field(discriminator="role")]


class _Example(_Part):
    messages: list[_Message] = Field(min_length=1)
    tools: list[_Tool] | None = None
    parallel_tool_calls: bool | None = None
    functions: list[_Described] | None = None
    metadata: dict[str, Any] | None = None  # ours: which example it is; no provider is sent it


def problem(record: dict[str, Any]) -> str | None:
    """The first thing that is wrong with an example, without any of its values."""
    try:
        example = _Example.model_validate(record)
    except ValidationError as error:
        return _first(error)
    called: set[str] = set()
    known = {tool.function.name for tool in example.tools or ()}
    functions = {function.name for function in example.functions or ()}
    for position, message in enumerate(example.messages):
        place = f"message {position}"
        if isinstance(message, _System) and position:
            return f"{place}: the system message must come first"
        if isinstance(message, _ToolResult) and message.tool_call_id not in called:
            return f"{place}: tool_call_id names no call before it"
        if isinstance(message, _Assistant):
            called_one = message.tool_calls or message.function_call
            if message.content is None and not called_one and message.refusal is None:
                return f"{place}: content must be text, unless tools are called"
            if message.function_call and message.function_call.name not in functions:
                return f"{place}: calls a function that functions does not describe"
            for call in message.tool_calls or ():
                if call.function.name not in known:
                    return f"{place}: calls a function that tools does not describe"
                called.add(call.id)
    answers = [message for message in example.messages if isinstance(message, _Assistant)]
    if not isinstance(example.messages[-1], _Assistant):
        return "the last message must be the assistant's"
    if not any(isinstance(message, _User) for message in example.messages):
        return "no message of a user"
    if all(answer.weight == 0 for answer in answers):
        return "every answer has the weight 0: nothing would be learned"
    return None


def _first(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = [part for part in found["loc"] if not (isinstance(part, str) and part in (*ROLES, "str"))]
    where = [part for part in where if not str(part).startswith(("list[", "constrained-", "function-"))]
    if where[:1] != ["messages"]:
        return f"{where[0] if where else 'the line'}: {_said_plainly(found)}"
    if len(where) == 1:
        return "no list of messages"
    place, keys = f"message {where[1]}", [str(part) for part in where[2:]]
    if not keys or keys[0] == "role" or found["type"].startswith(("union_tag", "model_")):
        return f"{place}: role must be one of {', '.join(ROLES)}"
    if keys[0] == "content":
        return f"{place}: content must be text"
    return f"{place}: {'.'.join(keys)} {_said_plainly(found)}"


def _said_plainly(found: Any) -> str:
    kind = found["type"]
    if kind == "extra_forbidden":
        return "is a key that a provider does not know; leave it out"
    if kind == "literal_error":
        return f"must be {found['msg'].removeprefix('Input should be ')}"
    if kind == "string_pattern_mismatch":
        return "may hold no spaces and none of <|\\/>, at most 64 characters"
    if kind == "missing":
        return "is missing"
    return str(found["msg"]).removeprefix("Value error, ")
