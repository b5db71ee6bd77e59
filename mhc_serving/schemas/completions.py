"""The part of OpenAI's chat completions that the concierge speaks. Fields it has no use for are ignored."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from mhc_core.vocabulary import Channel
from mhc_serving.schemas.fields import NO_NUL


class TextPart(BaseModel):
    """A part of a message's content; only text is understood."""

    type: Literal["text"]
    text: Annotated[str, StringConstraints(pattern=NO_NUL)]


class CompletionMessage(BaseModel):
    """A turn of the transcript. System and developer messages are ignored: the concierge has its own instructions."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Annotated[str, StringConstraints(pattern=NO_NUL)] | list[TextPart] | None = None

    @property
    def text(self) -> str:
        """The content as one text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class CompletionMetadata(BaseModel):
    """What may stand in ``metadata``."""

    channel: Channel = Field(Channel.WEB, description="Where the customer wrote.")
    conversation_id: UUID | None = Field(
        None, description="To go on with a known conversation; else the transcript's last answer finds it."
    )


class StreamOptions(BaseModel):
    """What to add to a stream."""

    include_usage: bool = Field(False, description="Send token counts in a last chunk.")


class CompletionIn(BaseModel):
    """A transcript whose last message is the customer's."""

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
    user: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=NO_NUL)] | None = Field(
        None, description="Your own id of the customer. Without it every request is a conversation of its own."
    )
    metadata: CompletionMetadata = CompletionMetadata()
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: Annotated[int, Field(ge=1, le=1)] | None = Field(1, description="One answer at a time.")


class Usage(BaseModel):
    """Token counts; 0 where the answering model counts none."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class AnswerMessage(BaseModel):
    """The answer."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class Choice(BaseModel):
    """The only choice."""

    index: Literal[0] = 0
    message: AnswerMessage
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class CompletionOut(BaseModel):
    """An answer in OpenAI's shape; ``mhc`` holds what that shape has no place for."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int = Field(description="Seconds since 1970.")
    model: str
    choices: list[Choice]
    usage: Usage
    mhc: dict[str, Any] = Field(description="conversation_id, message_id, citations, intent, confidence, escalated.")


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


class OpenAIProblem(BaseModel):
    """An error in OpenAI's shape."""

    error: dict[str, Any] = Field(
        examples=[{"message": "…", "type": "invalid_request_error", "param": None, "code": None}]
    )
