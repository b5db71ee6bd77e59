"""The concierge for OpenAI clients: ``/v1/chat/completions``, whole or streamed, and ``/v1/models``."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path
from fastapi.responses import StreamingResponse

from mhc_core.concierge.turn.functions import Function
from mhc_core.errors import NotFound
from mhc_serving.access.callers import Speaker, VisitorAccess
from mhc_serving.access.deps import App, IdempotencyKey, Services
from mhc_serving.routes import client_turns
from mhc_serving.routes.client_turns import Answered, Asked, Said, Wanted
from mhc_serving.schemas.completions import (
    AnswerMessage,
    CalledFunction,
    Choice,
    CompletionIn,
    CompletionMetadata,
    CompletionOut,
    ModelCard,
    ModelList,
    NamedTool,
    ToolCall,
    Usage,
)
from mhc_serving.schemas.openai_errors import REFUSALS, OpenAIProblem

router = APIRouter(prefix="/v1", tags=["openai"], responses=REFUSALS)

PUBLIC_NAME = "mhc-concierge"


@router.post(
    "/chat/completions",
    summary="Answer in OpenAI's shape",
    response_model=CompletionOut,
    responses={
        200: {
            "description": "The answer, or with `stream: true` server-sent events that end with `data: [DONE]`.",
            "content": {"text/event-stream": {}},
        },
        404: {"model": OpenAIProblem, "description": "This customer has no such conversation."},
        409: {"model": OpenAIProblem, "description": "The Idempotency-Key came with another message before."},
    },
)
def complete(asked: CompletionIn, app: App, caller: Speaker, key: IdempotencyKey = None) -> Any:
    """Answer the last message of the transcript and store the exchange, as `POST /api/v1/chat` does.

    The transcript is read as it is sent, and finds the conversation that it goes on in: by what the customer (`user`)
    said so far, or, where none is named, what was said through the same API key. A transcript of elsewhere serves as
    context and starts a new conversation. Functions in `tools` are called with what the conversation tells; with
    `response_format` the answer is a JSON document with `answer`, `citations`, `intent`, `confidence`, `escalated`.
    """
    given = client_turns.answer(_asked(asked, key), caller)
    created = int(app.clock().timestamp())
    if asked.stream:
        with_usage = bool(asked.stream_options and asked.stream_options.include_usage)
        return StreamingResponse(_events(given, created, with_usage), media_type="text/event-stream")
    message = AnswerMessage(content=given.text, tool_calls=None)
    if given.call is not None:
        message = AnswerMessage(content=None, tool_calls=[_call(given)])
    return CompletionOut(
        id=f"chatcmpl-{given.id.hex}",
        created=created,
        model=given.model,
        choices=[Choice(message=message, finish_reason=given.finish)],
        usage=_usage(given),
        mhc=dict(given.details),
    )


@router.get("/models", summary="Names that may be sent as model", dependencies=[VisitorAccess])
def names(app: App) -> ModelList:
    """The concierge's own name, the live model version and the embedder; all names answer with the live versions."""
    return ModelList(data=list(_cards(app).values()))


@router.get(
    "/models/{model:path}",
    summary="One of these names",
    dependencies=[VisitorAccess],
    responses={404: {"model": OpenAIProblem, "description": "No such model is live."}},
)
def name(model: Annotated[str, Path(max_length=200)], app: App) -> ModelCard:
    """What the list says of one name. A name that is not on it is answered with 404, though chat takes any."""
    found = _cards(app).get(model)
    if found is None:
        raise NotFound("there is no such model here; GET /v1/models lists those there are")
    return found


def _cards(app: Services) -> Mapping[str, ModelCard]:
    created, live = int(app.clock().timestamp()), app.concierge.live.now
    ids = [PUBLIC_NAME, live.model_id, live.embedder.id if live.embedder else None]
    return {name: ModelCard(id=name, created=created, owned_by="mhc") for name in ids if name}


def _asked(asked: CompletionIn, key: str | None) -> Asked:
    metadata = asked.metadata or CompletionMetadata(conversation_id=None)
    said = [Said("tool" if one.role == "function" else one.role, one.text) for one in asked.messages]
    return Asked(
        said,
        asked.customer,
        metadata.channel,
        metadata.conversation_id,
        None,
        key,
        _wanted(asked),
        [tool.model_dump(exclude_none=True) for tool in asked.tools or ()],
    )


def _wanted(asked: CompletionIn) -> Wanted:
    wished, choice = asked.response_format, asked.tool_choice
    return Wanted(
        [asked.stop] if isinstance(asked.stop, str) else asked.stop or (),
        asked.max_completion_tokens or asked.max_tokens,
        wished.type if wished else "text",
        wished.json_schema.schema_ if wished and wished.json_schema else {},
        "response_format",
        [Function(tool.function.name, tool.function.parameters or {}) for tool in asked.tools or ()],
        choice.function.name if isinstance(choice, NamedTool) else choice or "auto",
    )


def _call(given: Answered) -> ToolCall:
    name = given.call.name if given.call else ""
    return ToolCall(id=given.call_id, function=CalledFunction(name=name, arguments=given.arguments))


def _usage(given: Answered) -> Usage:
    return Usage(
        prompt_tokens=given.prompt_tokens,
        completion_tokens=given.completion_tokens,
        total_tokens=given.prompt_tokens + given.completion_tokens,
    )


def _events(given: Answered, created: int, with_usage: bool) -> Iterator[bytes]:
    """The stored answer word by word. It is complete before the first event: an error still has a status of its own."""
    head: dict[str, Any] = {
        "id": f"chatcmpl-{given.id.hex}",
        "object": "chat.completion.chunk",
        "created": created,
        "model": given.model,
    }
    if with_usage:
        head["usage"] = None

    def event(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return b"data: " + orjson.dumps({**head, "choices": [choice], **more}) + b"\n\n"

    if given.call is not None:
        yield event({"role": "assistant", "content": None, "tool_calls": [{"index": 0, **_call(given).model_dump()}]})
    else:
        yield event({"role": "assistant", "content": ""})
        for word in given.pieces:
            yield event({"content": word})
    yield event({}, given.finish, mhc=given.details)
    if with_usage:
        yield b"data: " + orjson.dumps({**head, "choices": [], "usage": _usage(given).model_dump()}) + b"\n\n"
    yield b"data: [DONE]\n\n"
