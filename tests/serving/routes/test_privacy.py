"""Being forgotten over HTTP."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from fastapi.testclient import TestClient

KeyOf = Callable[[str], dict[str, str]]
ERASURES = "/api/v1/privacy/erasures"


def test_a_customer_who_chatted_is_forgotten_and_may_come_back(
    client: TestClient, serving_engine: sa.Engine, key_of: KeyOf, customer: str, say: Callable[..., dict[str, Any]]
) -> None:
    given = say("What happens when it rains in zephyrquill?")
    rating = {"message_id": given["message_id"], "customer_id": customer, "vote": "up", "comment": "zephyrquill"}
    assert client.post("/api/v1/ai/feedback", json=rating).is_success
    made = client.post(ERASURES, json={"customer_id": customer}, headers=key_of("admin"))
    assert made.status_code == 200
    counts = made.json()["certificate"]["counts"]
    assert (counts["conversations"], counts["messages"], counts["feedback"]) == (1, 2, 1)
    assert customer not in made.text
    again = client.post(ERASURES, json={"customer_id": customer}, headers=key_of("admin"))
    assert again.json() == made.json()
    with serving_engine.connect() as connection:
        for table in ("conversations", "messages", "feedback"):
            for word in ("zephyrquill", customer):
                left = sa.text(f"select count(*) from ai.{table} t where t::text like :word")
                assert connection.scalar(left, {"word": f"%{word}%"}) == 0
    on = {"message": "And now?", "customer_id": customer, "channel": "web", "conversation_id": given["conversation_id"]}
    assert client.post("/api/v1/chat", json=on).status_code == 404
    assert say("What happens when it rains?", fresh=True)["conversation_id"] != given["conversation_id"]


def test_who_is_unknown_is_refused_and_the_inbox_is_named(
    client: TestClient, key_of: KeyOf, customer: str, app_inbox: Path
) -> None:
    asked = {"customer_id": f"{customer}-mistyped"}
    refused = client.post(ERASURES, json=asked, headers=key_of("admin"))
    assert refused.status_code == 404
    assert "check its spelling" in refused.text
    assert asked["customer_id"] not in refused.text
    (app_inbox / "late.jsonl").write_text(orjson.dumps({"customer_id": asked["customer_id"]}).decode())
    made = client.post(ERASURES, json={**asked, "unknown": True}, headers=key_of("admin"))
    assert made.json()["inbox_files"] == ["late.jsonl"]


def test_nobody_is_forgotten_without_an_id(client: TestClient, key_of: KeyOf) -> None:
    for body in ({}, {"customer_id": ""}, {"customer_id": "  "}, {"customer_id": "a\0b"}):
        assert client.post(ERASURES, json=body, headers=key_of("admin")).status_code == 422
