"""Lengths are looked at before anything is read."""

from typing import Any

import pytest
from fakes.openai_talk import SPACE, said
from fastapi.testclient import TestClient

from mhc_core.language import cleaning
from mhc_serving.schemas.fields import MAX_TRANSCRIPT_CHARS, MAX_TURN_CHARS


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading any message fails."""

    def read(text: str, channel: str) -> str:
        raise AssertionError("this was read")

    monkeypatch.setattr("mhc_core.concierge.turn.concierge.cleaned", read)
    assert cleaning.cleaned("a", "web") == "a"


LONG = "a " * (MAX_TURN_CHARS // 2) + "."
LONG_TRANSCRIPT = [*["a" * (MAX_TURN_CHARS - 1), "b"] * (MAX_TRANSCRIPT_CHARS // MAX_TURN_CHARS), "c " * 10, "d", SPACE]


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/chat", {"message": LONG, "channel": "email", "customer_id": "long"}),
        ("/v1/chat/completions", {"model": "m", "messages": said(LONG)}),
        ("/v1/chat/completions", {"model": "m", "messages": said(*LONG_TRANSCRIPT)}),
        ("/v1/responses", {"model": "m", "input": LONG}),
        ("/v1/responses", {"model": "m", "input": said(*LONG_TRANSCRIPT)}),
    ],
)
def test_what_is_too_long_is_refused_unread(client: TestClient, path: str, body: dict[str, Any]) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code in (400, 422), answer.text
    assert "characters" in answer.text


def test_a_short_reply_over_a_long_thread_is_a_short_message(client: TestClient, customer: str) -> None:
    thread = "\n".join(f"> {SPACE}" for _ in range(1000))
    message = f"{SPACE}\n\nOn Monday, Lee <lee@example.com> wrote:\n{thread}"
    assert 4000 < len(message) < MAX_TURN_CHARS
    body = {"message": message, "channel": "email", "customer_id": customer}
    assert client.post("/api/v1/chat", json=body).status_code == 200


def test_of_a_long_transcript_the_last_turns_are_read(client: TestClient, customer: str) -> None:
    turns = [*["How are you today?", "Well."] * 200, SPACE]
    given = client.post("/v1/chat/completions", json={"model": "m", "user": customer, "messages": said(*turns)})
    assert given.status_code == 200
    assert "8 by 6" in given.json()["choices"][0]["message"]["content"]


def test_functions_and_schemas_are_bounded(client: TestClient) -> None:
    body: dict[str, Any] = {"model": "m", "messages": said(SPACE)}
    wide = {"type": "object", "properties": {f"p{n}": {"type": "string"} for n in range(5000)}}
    tool = {"type": "function", "function": {"name": "f", "parameters": wide}}
    assert "describe less" in client.post("/v1/chat/completions", json={**body, "tools": [tool]}).text
    wordy = {"type": "function", "function": {"name": "f", "description": "x" * 3000}}
    assert "send fewer" in client.post("/v1/chat/completions", json={**body, "tools": [wordy] * 100}).text
