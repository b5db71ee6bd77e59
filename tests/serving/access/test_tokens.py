"""Widget tokens: one customer, one conversation, one site, a few minutes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.errors import ConfigurationError
from mhc_core.settings import Settings
from mhc_core.signing import SigningKeys
from mhc_serving.access import origins
from mhc_serving.access.tokens import LIFETIME, PREFIX, RENEWABLE, TokenRefused, Tokens
from mhc_serving.app import create_app, utc_now

KeyOf = Callable[[str], dict[str, str]]
SITE, OTHER = "https://party.example", "https://other.example"
QUESTION = "How much space does the chef need?"


@dataclass
class Clock:
    """A time that a test moves."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(utc_now())


@pytest.fixture
def public(serving_engine: sa.Engine, settings: Settings, clock: Clock) -> Iterator[TestClient]:
    """The API where customers reach it, with one other site allowed."""
    update = {"serve_host": "0.0.0.0", "public_url": "https://chat.example", "widget_origins": f"{SITE}, {OTHER}"}
    with TestClient(create_app(settings.model_copy(update=update), serving_engine, clock=clock)) as client:
        yield client


@dataclass
class Widget:
    """A page of a site that holds a token."""

    client: TestClient
    given: dict[str, Any]
    origin: str | None = SITE

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.given['token']}", **({"Origin": self.origin} if self.origin else {})}

    def chat(self, **more: Any) -> Response:
        body = {"message": QUESTION, "channel": "web", **more}
        return self.client.post("/api/v1/chat", json=body, headers=self.headers)

    def rate(self, message_id: str, **more: Any) -> Response:
        body = {"message_id": message_id, "vote": "up", **more}
        return self.client.post("/api/v1/ai/feedback", json=body, headers=self.headers)

    def read(self, conversation_id: str) -> Response:
        return self.client.get(f"/api/v1/chat/{conversation_id}/messages", headers=self.headers)


def ask(client: TestClient, body: dict[str, Any] | None = None, origin: str | None = SITE, **headers: str) -> Response:
    return client.post(
        "/api/v1/widget/tokens", json=body or {}, headers={**headers, **({"Origin": origin} if origin else {})}
    )


def visit(client: TestClient) -> Widget:
    given = ask(client)
    assert given.status_code == 200, given.text
    return Widget(client, given.json())


def test_a_visitor_chats_rates_and_reads_in_the_conversation_of_the_token(public: TestClient) -> None:
    widget = visit(public)
    first, second = widget.chat(), widget.chat(conversation_id=widget.given["conversation_id"])
    assert (first.status_code, second.status_code) == (200, 200), first.text + second.text
    assert {answer.json()["conversation_id"] for answer in (first, second)} == {widget.given["conversation_id"]}
    assert widget.rate(first.json()["message_id"]).status_code == 200
    said = widget.read(widget.given["conversation_id"])
    assert len(said.json()["messages"]) == 4


def test_an_openai_client_speaks_for_the_tokens_customer(public: TestClient) -> None:
    widget = visit(public)
    body = {"model": "m", "messages": [{"role": "user", "content": QUESTION}]}
    answer = public.post("/v1/chat/completions", json=body, headers=widget.headers)
    assert answer.json()["mhc"]["conversation_id"] == widget.given["conversation_id"]
    other = public.post("/v1/chat/completions", json=body | {"user": "someone"}, headers=widget.headers)
    assert other.status_code == 403
    assert other.json()["error"]["type"] == "permission_error"


def test_another_customers_chat_is_refused_whether_or_not_it_exists(public: TestClient) -> None:
    mine, other = visit(public), visit(public)
    answer = other.chat().json()
    for conversation_id in (answer["conversation_id"], str(uuid4())):
        assert mine.chat(conversation_id=conversation_id).status_code == 403
        assert mine.read(conversation_id).status_code == 403
    for message_id in (answer["message_id"], str(uuid4())):
        assert mine.rate(message_id).status_code == 403
    assert mine.chat(customer_id=other.given["customer_id"]).status_code == 403
    assert mine.rate(answer["message_id"], customer_id=other.given["customer_id"]).status_code == 403
    assert mine.chat(channel="sms").status_code == 403


@pytest.mark.parametrize("origin", [OTHER, None, "null", "https://party.example.evil.example"])
def test_a_token_works_from_its_own_site_only(public: TestClient, origin: str | None) -> None:
    widget = visit(public)
    widget.origin = origin
    assert widget.chat().status_code == 403
    assert ask(public, {"token": widget.given["token"]}, origin).status_code == 403


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (SITE, 200),
        ("HTTPS://Party.example:443", 200),
        ("https://chat.example", 200),
        ("http://party.example", 403),
        ("https://evil.example", 403),
        ("null", 403),
        (None, 422),
    ],
)
def test_tokens_are_given_to_allowed_sites(public: TestClient, origin: str | None, status: int) -> None:
    assert ask(public, origin=origin).status_code == status


def test_a_customer_is_named_by_the_holder_of_an_app_key_only(public: TestClient, key_of: KeyOf, customer: str) -> None:
    asked = {"customer_id": customer, "origin": SITE}
    assert ask(public, asked).status_code == 401
    assert ask(public, asked, None, **key_of("reviewer")).status_code == 403
    assert ask(public, {**asked, "origin": "https://evil.example"}, None, **key_of("app")).status_code == 403
    given = ask(public, asked, None, **key_of("app")).json()
    assert given["customer_id"] == customer
    assert Widget(public, given).chat().status_code == 200
    assert ask(public, {"token": given["token"]}).status_code == 401
    renewed = ask(public, {"token": given["token"]}, None, **key_of("app")).json()
    assert renewed["conversation_id"] == given["conversation_id"]


def test_a_token_ends_and_a_visitor_renews_it_for_a_day(public: TestClient, clock: Clock) -> None:
    widget, start = visit(public), clock.now
    clock.now = start + LIFETIME
    late = widget.chat()
    assert late.status_code == 401
    assert "renew" in late.json()["detail"]
    renewed = ask(public, {"token": widget.given["token"]}).json()
    assert (renewed["customer_id"], renewed["conversation_id"]) == (
        widget.given["customer_id"],
        widget.given["conversation_id"],
    )
    assert Widget(public, renewed).chat().status_code == 200
    clock.now = start + RENEWABLE
    assert ask(public, {"token": renewed["token"]}).status_code == 401


def test_a_new_conversation_leaves_the_old_one_behind(public: TestClient) -> None:
    widget = visit(public)
    answer = widget.chat().json()
    fresh = Widget(public, ask(public, {"token": widget.given["token"], "new_conversation": True}).json())
    assert fresh.given["customer_id"] == widget.given["customer_id"]
    assert fresh.chat().json()["conversation_id"] == fresh.given["conversation_id"] != answer["conversation_id"]
    assert fresh.read(answer["conversation_id"]).status_code == 403


def test_a_token_is_held_to_its_word_on_the_own_machine_too(client: TestClient) -> None:
    widget = Widget(client, ask(client, origin="http://127.0.0.1").json(), "http://127.0.0.1")
    assert widget.chat().status_code == 200
    assert widget.chat(conversation_id=str(uuid4())).status_code == 403
    widget.given["token"] += "x"
    assert widget.chat().status_code == 401


@pytest.mark.parametrize(
    "body", [{"token": "x", "customer_id": "c"}, {"token": "x", "origin": SITE}, {"new_conversation": True}]
)
def test_what_contradicts_itself_is_refused(public: TestClient, body: dict[str, Any]) -> None:
    assert ask(public, body).status_code == 422


def test_secrets_are_replaced_in_peace() -> None:
    now = utc_now()
    old, new = b"o" * 32, b"n" * 32
    token, claims = Tokens(SigningKeys([old])).issue(SITE, None, now)
    assert Tokens(SigningKeys([old, new])).read(token, now) == claims
    newer, _ = Tokens(SigningKeys([old, new])).issue(SITE, None, now)
    assert Tokens(SigningKeys([new])).read(newer, now)
    with pytest.raises(TokenRefused):
        Tokens(SigningKeys([new])).read(token, now)


@given(st.text())
def test_no_other_text_is_a_token(text: str) -> None:
    for token in (text, PREFIX + text):
        with pytest.raises(TokenRefused):
            Tokens(SigningKeys([b"s" * 32])).read(token, utc_now())


@given(st.text(max_size=60))
def test_what_is_no_origin_is_none(text: str) -> None:
    found = origins.normal(text)
    assert found is None or origins.normal(found) == found


def test_an_origin_that_is_none_is_said_at_the_start(serving_engine: sa.Engine, settings: Settings) -> None:
    wrong = settings.model_copy(update={"widget_origins": "party.example"})
    with pytest.raises(ConfigurationError, match="MHC_WIDGET_ORIGINS"):
        create_app(wrong, serving_engine)
