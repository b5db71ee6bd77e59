"""``POST /api/v1/chat``: a customer's message in, the answer out."""

from fastapi import APIRouter

from mhc_serving.concierge import Incoming
from mhc_serving.deps import App, CustomerAccess
from mhc_serving.schemas import ChatIn, ChatOut, Citation, Problem

router = APIRouter(prefix="/api/v1", tags=["chat"], dependencies=[CustomerAccess])


@router.post(
    "/chat",
    summary="Answer a customer",
    responses={
        404: {"model": Problem, "description": "The conversation is not this customer's on this channel."},
        422: {"model": Problem, "description": "The request does not fit, or the message is too long."},
        503: {"model": Problem, "description": "The database does not answer."},
    },
)
def chat(asked: ChatIn, app: App) -> ChatOut:
    """Answer one message and store both turns.

    A conversation belongs to one customer on one channel. Prices are worked out, not generated; what must reach a
    person is handed over, and from then on the assistant only says that a person will answer (`escalated` is true).
    """
    given = app.concierge.answer(Incoming(asked.message, asked.customer_id, asked.channel, asked.conversation_id))
    reply = given.reply
    return ChatOut(
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
        model=reply.model_id,
        knowledge_version=reply.knowledge_id,
        cached=False,
        latency_ms=round(given.latency_ms, 2),
    )
