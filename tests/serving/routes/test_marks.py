"""Reviewers mark over HTTP what the scrubber missed; the mark keeps offsets and the answer says nothing of the text."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from fastapi.testclient import TestClient

from mhc_core.db.tables import messages, scrub_marks, scrub_terms

KeyOf = Callable[[str], dict[str, str]]


def question_of(engine: sa.Engine, said: dict[str, Any]) -> UUID:
    with engine.connect() as connection:
        return connection.execute(
            sa.select(messages.c.id).where(
                messages.c.conversation_id == UUID(said["conversation_id"]), messages.c.role == "user"
            )
        ).scalar_one()


def test_a_mark_is_stored_under_the_keys_name(
    client: TestClient, key_of: KeyOf, serving_engine: sa.Engine, say: Callable[..., dict[str, Any]]
) -> None:
    message = question_of(serving_engine, say("How much space does the chef need at the blorvik barn?"))
    body = {"message_id": str(message), "kind": "missed", "type": "ADDRESS", "text": "blorvik barn", "everywhere": True}
    response = client.post("/api/v1/review/marks", json=body, headers=key_of("reviewer"))
    assert response.status_code == 200, response.text
    stored = response.json()
    assert (stored["start"], stored["end"], stored["listed"]) == (41, 53, True)
    assert "blorvik" not in response.text
    with serving_engine.connect() as connection:
        row = connection.execute(sa.select(scrub_marks).where(scrub_marks.c.id == stored["id"])).one()
        terms = connection.execute(sa.select(scrub_terms)).all()
    assert (row.message_id, row.kind, row.type, row.edited) == (message, "missed", "ADDRESS", False)
    assert "reviewer" in row.marked_by
    assert [(term.list, term.type, term.words) for term in terms] == [("deny", "ADDRESS", 2)]
    assert "blorvik" not in str(terms)


def test_a_piece_that_is_not_there_is_422_without_quoting(
    client: TestClient, key_of: KeyOf, serving_engine: sa.Engine, say: Callable[..., dict[str, Any]]
) -> None:
    message = question_of(serving_engine, say("How much space does the chef need?"))
    body = {"message_id": str(message), "kind": "wrong", "type": "PERSON", "text": "Zebulon"}
    response = client.post("/api/v1/review/marks", json=body, headers=key_of("reviewer"))
    assert response.status_code == 422
    assert "Zebulon" not in response.text
