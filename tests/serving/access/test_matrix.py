"""Every route by everybody who may call: a route without a row here fails."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import openai
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from mhc_core.settings import Settings
from mhc_serving.app import create_app

KeyOf = Callable[[str], dict[str, str]]
CALLERS = ("nobody", "widget", "app", "agent", "reviewer", "admin")
EVERYBODY = frozenset(CALLERS)
VISITORS = EVERYBODY - {"nobody"}
SPEAKERS = frozenset({"widget", "app", "admin"})
ISSUERS = frozenset({"nobody", "app", "admin"})
STAFF = frozenset({"agent", "reviewer", "admin"})
AGENTS = frozenset({"agent", "admin"})
REVIEWERS = frozenset({"reviewer", "admin"})
ADMINS = frozenset({"admin"})

SITE = "https://party.example"
NO_ID = UUID(int=0)
CHAT = {"message": "How much space does the chef need?", "channel": "web"}
OPENAI = {"model": "m", "messages": [{"role": "user", "content": "How much space does the chef need?"}]}
MARK = {"message_id": str(NO_ID), "kind": "missed", "type": "PERSON", "text": "x"}


class Row(NamedTuple):
    """Who gets past the door of a route, and what to send there."""

    who: frozenset[str]
    body: dict[str, Any] | None = None


ROUTES: dict[tuple[str, str], Row] = {
    ("GET", "/"): Row(EVERYBODY),
    ("GET", "/web/{name}"): Row(EVERYBODY),
    ("GET", "/talk"): Row(EVERYBODY),
    ("GET", "/talk/{name}"): Row(EVERYBODY),
    ("GET", "/talk/stream"): Row(EVERYBODY),  # a web socket, which wants a widget token
    ("POST", "/v1/voice/twilio/incoming"): Row(
        EVERYBODY
    ),  # all of them want Twilio's signature, once calls are answered
    ("POST", "/v1/voice/twilio/next"): Row(EVERYBODY),
    ("POST", "/v1/voice/twilio/whisper"): Row(EVERYBODY),
    ("POST", "/v1/voice/twilio/accepted"): Row(EVERYBODY),
    ("POST", "/v1/voice/twilio/dialled"): Row(EVERYBODY),
    ("POST", "/v1/voice/twilio/status"): Row(EVERYBODY),
    ("GET", "/v1/voice/twilio/stream"): Row(EVERYBODY),  # a web socket, which wants an admission
    ("GET", "/console"): Row(EVERYBODY),
    ("GET", "/openapi.json"): Row(EVERYBODY),
    ("GET", "/docs"): Row(EVERYBODY),
    ("GET", "/docs/oauth2-redirect"): Row(EVERYBODY),
    ("GET", "/redoc"): Row(EVERYBODY),
    ("GET", "/static-offline-docs"): Row(EVERYBODY),
    ("GET", "/healthz"): Row(EVERYBODY),
    ("GET", "/readyz"): Row(EVERYBODY),
    ("GET", "/metrics"): Row(ADMINS),
    ("POST", "/graphql"): Row(VISITORS, {"query": "{ menu { adult } }"}),
    ("GET", "/api/v1/ai/feedback"): Row(EVERYBODY),
    ("POST", "/api/v1/ai/feedback/vote"): Row(EVERYBODY),
    ("GET", "/api/v1/ai/feedback/survey"): Row(EVERYBODY),
    ("POST", "/api/v1/ai/feedback/survey"): Row(EVERYBODY),
    ("GET", "/api/v1/ai/unsubscribe"): Row(EVERYBODY),
    ("POST", "/api/v1/ai/unsubscribe"): Row(EVERYBODY),
    ("POST", "/api/v1/widget/tokens"): Row(ISSUERS, {}),
    ("GET", "/api/v1/widget"): Row(EVERYBODY),
    ("GET", "/v1/models"): Row(VISITORS),
    ("GET", "/api/v1/knowledge/{article_id}"): Row(VISITORS),
    ("POST", "/api/v1/chat"): Row(SPEAKERS, CHAT),
    ("GET", "/api/v1/chat/{conversation_id}/messages"): Row(SPEAKERS),
    ("POST", "/v1/chat/completions"): Row(SPEAKERS, OPENAI),
    ("POST", "/v1/responses"): Row(SPEAKERS, {"model": "m", "input": CHAT["message"]}),
    ("POST", "/v1/embeddings"): Row(frozenset({"app", "admin"}), {"model": "m", "input": "x"}),
    ("GET", "/v1/models/{model:path}"): Row(VISITORS),
    ("POST", "/api/v1/ai/feedback"): Row(SPEAKERS, {"message_id": str(NO_ID)}),
    ("GET", "/api/v1/ai/feedback/stats"): Row(STAFF),
    ("GET", "/api/v1/models"): Row(STAFF),
    ("GET", "/api/v1/rollouts/{rollout_id}"): Row(STAFF),
    ("POST", "/api/v1/ai/feedback/agent"): Row(STAFF, {}),
    ("GET", "/api/v1/handovers"): Row(AGENTS),
    ("GET", "/api/v1/handovers/{handover_id}"): Row(AGENTS),
    ("POST", "/api/v1/handovers/{handover_id}/claim"): Row(AGENTS),
    ("POST", "/api/v1/handovers/{handover_id}/reply"): Row(AGENTS, {"text": "x"}),
    ("POST", "/api/v1/handovers/{handover_id}/give-back"): Row(AGENTS),
    ("POST", "/api/v1/handovers/{handover_id}/resolve"): Row(AGENTS),
    ("GET", "/api/v1/bookings"): Row(AGENTS),
    ("POST", "/api/v1/bookings/{booking_id}"): Row(
        AGENTS, {"status": "confirmed", "updated_at": "2026-11-01T00:00:00Z"}
    ),
    ("GET", "/api/v1/review"): Row(REVIEWERS),
    ("POST", "/api/v1/review/marks"): Row(REVIEWERS, MARK),
    ("GET", "/api/v1/review/understanding"): Row(REVIEWERS),
    ("GET", "/api/v1/review/understanding/{message_id}"): Row(REVIEWERS),
    ("POST", "/api/v1/review/understanding/{message_id}"): Row(REVIEWERS, {"line": "ask/menu: x"}),
    ("POST", "/api/v1/review/{item_id}"): Row(REVIEWERS, {"decision": "approve"}),
    ("POST", "/api/v1/privacy/erasures"): Row(ADMINS, {"customer_id": "nobody"}),
}


@dataclass
class Door:
    """The API where customers reach it, and what each caller shows."""

    client: TestClient
    key_of: KeyOf

    def status(self, caller: str, method: str, path: str, body: dict[str, Any] | None) -> int:
        headers, values, sent = (
            {"Origin": SITE},
            {"name": "chat.css", "article_id": "KB-042", "model": "m"},
            dict(body or {}),
        )
        conversation = str(uuid4())
        if caller == "widget":
            given = self.client.post("/api/v1/widget/tokens", json={}, headers=headers).json()
            headers["Authorization"], conversation = f"Bearer {given['token']}", given["conversation_id"]
        elif caller != "nobody":
            headers |= self.key_of(caller)
        if path in ("/api/v1/chat", "/api/v1/ai/feedback") and caller != "widget":
            sent |= {"customer_id": f"matrix-{caller}"}
        place = path.replace(":path", "").format_map(
            values
            | {
                "handover_id": "999999",
                "item_id": "999999",
                "rollout_id": "999999",
                "conversation_id": conversation,
                "booking_id": str(NO_ID),
                "message_id": str(NO_ID),
            }
        )
        answer = self.client.request(
            method, place, json=None if body is None else sent, headers=headers, follow_redirects=False
        )
        return answer.status_code


def reachable(engine: sa.Engine, state_dir: Path) -> FastAPI:
    """The API as it is where others than this machine can reach it."""
    settings = Settings(
        state_dir=state_dir,
        serve_host="0.0.0.0",
        widget_origins=SITE,
        rate_limit_address="10000/minute",
    )
    return create_app(settings, engine)


@pytest.fixture(scope="module")
def public(serving_engine: sa.Engine, tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return reachable(serving_engine, tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="module")
def door(public: FastAPI, key_of: KeyOf) -> Iterator[Door]:
    with TestClient(public, raise_server_exceptions=False) as client:
        yield Door(client, key_of)


def test_every_route_has_a_row_and_every_row_a_route(public: FastAPI) -> None:
    there = {
        (method, route.path)
        for route in iter_route_contexts(public.routes)
        for method in (getattr(route, "methods", None) or {"GET"}) - {"HEAD"}
    }
    assert there - set(ROUTES) == set(), "these have no row here: who may use them?"
    assert set(ROUTES) - there == set(), "these are gone: drop their rows"


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_route_lets_in_whom_it_should(door: Door, method: str, path: str, caller: str) -> None:
    row = ROUTES[method, path]
    status = door.status(caller, method, path, row.body)
    if caller in row.who:
        assert status not in (401, 403), status
        assert status < 500
    elif caller == "nobody":
        assert status == 401
    else:
        assert status in (401, 403)


def test_the_openai_client_works_with_an_app_key_where_customers_reach_the_api(
    serving_engine: sa.Engine, tmp_path: Path, key_of: KeyOf, serve: Callable[[FastAPI], Any]
) -> None:
    key = key_of("app")["Authorization"].removeprefix("Bearer ")
    with serve(reachable(serving_engine, tmp_path)) as address:
        client = openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0)
        asked: dict[str, Any] = {"model": "mhc-concierge", "user": "matrix", "messages": OPENAI["messages"]}
        whole = client.chat.completions.create(**asked)
        streamed = client.chat.completions.create(**asked, stream=True)
        assert whole.choices[0].message.content == "".join(
            chunk.choices[0].delta.content or "" for chunk in streamed if chunk.choices
        )
        with pytest.raises(openai.AuthenticationError, match="not known"):
            client.with_options(api_key="mhc_wrong").models.list()
        client.close()
