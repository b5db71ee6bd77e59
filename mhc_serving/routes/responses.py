"""The concierge for clients of OpenAI's newer protocol: ``POST /v1/responses``, whole or streamed."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from mhc_core.concierge.turn.functions import Function
from mhc_serving.access.callers import Speaker
from mhc_serving.access.deps import App, IdempotencyKey
from mhc_serving.errors import Unfit
from mhc_serving.routes import client_turns
from mhc_serving.routes.client_turns import Answered, Asked, Said, Wanted
from mhc_serving.schemas.completions import CompletionMetadata
from mhc_serving.schemas.openai_errors import REFUSALS, OpenAIProblem
from mhc_serving.schemas.responses import (
    CallItem,
    ChosenFunction,
    MessageItem,
    ReasoningItem,
    ResponseIn,
    ResponseOut,
)

router = APIRouter(prefix="/v1", tags=["openai"], responses=REFUSALS)


@router.post(
    "/responses",
    summary="Answer in the shape of OpenAI's responses",
    response_model=ResponseOut,
    responses={
        200: {
            "description": "The response, or with `stream: true` server-sent events that end with "
            "`response.completed` or `response.incomplete`.",
            "content": {"text/event-stream": {}},
        },
        404: {"model": OpenAIProblem, "description": "This customer has no such response or conversation."},
        409: {"model": OpenAIProblem, "description": "The Idempotency-Key came with another message before."},
    },
)
def create(asked: ResponseIn, app: App, caller: Speaker, key: IdempotencyKey = None) -> Any:
    """Answer the customer's message as `POST /v1/chat/completions` does, and store the exchange.

    `previous_response_id` goes on from a response of the same `user`; else the items before the message are read, and
    find their conversation. A response that only called a function is not kept: send its items with the result.
    """
    given = client_turns.answer(_asked(asked, key), caller)
    created = int(app.clock().timestamp())
    if asked.stream:
        return StreamingResponse(_events(asked, given, created), media_type="text/event-stream")
    return _response(asked, given, created)


def _asked(asked: ResponseIn, key: str | None) -> Asked:
    metadata = asked.metadata or CompletionMetadata(conversation_id=None)
    said: list[Said] = []
    for item in [asked.input] if isinstance(asked.input, str) else asked.input:
        if isinstance(item, str):
            said.append(Said("user", item))
        elif isinstance(item, MessageItem):
            said.append(Said(item.role, item.text))
        elif not isinstance(item, CallItem | ReasoningItem):
            said.append(Said("tool", item.text))
    follows = asked.previous_response_id
    if follows and not any(one.role == "user" for one in said):
        raise Unfit(
            "a response that called a function is not kept; send the items of the conversation with the result",
            "previous_response_id",
        )
    tools = [tool.model_dump(exclude_none=True) for tool in asked.tools or ()]
    return Asked(
        said,
        asked.customer,
        metadata.channel,
        metadata.conversation_id,
        UUID(follows.removeprefix("resp_")) if follows else None,
        key,
        _wanted(asked),
        tools,
    )


def _wanted(asked: ResponseIn) -> Wanted:
    wished = asked.text.format if asked.text else None
    choice = asked.tool_choice
    return Wanted(
        (),
        asked.max_output_tokens,
        wished.type if wished else "text",
        (wished.schema_ if wished else None) or {},
        "text",
        [Function(tool.name, tool.parameters or {}) for tool in asked.tools or ()],
        choice.name if isinstance(choice, ChosenFunction) else choice or "auto",
    )


def _response(asked: ResponseIn, given: Answered, created: int) -> ResponseOut:
    cut = given.finish == "length"
    return ResponseOut(
        id=f"resp_{given.id.hex}",
        created_at=created,
        completed_at=None if cut else created,
        status="incomplete" if cut else "completed",
        incomplete_details={"reason": "max_output_tokens"} if cut else None,
        max_output_tokens=asked.max_output_tokens,
        model=given.model,
        output=[_item(given, given.text, "incomplete" if cut else "completed")],
        previous_response_id=asked.previous_response_id,
        text={"format": asked.text.format.model_dump(by_alias=True, exclude_none=True)}
        if asked.text and asked.text.format
        else {"format": {"type": "text"}},
        tool_choice=asked.tool_choice.model_dump()
        if isinstance(asked.tool_choice, ChosenFunction)
        else asked.tool_choice or "auto",
        tools=[
            {"strict": None, "parameters": None, **tool.model_dump(exclude_none=True)} for tool in asked.tools or ()
        ],
        usage={
            "input_tokens": given.prompt_tokens,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": given.completion_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": given.prompt_tokens + given.completion_tokens,
        },
        user=asked.user,
        mhc=dict(given.details),
    )


def _item(given: Answered, text: str | None, status: str) -> dict[str, Any]:
    """The only item of the output; a message without content where ``text`` is None."""
    if given.call is not None:
        return {
            "id": f"fc_{given.id.hex}",
            "type": "function_call",
            "status": status,
            "call_id": given.call_id,
            "name": given.call.name,
            "arguments": given.arguments if text is not None else "",
        }
    return {
        "id": f"msg_{given.id.hex}",
        "type": "message",
        "status": status,
        "role": "assistant",
        "content": [] if text is None else [_part(text)],
    }


def _part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _events(asked: ResponseIn, given: Answered, created: int) -> Iterator[bytes]:
    """The stored response piece by piece. It is complete before the first event: an error still has a status of its
    own."""
    whole = _response(asked, given, created)
    begun = whole.model_copy(
        update={
            "status": "in_progress",
            "output": [],
            "usage": None,
            "incomplete_details": None,
            "completed_at": None,
        }
    )
    item = whole.output[0]
    place = {"item_id": item["id"], "output_index": 0}
    part = {**place, "content_index": 0}
    told: list[dict[str, Any]] = [
        {"type": "response.created", "response": begun.model_dump()},
        {"type": "response.in_progress", "response": begun.model_dump()},
        {"type": "response.output_item.added", "output_index": 0, "item": _item(given, None, "in_progress")},
    ]
    if given.call is not None:
        told += [
            {"type": "response.function_call_arguments.delta", **place, "delta": given.arguments},
            {
                "type": "response.function_call_arguments.done",
                **place,
                "name": given.call.name,
                "arguments": given.arguments,
            },
        ]
    else:
        told.append({"type": "response.content_part.added", **part, "part": _part("")})
        told += [
            {"type": "response.output_text.delta", **part, "delta": piece, "logprobs": []} for piece in given.pieces
        ]
        told += [
            {"type": "response.output_text.done", **part, "text": given.text, "logprobs": []},
            {"type": "response.content_part.done", **part, "part": _part(given.text)},
        ]
    told += [
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": f"response.{whole.status}", "response": whole.model_dump()},
    ]
    for number, event in enumerate(told):
        line = orjson.dumps({**event, "sequence_number": number})
        yield b"event: " + event["type"].encode() + b"\ndata: " + line + b"\n\n"
