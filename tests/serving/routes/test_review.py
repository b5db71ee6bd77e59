"""Reviewers decide over HTTP: the queue, decisions under the key's name, and scrubbing of what they write."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from pgvector import HalfVector

from mhc_core.db.tables import messages, review_decisions, review_items, training_examples

KeyOf = Callable[[str], dict[str, str]]


@pytest.fixture
def item(serving_engine: sa.Engine, say: Callable[..., dict[str, Any]]) -> int:
    """A queued example made from a real exchange."""
    given = say("How much space does the chef need?")
    conversation_id, answer_id = UUID(given["conversation_id"]), UUID(given["message_id"])
    with serving_engine.begin() as connection:
        question_id = connection.scalar(
            sa.select(messages.c.id).where(messages.c.conversation_id == conversation_id, messages.c.role == "user")
        )
        example_id = uuid4()
        connection.execute(
            sa.insert(training_examples).values(
                id=example_id,
                conversation_id=conversation_id,
                question_message_id=question_id,
                answer_message_id=answer_id,
                customer_hash=hashlib.sha256(b"x").hexdigest(),
                day=datetime(2026, 11, 1, tzinfo=UTC).date(),
                channel="web",
                intent="policy",
                origin="score",
                question="How much space does the chef need?",
                answer="Eight by six feet.",
                quality=0.9,
                risk="none",
                embedder="test",
                embedding=HalfVector([1.0, 0.0]),
                content_sha256=uuid4().hex,
            )
        )
        return int(
            connection.execute(
                sa.insert(review_items)
                .values(example_id=example_id, priority=0.5, reasons=["low_confidence"])
                .returning(review_items.c.id)
            ).scalar_one()
        )


def test_the_queue_shows_what_waits(client: TestClient, key_of: KeyOf, item: int) -> None:
    queue = client.get("/api/v1/review?limit=200", headers=key_of("reviewer")).json()
    assert queue["pending"] >= 1
    shown = next(row for row in queue["items"] if row["id"] == item)
    assert shown["question"] == "How much space does the chef need?"
    assert shown["reasons"] == ["low_confidence"]


def test_a_decision_is_recorded_under_the_keys_name(
    client: TestClient, key_of: KeyOf, item: int, serving_engine: sa.Engine
) -> None:
    response = client.post(f"/api/v1/review/{item}", json={"decision": "approve"}, headers=key_of("reviewer"))
    assert response.status_code == 200
    assert response.json()["decided_by"] == "test reviewer"
    with serving_engine.connect() as connection:
        row = connection.execute(sa.select(review_decisions).where(review_decisions.c.item_id == item)).one()
        verified = connection.scalar(
            sa.select(training_examples.c.verified)
            .join(review_items, review_items.c.example_id == training_examples.c.id)
            .where(review_items.c.id == item)
        )
    assert (row.decision, row.decided_by) == ("approve", "test reviewer")
    assert verified


def test_an_edited_answer_is_scrubbed_before_it_is_kept(
    client: TestClient, key_of: KeyOf, item: int, serving_engine: sa.Engine
) -> None:
    said = {"decision": "edit", "answer": "You need 8 by 6 feet. Write to jane.roe@example.com for more."}
    assert client.post(f"/api/v1/review/{item}", json=said, headers=key_of("admin")).status_code == 200
    with serving_engine.connect() as connection:
        kept = connection.scalar(sa.select(review_decisions.c.edited_answer).where(review_decisions.c.item_id == item))
    assert kept.startswith("You need 8 by 6 feet.")
    assert "jane.roe" not in kept


@pytest.mark.parametrize("said", [{"decision": "edit"}, {"decision": "maybe"}, {}, {"decision": "edit", "answer": " "}])
def test_a_decision_that_does_not_fit_is_refused(
    client: TestClient, key_of: KeyOf, item: int, said: dict[str, str]
) -> None:
    assert client.post(f"/api/v1/review/{item}", json=said, headers=key_of("reviewer")).status_code == 422


def test_numbers_out_of_range_are_refused(client: TestClient, key_of: KeyOf) -> None:
    for path in ("/api/v1/review/0", f"/api/v1/review/{2**64}", "/api/v1/review/abc"):
        response = client.post(path, json={"decision": "skip"}, headers=key_of("reviewer"))
        assert response.status_code == 422
    assert client.get("/api/v1/review?limit=0", headers=key_of("reviewer")).status_code == 422
