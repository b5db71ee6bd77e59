"""The concierge for OpenAI clients: ``/v1/chat/completions``, whole or streamed, and ``/v1/models``."""

import re
from collections.abc import Iterator
from typing import Any

import orjson
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from mhc_core.concierge.turn.concierge import Incoming, Outgoing
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.errors import DataError
from mhc_core.providers import tokens
from mhc_serving.access.callers import Caller, Speaker, VisitorAccess
from mhc_serving.access.deps import App
from mhc_serving.schemas.completions import (
    AnswerMessage,
    Choice,
    CompletionIn,
    CompletionMessage,
    CompletionOut,
    ModelCard,
    ModelList,
    OpenAIProblem,
    Usage,
)

router = APIRouter(prefix="/v1", tags=["openai"])

PUBLIC_NAME = "mhc-concierge"
_COUNTED_AS = "gpt-4.1-mini"
_WORD = re.compile(r"\s*\S+|\s+$")


@router.post(
    "/chat/completions",
    summary="Answer in OpenAI's shape",
    response_model=CompletionOut,
    responses={
        200: {"description": "The answer, or with `stream: true` server-sent events that end with `data: [DONE]`."},
        400: {"model": OpenAIProblem, "description": "The request does not fit."},
        422: {"model": OpenAIProblem, "description": "Not used: such errors are answered with 400, as OpenAI does."},
    },
)
def complete(asked: CompletionIn, app: App, caller: Speaker) -> Any:
    """Answer the last message of the transcript and store the exchange, as `POST /api/v1/chat` does.

    `user` is the customer. The conversation goes on where the transcript's last answer is one that was given to this
    customer; another transcript starts a new conversation and serves as context only.
    """
    given = app.concierge.answer(_incoming(asked, caller))
    usage = _usage(asked, given)
    if asked.stream:
        wants_usage = bool(asked.stream_options and asked.stream_options.include_usage)
        created = int(app.clock().timestamp())
        return StreamingResponse(
            _events(given, usage if wants_usage else None, created), media_type="text/event-stream"
        )
    return CompletionOut(
        id=f"chatcmpl-{given.message_id.hex}",
        created=int(app.clock().timestamp()),
        model=given.reply.model_id,
        choices=[Choice(message=AnswerMessage(content=given.reply.text))],
        usage=usage,
        mhc=_details(given),
    )


@router.get("/models", summary="Names that may be sent as model", dependencies=[VisitorAccess])
def names(app: App) -> ModelList:
    """The concierge's own name and the live model version; all names answer with the live versions."""
    created = int(app.clock().timestamp())
    live = app.concierge.live.now
    ids = dict.fromkeys([PUBLIC_NAME, *([live.model_id] if live.model_id else [])])
    return ModelList(data=[ModelCard(id=name, created=created, owned_by="mhc") for name in ids])


def _incoming(asked: CompletionIn, caller: Caller) -> Incoming:
    last = asked.messages[-1]
    if last.role != "user" or not last.text.strip():
        raise DataError("the last message must be the customer's, with role user and a text; send that one last")
    before = [
        _turn(message) for message in asked.messages[:-1] if message.role in ("user", "assistant") and message.text
    ]
    return Incoming(
        last.text.strip(),
        caller.speaker(asked.user or None),
        caller.channel(asked.metadata.channel),
        caller.conversation(asked.metadata.conversation_id),
        tuple(before),
        may_begin=caller.may_begin,
    )


def _turn(message: CompletionMessage) -> StoredTurn:
    return StoredTurn(message.role, message.text, {})


def _usage(asked: CompletionIn, given: Outgoing) -> Usage:
    reply = given.reply
    sent = reply.input_tokens or sum(tokens.count(message.text, _COUNTED_AS) for message in asked.messages)
    received = reply.output_tokens or tokens.count(reply.text, _COUNTED_AS)
    return Usage(prompt_tokens=sent, completion_tokens=received, total_tokens=sent + received)


def _details(given: Outgoing) -> dict[str, Any]:
    return {
        "conversation_id": str(given.conversation_id),
        "message_id": str(given.message_id),
        "citations": [
            {"id": passage.article_id, "title": passage.title, "score": round(passage.score, 4)}
            for passage in given.reply.citations
        ],
        "intent": given.reply.intent,
        "confidence": round(given.reply.confidence, 4),
        "escalated": given.escalated,
    }


def _events(given: Outgoing, usage: Usage | None, created: int) -> Iterator[bytes]:
    """The stored answer word by word. It is complete before the first event: an error still has a status of its own."""
    head = {
        "id": f"chatcmpl-{given.message_id.hex}",
        "object": "chat.completion.chunk",
        "created": created,
        "model": given.reply.model_id,
    }

    def event(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return b"data: " + orjson.dumps({**head, "choices": [choice], **more}) + b"\n\n"

    yield event({"role": "assistant", "content": ""})
    for word in _WORD.findall(given.reply.text):
        yield event({"content": word})
    yield event({}, "stop", mhc=_details(given))
    if usage is not None:
        yield b"data: " + orjson.dumps({**head, "choices": [], "usage": usage.model_dump()}) + b"\n\n"
    yield b"data: [DONE]\n\n"
