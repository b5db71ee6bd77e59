"""The part of OpenAI's chat completions that the concierge speaks."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mhc_core.vocabulary import Channel
from mhc_serving.schemas.openai_fields import (
    MAX_FUNCTIONS,
    CustomerName,
    Document,
    FunctionDefinition,
    Name,
    Words,
    impossible,
    require_short,
)


class TextPart(BaseModel):
    """A part of a message's content; only text is understood."""

    type: Literal["text"]
    text: Words


class CalledFunction(BaseModel):
    """Name and arguments (a JSON document as text) of a call."""

    name: str
    arguments: str


class ToolCall(BaseModel):
    """A call that the concierge asks for, or asked for before."""

    id: str
    type: Literal["function"] = "function"
    function: CalledFunction


class CompletionMessage(BaseModel):
    """A turn of the transcript. System and developer messages are ignored: the concierge has its own instructions."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Words | list[TextPart] | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None

    @property
    def text(self) -> str:
        """The content as one text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class CompletionMetadata(BaseModel):
    """What may stand in ``metadata``; anything else there is ignored."""

    channel: Channel = Field(Channel.WEB, description="Where the customer wrote.")
    conversation_id: UUID | None = Field(
        None, description="To go on with a known conversation; else the transcript finds it."
    )


class StreamOptions(BaseModel):
    """What to add to a stream."""

    include_usage: bool | None = Field(False, description="Send token counts in a last chunk.")


class FunctionTool(BaseModel):
    """A function; other kinds of tools are not available."""

    type: Literal["function"]
    function: FunctionDefinition


class NamedFunction(BaseModel):
    """The name of a function."""

    name: Name


class NamedTool(BaseModel):
    """The function that is to be called."""

    type: Literal["function"]
    function: NamedFunction


class JsonSchema(BaseModel):
    """The shape of a JSON answer."""

    name: str
    schema_: Document = Field({}, alias="schema")
    strict: bool | None = None


class ResponseFormat(BaseModel):
    """``text``, ``json_object`` (see ``JsonAnswer``), or ``json_schema`` with some of the same fields."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None

    @model_validator(mode="after")
    def _with_schema(self) -> "ResponseFormat":
        if self.type == "json_schema" and self.json_schema is None:
            raise ValueError("json_schema needs its schema; send it as json_schema")
        return self


class CompletionIn(BaseModel):
    """A transcript whose last message is the customer's, or the result of a function that was called for it."""

    model_config = ConfigDict(
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [
                {
                    "model": "mhc-concierge",
                    "user": "web-7f3a",
                    "messages": [{"role": "user", "content": "What happens when it rains?"}],
                }
            ]
        },
    )

    model: str = Field(description="Any name; the live versions answer and the response says which.")
    messages: list[CompletionMessage] = Field(min_length=1, max_length=500)
    user: CustomerName | None = Field(None, description="Your own id of the customer.")
    safety_identifier: CustomerName | None = Field(None, description="The same under its newer name.")
    metadata: CompletionMetadata | None = None
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=1)] | None = Field(1, description="One answer: the same question gets the same.")
    stop: Annotated[list[str], Field(max_length=4)] | str | None = Field(
        None, description="The answer ends before the first of these."
    )
    max_tokens: Annotated[int, Field(ge=1)] | None = Field(None, description="The answer is cut after so many tokens.")
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = Field(
        None, description="The same under its newer name, which wins."
    )
    response_format: ResponseFormat | None = None
    tools: Annotated[list[FunctionTool], Field(max_length=MAX_FUNCTIONS)] | None = None
    tool_choice: Literal["none", "auto", "required"] | NamedTool | None = Field(
        None, description="`auto`: a function is called once the conversation tells all that it requires."
    )
    logprobs: Annotated[Any, impossible("log-probabilities are not available")] = None
    top_logprobs: Annotated[Any, impossible("log-probabilities are not available")] = None
    logit_bias: Annotated[Any, impossible("tokens cannot be made more or less likely")] = None
    audio: Annotated[Any, impossible("answers are text only")] = None
    functions: Annotated[Any, impossible("functions are given as tools")] = None
    function_call: Annotated[Any, impossible("functions are chosen by tool_choice")] = None
    web_search_options: Annotated[Any, impossible("the web is not searched")] = None
    modalities: list[Literal["text"]] | None = None

    @model_validator(mode="after")
    def _fits(self) -> "CompletionIn":
        require_short(one.text for one in self.messages)
        names = {tool.function.name for tool in self.tools or ()}
        if isinstance(self.tool_choice, NamedTool) and self.tool_choice.function.name not in names:
            raise ValueError("tool_choice names a function that is not among the tools")
        if self.tool_choice in ("required", "auto") and not names:
            raise ValueError("tool_choice needs tools")
        return self

    @property
    def customer(self) -> str | None:
        """The customer, where one is named."""
        return self.user or self.safety_identifier or None


class PromptDetails(BaseModel):
    """Of the prompt's tokens."""

    cached_tokens: int = 0
    audio_tokens: int = 0


class CompletionDetails(BaseModel):
    """Of the answer's tokens."""

    reasoning_tokens: int = 0
    audio_tokens: int = 0
    accepted_prediction_tokens: int = 0
    rejected_prediction_tokens: int = 0


class Usage(BaseModel):
    """Tokens of what was sent and of what came back, as OpenAI counts them. What a model of a provider was sent beyond
    that stands with the stored answer."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptDetails = PromptDetails()
    completion_tokens_details: CompletionDetails = CompletionDetails()


class AnswerMessage(BaseModel):
    """The answer, or the call that is to be made first."""

    role: Literal["assistant"] = "assistant"
    content: str | None
    refusal: None = None
    tool_calls: list[ToolCall] | None = Field(None, exclude_if=lambda value: value is None)


class Choice(BaseModel):
    """The only choice."""

    index: Literal[0] = 0
    message: AnswerMessage
    finish_reason: Literal["stop", "length", "tool_calls"] = "stop"
    logprobs: None = None


class CompletionOut(BaseModel):
    """An answer in OpenAI's shape; ``mhc`` holds what that shape has no place for."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int = Field(description="Seconds since 1970.")
    model: str
    choices: list[Choice]
    usage: Usage
    mhc: dict[str, Any] = Field(
        description="conversation_id, message_id, citations, intent, confidence, escalated, choices; empty with a call."
    )


class ModelCard(BaseModel):
    """A name that may be sent as ``model``."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str


class ModelList(BaseModel):
    """All names."""

    object: Literal["list"] = "list"
    data: list[ModelCard]
