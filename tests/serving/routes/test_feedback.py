"""Customers rate answers over HTTP, once per answer; staff see the figures."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from mhc_core.db.tables import conversations, feedback
from mhc_core.settings import Settings
from mhc_serving.app import create_app

Say = Callable[..., dict[str, Any]]
Serve = Callable[[FastAPI], AbstractContextManager[str]]


def rate(client: TestClient, message_id: str, customer: str, **said: Any) -> Any:
    return client.post("/api/v1/ai/feedback", json={"message_id": message_id, "customer_id": customer} | said)


def test_the_latest_rating_counts_and_is_kept_once(
    client: TestClient, say: Say, customer: str, serving_engine: sa.Engine
) -> None:
    message_id = say("How much space does the chef need?")["message_id"]
    first = rate(client, message_id, customer, vote="down").json()
    again = rate(client, message_id, customer, vote="down").json()
    changed = rate(client, message_id, customer, vote="up", stars=5).json()
    later = rate(client, message_id, customer, comment="Just what I needed to know").json()
    assert first["feedback_id"] == again["feedback_id"] == changed["feedback_id"] == later["feedback_id"]
    assert (later["vote"], later["stars"]) == ("up", 5)
    with serving_engine.connect() as connection:
        row = connection.execute(sa.select(feedback).where(feedback.c.message_id == UUID(message_id))).one()
    assert (row.vote, row.stars, row.comment) == ("up", 5, "Just what I needed to know")
    assert row.score is None


def test_a_rating_makes_its_conversation_due_for_scoring(
    client: TestClient, say: Say, customer: str, serving_engine: sa.Engine
) -> None:
    given = say("How much space does the chef need?")
    query = sa.select(conversations.c.updated_at).where(conversations.c.id == UUID(given["conversation_id"]))
    with serving_engine.connect() as connection:
        before = connection.scalar(query)
    rate(client, given["message_id"], customer, helpful=True)
    with serving_engine.connect() as connection:
        after = connection.scalar(query)
    assert after > before


def test_only_the_customer_who_was_answered_can_rate(client: TestClient, say: Say, customer: str) -> None:
    message_id = say("How much space does the chef need?")["message_id"]
    assert rate(client, message_id, "somebody else", vote="up").status_code == 404
    assert rate(client, str(uuid4()), customer, vote="up").status_code == 404


@pytest.mark.parametrize("said", [{}, {"stars": 6}, {"stars": 0}, {"vote": "sideways"}, {"comment": ""}])
def test_a_rating_that_says_nothing_is_refused(
    client: TestClient, say: Say, customer: str, said: dict[str, Any]
) -> None:
    message_id = say("How much space does the chef need?")["message_id"]
    assert rate(client, message_id, customer, **said).status_code == 422


def test_the_figures_add_up(empty_engine: sa.Engine, settings: Settings, publish: Callable[..., str]) -> None:
    from mhc_serving.access import keys
    from mhc_serving.access.keys import Role
    from mhc_serving.app import utc_now

    publish(empty_engine)
    with empty_engine.begin() as connection:
        key = keys.create(connection, "staff", Role.AGENT, utc_now())
    with TestClient(create_app(settings, empty_engine)) as client:
        for number, (channel, said) in enumerate(
            [("web", {"vote": "up", "stars": 5}), ("web", {"vote": "down"}), ("sms", {"stars": 2, "helpful": False})]
        ):
            body = {"message": "What happens when it rains?", "customer_id": f"c{number}", "channel": channel}
            given = client.post("/api/v1/chat", json=body).json()
            assert rate(client, given["message_id"], f"c{number}", **said).status_code == 200
        stats = client.get("/api/v1/ai/feedback/stats?days=7", headers={"X-API-Key": key}).json()
    assert (stats["ratings"], stats["up"], stats["down"], stats["stars"]) == (3, 1, 1, 3.5)
    assert (stats["approval"], stats["not_helpful"], stats["disliked"]) == (0.5, 1, 2)
    assert stats["by_channel"]["web"]["ratings"] == 2
    assert stats["by_channel"]["sms"]["stars"] == 2
    assert sum(day["ratings"] for day in stats["by_day"].values()) == 3
    assert stats["by_intent"]["policy"]["ratings"] == 3


def test_no_ratings_are_no_average(empty_engine: sa.Engine, settings: Settings) -> None:
    from mhc_serving.access import keys
    from mhc_serving.access.keys import Role
    from mhc_serving.app import utc_now

    with empty_engine.begin() as connection:
        key = keys.create(connection, "staff", Role.ADMIN, utc_now())
    with TestClient(create_app(settings, empty_engine)) as client:
        stats = client.get("/api/v1/ai/feedback/stats", headers={"X-API-Key": key}).json()
    assert (stats["ratings"], stats["stars"], stats["approval"], stats["by_day"]) == (0, None, None, {})
