"""An e-mail is answered by what its writer wrote; it is stored as it came."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from fastapi.testclient import TestClient

from mhc_core.db.tables import messages
from mhc_core.understanding.notes import READING

QUESTION = "How much for 8 adults, 10 miles?"
QUOTED = "On Mon, Jan 5, 2026 at 9:00 AM Lee Moss <lee@example.com> wrote:\n"


def test_a_reply_is_answered_without_what_it_quotes_and_stored_with_it(
    say: Callable[..., dict[str, Any]], serving_engine: sa.Engine
) -> None:
    mail = f"{QUESTION}\n\n-- \nSam\n\n{QUOTED}> For 30 adults it is 1,650, and you will hear from my lawyer"
    given = say(mail, channel="email")
    assert (given["intent"], given["escalated"]) == ("pricing", False)
    assert "550" in given["answer"]
    with serving_engine.connect() as connection:
        stored = connection.execute(
            sa.select(messages.c.content, messages.c.message_metadata).where(
                messages.c.conversation_id == UUID(given["conversation_id"]), messages.c.role == "user"
            )
        ).one()
    assert stored.content == mail
    assert [part["end"] for part in stored.message_metadata[READING]["segments"]] == [len(QUESTION)]


def test_a_short_answer_under_a_long_thread_is_no_long_message(client: TestClient, customer: str) -> None:
    def asked(message: str) -> int:
        body = {"message": message, "customer_id": customer, "channel": "email"}
        return client.post("/api/v1/chat", json=body).status_code

    thread = "> The chef brings the grill and all the food.\n" * 200
    assert asked(f"{QUESTION}\n\n{QUOTED}{thread}") == 200
    assert asked("How much is it? " * 600) == 422
