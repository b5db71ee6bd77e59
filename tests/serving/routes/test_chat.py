"""Chat over HTTP: what a customer gets back and what is stored of it."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from mhc_core.business import pricing
from mhc_core.db.tables import conversations, messages, model_versions, prompt_versions
from mhc_core.prompts import wordings
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent
from mhc_serving.app import create_app

Say = Callable[..., dict[str, Any]]


def stored(engine: sa.Engine, conversation_id: str) -> list[Any]:
    with engine.connect() as connection:
        return list(
            connection.execute(
                sa.select(messages)
                .where(messages.c.conversation_id == UUID(conversation_id))
                .order_by(messages.c.position)
            )
        )


def test_a_question_is_answered_from_the_article_it_cites(say: Say) -> None:
    given = say("Do we get a refund when we cancel 10 days before?")
    assert given["citations"][0]["id"] == "KB-042"
    assert "half is refunded" in given["answer"]
    assert given["model"] == "knowledge-only"
    assert given["intent"] == "policy"
    assert 0 < given["confidence"] <= 1
    assert not given["escalated"]


def test_both_turns_are_stored_with_what_made_them(say: Say, serving_engine: sa.Engine, customer: str) -> None:
    given = say("Do we get a refund when we cancel 10 days before?")
    question, answer = stored(serving_engine, given["conversation_id"])
    assert (question.position, question.role, question.content) == (
        0, "user", "Do we get a refund when we cancel 10 days before?",
    )  # fmt: skip
    assert (answer.position, answer.role, answer.content) == (1, "assistant", given["answer"])
    assert str(answer.id) == given["message_id"]
    assert answer.model_version_id == given["model"]
    assert answer.knowledge_version_id == given["knowledge_version"]
    assert answer.citations[0]["id"] == given["citations"][0]["id"] == "KB-042"
    assert answer.latency_ms > 0
    assert answer.cost_usd == 0
    with serving_engine.connect() as connection:
        wording = connection.scalar(
            sa.select(prompt_versions.c.content).where(prompt_versions.c.id == answer.prompt_version_id)
        )
        assert wording == wordings.system_prompt(pricing.load(), Intent.POLICY)
        assert connection.scalar(sa.select(model_versions.c.provider).where(model_versions.c.id == given["model"]))
        row = connection.execute(
            sa.select(conversations).where(conversations.c.id == UUID(given["conversation_id"]))
        ).one()
    assert (row.customer_id, row.channel, row.status, row.source) == (customer, "web", "active", "serving")


def test_a_conversation_goes_on(say: Say, serving_engine: sa.Engine) -> None:
    first = say("How much space does the chef need?")
    second = say("and when it rains?")
    assert second["conversation_id"] == first["conversation_id"]
    assert [row.position for row in stored(serving_engine, first["conversation_id"])] == [0, 1, 2, 3]


@pytest.mark.parametrize("change", [{"customer_id": "somebody else"}, {"channel": "sms"}])
def test_a_conversation_belongs_to_its_customer_and_channel(
    client: TestClient, say: Say, customer: str, change: dict[str, str]
) -> None:
    given = say("How much space does the chef need?")
    body = {"message": "hi", "customer_id": customer, "channel": "web", "conversation_id": given["conversation_id"]}
    assert client.post("/api/v1/chat", json=body | change).status_code == 404
    assert client.post("/api/v1/chat", json=body).status_code == 200


def test_an_unknown_conversation_is_not_found(client: TestClient) -> None:
    body = {"message": "hi", "customer_id": "c", "channel": "web", "conversation_id": str(uuid4())}
    response = client.post("/api/v1/chat", json=body)
    assert response.status_code == 404
    assert "leave its id out" in response.json()["detail"]


def test_concurrent_turns_of_one_conversation_all_succeed(
    serving_engine: sa.Engine,
    settings: Settings,
    customer: str,
    serve: Callable[[FastAPI], AbstractContextManager[str]],
) -> None:
    with serve(create_app(settings, serving_engine)) as url:
        body = {"message": "What happens when it rains?", "customer_id": customer, "channel": "web"}
        body["conversation_id"] = httpx2.post(f"{url}/api/v1/chat", json=body, timeout=30).json()["conversation_id"]
        results: list[int] = []
        start = threading.Barrier(8)

        def turn() -> None:
            start.wait()
            results.append(httpx2.post(f"{url}/api/v1/chat", json=body, timeout=30).status_code)

        threads = [threading.Thread(target=turn) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == [200] * 8
    rows = stored(serving_engine, body["conversation_id"])
    assert [row.position for row in rows] == list(range(18))
    assert [row.role for row in rows] == ["user", "assistant"] * 9


@pytest.mark.parametrize(
    "body",
    [
        {"message": "SECRET" * 1000, "customer_id": "c", "channel": "web"},
        {"message": "  ", "customer_id": "SECRET", "channel": "web"},
        {"message": "SECRET", "customer_id": "c", "channel": "SECRET"},
        {"message": "SECRET\x00", "customer_id": "c", "channel": "web"},
        {"message": {"SECRET": 1}, "customer_id": "c", "channel": "web"},
        {"message": "SECRET", "channel": "web"},
        {"message": "hi", "customer_id": "c", "channel": "web", "conversation_id": "SECRET"},
    ],
)
def test_what_does_not_fit_is_refused_without_echo(client: TestClient, body: dict[str, Any]) -> None:
    response = client.post("/api/v1/chat", json=body)
    assert response.status_code == 422
    assert "SECRET" not in response.text
    assert response.json()["detail"]


@pytest.mark.parametrize(
    "content", [b'{"message": SECRET', b'"SECRET"', b"\xff\xfeSECRET", b'{"message": "\\ud800SECRET"}']
)
def test_a_broken_body_is_refused_without_echo(client: TestClient, content: bytes) -> None:
    response = client.post("/api/v1/chat", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code in (400, 422)
    assert "SECRET" not in response.text


@pytest.mark.parametrize("question", ["hello!", "hi there", "thanks!"])
def test_small_talk_gets_a_friendly_answer(say: Say, question: str) -> None:
    given = say(question)
    assert not given["escalated"]
    assert "not sure" not in given["answer"]


def test_what_nobody_knows_is_not_invented_but_offered_to_a_person(say: Say, serving_engine: sa.Engine) -> None:
    given = say("Which quantum computer does the warehouse robot run?")
    assert "do not know" in given["answer"]
    assert "person" in given["answer"]
    assert given["citations"] == []
    assert not given["escalated"]
    agreed = say("yes please")
    assert agreed["escalated"]
    with serving_engine.connect() as connection:
        reason = connection.scalar(
            sa.select(conversations.c.escalation_reason).where(conversations.c.id == UUID(given["conversation_id"]))
        )
    assert reason == "request for a person"


def test_yes_alone_hands_nobody_over(say: Say) -> None:
    assert not say("yes")["escalated"]
