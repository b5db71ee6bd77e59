"""Rows as the stages find them, and an embedder that is quick: tests of the domain write and read the real tables."""

import functools
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from pgvector import HalfVector

from mhc_core.db.tables import conversation_scores, conversations, feedback, messages, training_examples

DAY = date(2026, 3, 2)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = datetime(2026, 3, 5, tzinfo=UTC)


class WordEmbedder:
    """Unit vectors of hashed words: texts of the same words have cosine 1, of no common word about 0."""

    id = "words-384"
    dimensions = 384

    def __init__(self) -> None:
        self.calls: list[int] = []

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.calls.append(len(texts))
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in re.findall(r"\w+", text.lower()) or [""]:
                row += _direction(word)
            row /= np.linalg.norm(row)
        return vectors


@functools.cache
def _direction(word: str) -> NDArray[np.float32]:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8])
    return np.random.default_rng(seed).standard_normal(384).astype(np.float32)


def say(role: str, content: str, **columns: Any) -> dict[str, Any]:
    """One message for :func:`talk`; ``columns`` are more columns of ``ai.messages``."""
    return {"role": role, "content": content, **columns}


def talk(
    connection: sa.Connection,
    *said: Mapping[str, Any],
    at: datetime = START,
    score: float | None = None,
    **columns: Any,
) -> tuple[UUID, list[UUID]]:
    """Store a conversation, a minute between messages, scored when ``score`` is given; its id and its messages' ids."""
    conversation = uuid4()
    ids = [uuid4() for _ in said]
    sent = [at + timedelta(minutes=number) for number in range(len(said))]
    row = {"channel": "web", "customer_id": f"customer-{conversation}", "status": "closed", "updated_at": at, **columns}
    connection.execute(
        sa.insert(conversations).values(
            id=conversation,
            source="test",
            source_id=str(conversation),
            started_at=at,
            last_message_at=sent[-1] if sent else at,
            **row,
        )
    )
    for number, turn in enumerate(said):
        connection.execute(
            sa.insert(messages).values(
                id=ids[number], conversation_id=conversation, position=number, sent_at=sent[number], **turn
            )
        )
    if score is not None:
        connection.execute(
            sa.insert(conversation_scores).values(
                conversation_id=conversation, score=score, scorer="test", scored_at=at + timedelta(hours=1)
            )
        )
    return conversation, ids


def opinion(
    connection: sa.Connection, conversation: UUID, message: UUID | None = None, at: datetime = START, **given: Any
) -> UUID:
    """Store feedback on a conversation or one of its messages, given and received at ``at``."""
    identifier = uuid4()
    connection.execute(
        sa.insert(feedback).values(
            id=identifier,
            source="test",
            source_id=str(identifier),
            conversation_id=conversation,
            message_id=message,
            given_at=at,
            created_at=at,
            **given,
        )
    )
    return identifier


def example(connection: sa.Connection, question: str, answer: str, **columns: Any) -> UUID:
    """Store an exchange and the training example it became; ``columns`` are columns of ``ai.training_examples``."""
    conversation, (asked, answered) = talk(connection, say("user", "raw question"), say("assistant", "raw answer"))
    identifier = columns.pop("id", None) or uuid4()
    vector = columns.pop("vector", None)
    row = {
        "customer_hash": str(conversation),
        "day": DAY,
        "channel": "web",
        "intent": "policy",
        "origin": "score",
        "quality": 0.9,
        "risk": "none",
        "embedder": WordEmbedder.id,
        "content_sha256": hashlib.sha256(f"{question}\x1f{answer}".encode()).hexdigest(),
        **columns,
    }
    connection.execute(
        sa.insert(training_examples).values(
            id=identifier,
            conversation_id=conversation,
            question_message_id=asked,
            answer_message_id=answered,
            question=question,
            answer=answer,
            embedding=HalfVector(WordEmbedder().embed([question])[0] if vector is None else vector),
            **row,
        )
    )
    return identifier


def row_versions(connection: sa.Connection, *tables: str) -> dict[str, dict[Any, Any]]:
    """Which row version every row of these tables of schema ``ai`` has now: a rewritten row gets another."""
    return {
        table: {
            row[0]: row[1:] for row in connection.execute(sa.text(f"select ctid::text, xmin::text from ai.{table}"))
        }
        for table in tables
    }
