"""What stands behind a stored answer: model, data set, prompt and knowledge, down to the approved example."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from mhc_core.errors import NotFound


def of_message(connection: sa.Connection, message_id: UUID) -> dict[str, Any]:
    """The versions that made one message, as plain values.

    Raises:
        NotFound: no such message.
    """
    row = connection.execute(
        sa.text("""
            select m.id, m.conversation_id, m.role, m.sent_at, m.intent, m.confidence, m.latency_ms, m.cost_usd,
                   m.cached, m.citations, m.prompt_version_id, m.knowledge_version_id, m.model_version_id, m.example_id,
                   v.provider, v.base_model, v.dataset_id, v.training_job_id, v.artifact_sha256,
                   e.answer_message_id as example_answer_message_id, e.verified_by, e.verified_at
            from ai.messages m
            left join ai.model_versions v on v.id = m.model_version_id
            left join ai.training_examples e on e.id = m.example_id
            where m.id = :id
        """),
        {"id": message_id},
    ).one_or_none()
    if row is None:
        raise NotFound(f"there is no message {message_id}; a chat answer's id is its message_id")
    return {
        "message": str(row.id),
        "conversation": str(row.conversation_id),
        "role": row.role,
        "sent_at": row.sent_at.isoformat(),
        "intent": row.intent,
        "confidence": row.confidence,
        "latency_ms": row.latency_ms,
        "cost_usd": float(row.cost_usd) if row.cost_usd is not None else None,
        "cached": row.cached,
        "citations": row.citations,
        "prompt_version": row.prompt_version_id,
        "knowledge_version": row.knowledge_version_id,
        "model": {
            "id": row.model_version_id,
            "provider": row.provider,
            "base_model": row.base_model,
            "artifact_sha256": row.artifact_sha256,
            "training_job": row.training_job_id,
        },
        "dataset_version": row.dataset_id,
        "example": {
            "id": str(row.example_id),
            "source_message": str(row.example_answer_message_id),
            "verified_by": row.verified_by,
            "verified_at": row.verified_at.isoformat() if row.verified_at else None,
        }
        if row.example_id
        else None,
    }
