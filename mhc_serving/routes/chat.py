"""``POST /api/v1/chat``: a customer's message in, the answer out."""

from fastapi import APIRouter, Response

from mhc_core.concierge.agents.choices import choices
from mhc_core.concierge.turn.concierge import Incoming
from mhc_serving.access.callers import Speaker
from mhc_serving.access.deps import IdempotencyKey
from mhc_serving.schemas.chat import ChatIn, ChatOut, Citation
from mhc_serving.schemas.problem import REFUSALS, Problem

router = APIRouter(prefix="/api/v1", tags=["chat"], responses=REFUSALS)


@router.post(
    "/chat",
    summary="Answer a customer",
    response_model=ChatOut,
    responses={
        403: {"model": Problem, "description": "The widget token is for another customer, conversation or site."},
        404: {"model": Problem, "description": "The conversation is not this customer's on this channel."},
        409: {"model": Problem, "description": "The Idempotency-Key came with another message before."},
        422: {"model": Problem, "description": "The request does not fit, or the message is too long."},
    },
)
def chat(asked: ChatIn, caller: Speaker, key: IdempotencyKey = None) -> Response:
    """Answer one message and store both turns.

    A conversation belongs to one customer on one channel. Prices are worked out, not generated; what must reach a
    person is handed over, and from then on the assistant only says that a person will answer (`escalated` is true).
    """
    given = caller.app.answer(
        Incoming(
            asked.message,
            caller.known_speaker(asked.customer_id),
            caller.channel(asked.channel),
            caller.conversation(asked.conversation_id),
            may_begin=caller.may_begin,
            key=f"{caller.name} {key}" if key else None,
        )
    )
    reply = given.reply
    answer = ChatOut(
        conversation_id=given.conversation_id,
        message_id=given.message_id,
        answer=reply.text,
        citations=[
            Citation(id=passage.article_id, title=passage.title, score=round(passage.score, 4))
            for passage in reply.citations
        ],
        intent=reply.intent,
        confidence=round(reply.confidence, 4),
        escalated=given.escalated,
        choices=list(choices(reply.notes)),
        model=reply.model_id,
        knowledge_version=reply.knowledge_id,
        cached=given.cached,
        latency_ms=round(given.latency_ms, 2),
    )
    return Response(answer.model_dump_json(), media_type="application/json")
