"""The part of OpenAI's responses that the concierge speaks."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from mhc_serving.schemas.completions import CompletionMetadata
from mhc_serving.schemas.openai_fields import (
    MAX_FUNCTIONS,
    CustomerName,
    Document,
    Name,
    Parameters,
    Words,
    impossible,
    require_short,
)


class InputText(BaseModel):
    """A part of a message; only text is understood."""

    type: Literal["input_text", "output_text", "text"]
    text: Words


class MessageItem(BaseModel):
    """A turn of the conversation. System and developer messages are ignored."""

    type: Literal["message"] = "message"
    role: Literal["system", "developer", "user", "assistant"]
    content: Words | list[InputText]

    @property
    def text(self) -> str:
        """The content as one text."""
        return self.content if isinstance(self.content, str) else "\n".join(part.text for part in self.content)


class CallItem(BaseModel):
    """A call that the concierge asked for."""

    type: Literal["function_call"]
    call_id: str
    name: str
    arguments: str


class CallOutputItem(BaseModel):
    """What the function gave back."""

    type: Literal["function_call_output"]
    call_id: str
    output: Words | list[InputText]

    @property
    def text(self) -> str:
        """The output as one text."""
        return self.output if isinstance(self.output, str) else "\n".join(part.text for part in self.output)


class ReasoningItem(BaseModel):
    """Ignored."""

    type: Literal["reasoning"]


Item = MessageItem | CallItem | CallOutputItem | ReasoningItem


class ResponseFunction(BaseModel):
    """A function; other kinds of tools are not available."""

    type: Literal["function"]
    name: Name
    description: str | None = None
    parameters: Parameters = None
    strict: bool | None = None


class ChosenFunction(BaseModel):
    """The function that is to be called."""

    type: Literal["function"]
    name: Name


class TextFormat(BaseModel):
    """``text``, ``json_object``, or ``json_schema`` with its schema."""

    type: Literal["text", "json_object", "json_schema"] = "text"
    name: str | None = None
    schema_: Document | None = Field(None, alias="schema")
    strict: bool | None = None

    @model_validator(mode="after")
    def _with_schema(self) -> "TextFormat":
        if self.type == "json_schema" and self.schema_ is None:
            raise ValueError("json_schema needs its schema; send it as schema")
        return self


class TextOptions(BaseModel):
    """How the answer is written."""

    format: TextFormat | None = None


class ResponseIn(BaseModel):
    """A message of the customer, alone, with the turns before it, or after a response that was given before."""

    model_config = ConfigDict(
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [{"model": "mhc-concierge", "user": "web-7f3a", "input": "What happens when it rains?"}]
        },
    )

    model: str = Field(description="Any name; the live versions answer and the response says which.")
    input: Words | Annotated[list[Item], Field(min_length=1, max_length=500)]
    instructions: str | None = Field(None, description="Ignored: the concierge has its own instructions.")
    previous_response_id: Annotated[str, StringConstraints(pattern=r"^resp_[0-9a-f]{32}$")] | None = Field(
        None, description="Go on from this response, with the same `user`."
    )
    user: CustomerName | None = Field(None, description="Your own id of the customer.")
    safety_identifier: CustomerName | None = Field(None, description="The same under its newer name.")
    metadata: CompletionMetadata | None = None
    stream: bool | None = False
    max_output_tokens: Annotated[int, Field(ge=1)] | None = None
    text: TextOptions | None = None
    tools: Annotated[list[ResponseFunction], Field(max_length=MAX_FUNCTIONS)] | None = None
    tool_choice: Literal["none", "auto", "required"] | ChosenFunction | None = None
    background: Annotated[Any, impossible("answers are made at once")] = None
    conversation: Annotated[Any, impossible("conversations go on by previous_response_id or by their items")] = None
    prompt: Annotated[Any, impossible("prompts of OpenAI are not known here")] = None
    top_logprobs: Annotated[Any, impossible("log-probabilities are not available")] = None

    @model_validator(mode="after")
    def _fits(self) -> "ResponseIn":
        if not isinstance(self.input, str):
            require_short(one.text for one in self.input if isinstance(one, MessageItem | CallOutputItem))
        names = {tool.name for tool in self.tools or ()}
        if isinstance(self.tool_choice, ChosenFunction) and self.tool_choice.name not in names:
            raise ValueError("tool_choice names a function that is not among the tools")
        if self.tool_choice == "required" and not names:
            raise ValueError("tool_choice needs tools")
        return self

    @property
    def customer(self) -> str | None:
        """The customer, where one is named."""
        return self.user or self.safety_identifier or None


class ResponseOut(BaseModel):
    """A response in OpenAI's shape; ``mhc`` holds what that shape has no place for."""

    id: str
    object: Literal["response"] = "response"
    created_at: int = Field(description="Seconds since 1970.")
    completed_at: int | None = None
    status: Literal["completed", "incomplete", "in_progress"]
    background: bool = False
    error: None = None
    incomplete_details: dict[str, str] | None = None
    instructions: str | None = None
    max_output_tokens: int | None = None
    metadata: dict[str, str] = {}
    model: str
    output: list[dict[str, Any]]
    parallel_tool_calls: bool = False
    previous_response_id: str | None = None
    reasoning: dict[str, Any] = {"effort": None, "summary": None}
    service_tier: str = "default"
    store: bool = True
    temperature: float = 0.0
    text: dict[str, Any] = {"format": {"type": "text"}}
    tool_choice: Any = "auto"
    tools: list[dict[str, Any]] = []
    top_p: float = 1.0
    truncation: Literal["disabled"] = "disabled"
    usage: dict[str, Any] | None = None
    user: str | None = None
    mhc: dict[str, Any] = Field({}, description="As in a chat completion; empty with a call.")
