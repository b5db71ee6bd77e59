"""Who may do what: roles, keys, and the address the API listens on."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from mhc_core.db.queries import keys as key_queries
from mhc_core.db.tables import api_keys, audit_log
from mhc_core.errors import AccessDenied, Conflict, DataError, NotFound
from mhc_core.settings import Settings
from mhc_serving.access import keys
from mhc_serving.access.keys import Role
from mhc_serving.app import MAX_BODY_BYTES, create_app, utc_now

KeyOf = Callable[[str], dict[str, str]]
CHAT = {"message": "How much space does the chef need?", "customer_id": "c", "channel": "web"}
OPENAI = {"model": "m", "messages": [{"role": "user", "content": "How much space does the chef need?"}]}
MARK = {"message_id": "00000000-0000-0000-0000-000000000001", "kind": "missed", "type": "PERSON", "text": "x"}
NOBODYS = "00000000-0000-0000-0000-000000000002"
OPEN = [
    ("POST", "/api/v1/chat", CHAT, 200),
    ("GET", f"/api/v1/chat/{NOBODYS}/messages?customer_id=c", None, 404),
    ("POST", "/v1/chat/completions", OPENAI, 200),
    ("GET", "/v1/models", None, 200),
    ("GET", "/api/v1/knowledge/KB-042", None, 200),
    ("POST", "/api/v1/ai/feedback", {}, 422),
    ("GET", "/healthz", None, 200),
    ("GET", "/readyz", None, 200),
    ("GET", "/", None, 200),
    ("GET", "/web/mhc-chat.js", None, 200),
    ("GET", "/web/chat.css", None, 200),
    ("GET", "/web/icon.svg", None, 200),
    ("GET", "/openapi.json", None, 200),
    ("GET", "/docs", None, 200),
    ("GET", "/redoc", None, 200),
]
STAFF = [
    ("GET", "/api/v1/models", None),
    ("POST", "/api/v1/privacy/erasures", {"customer_id": "nobody"}),
    ("POST", "/api/v1/review/999999", {"decision": "approve"}),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), OPEN)
def test_customers_need_no_key_on_loopback(
    client: TestClient, method: str, path: str, body: object, status: int
) -> None:
    assert client.request(method, path, json=body).status_code == status
    wrong = {"Authorization": "Bearer anything"}
    assert client.request(method, path, json=body, headers=wrong).status_code == status


@pytest.mark.parametrize(("method", "path", "body"), STAFF)
@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "mhc_wrong"}, {"Authorization": "Bearer é"}, {"X-API-Key": ""}])
def test_staff_routes_refuse_strangers(
    client: TestClient, method: str, path: str, body: object, headers: dict[str, str]
) -> None:
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}
    response = client.request(method, path, json=body, headers=encoded)  # type: ignore[arg-type]
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_both_headers_carry_a_key(client: TestClient, key_of: KeyOf) -> None:
    key = key_of("admin")["Authorization"].removeprefix("Bearer ")
    assert client.get("/api/v1/models", headers={"X-API-Key": key}).status_code == 200


def test_beyond_loopback_customers_speak_through_a_key_holder(
    serving_engine: sa.Engine, settings: Settings, key_of: KeyOf
) -> None:
    public = settings.model_copy(update={"serve_host": "0.0.0.0"})
    with TestClient(create_app(public, serving_engine)) as client:
        for path, body in (("/api/v1/chat", CHAT), ("/v1/chat/completions", OPENAI)):
            assert client.post(path, json=body).status_code == 401
            assert client.post(path, json=body, headers=key_of("app")).status_code == 200
        refused = client.post("/v1/chat/completions", json=OPENAI).json()
        assert refused["error"]["code"] == "invalid_api_key"
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/api/v1/chat", "/v1/chat/completions"])
def test_a_body_that_is_too_large_is_refused(client: TestClient, path: str) -> None:
    refused = client.post(path, content=b" " * (MAX_BODY_BYTES + 1), headers={"Content-Type": "application/json"})
    assert refused.status_code == 413
    pieces = client.post(
        path, content=iter([b" " * MAX_BODY_BYTES, b" "]), headers={"Content-Type": "application/json"}
    )
    assert pieces.status_code == 413
    assert "too large" in pieces.text
    assert "too large" in refused.text


def test_a_key_is_stored_as_a_hash_only(connection: sa.Connection) -> None:
    key = keys.create(connection, " Ann ", Role.REVIEWER, utc_now())
    row = connection.execute(sa.select(api_keys)).one()
    assert row.key_sha256 == hashlib.sha256(key.encode()).hexdigest()
    assert row.name == "Ann"
    assert key not in str(row)
    assert key not in str(connection.execute(sa.select(audit_log)).all())


def test_a_revoked_key_is_useless(connection: sa.Connection) -> None:
    now = utc_now()
    key = keys.create(connection, "Ann", Role.REVIEWER, now)
    holder = keys.authenticate(connection, key, now)
    assert (holder.name, holder.role) == ("Ann", Role.REVIEWER)
    keys.revoke(connection, holder.id, now)
    with pytest.raises(AccessDenied, match="revoked"):
        keys.authenticate(connection, key, now)
    with pytest.raises(Conflict):
        keys.revoke(connection, holder.id, now)
    with pytest.raises(NotFound):
        keys.revoke(connection, holder.id + 1, now)


def test_use_is_noted_at_most_once_a_minute(connection: sa.Connection) -> None:
    now = utc_now()
    key = keys.create(connection, "Ann", Role.APP, now)
    for seconds, noted in ((0, 0), (30, 0), (61, 61)):
        keys.authenticate(connection, key, now + timedelta(seconds=seconds))
        used = key_queries.listed(connection)[0].last_used_at
        assert used is not None
        assert used == now + timedelta(seconds=noted)


def test_rotation_lets_the_old_key_end_with_the_overlap(connection: sa.Connection) -> None:
    now = utc_now()
    old = keys.create(connection, "Ann", Role.APP, now, timedelta(days=90))
    holder = keys.authenticate(connection, old, now)
    new = keys.rotate(connection, holder.id, now, timedelta(hours=24))
    assert keys.authenticate(connection, new, now).role is Role.APP
    assert keys.authenticate(connection, old, now + timedelta(hours=23)) == holder
    with pytest.raises(AccessDenied, match="expired"):
        keys.authenticate(connection, old, now + timedelta(hours=24))
    assert keys.authenticate(connection, new, now + timedelta(days=89))
    with pytest.raises(AccessDenied, match="expired"):
        keys.authenticate(connection, new, now + timedelta(days=90))
    with pytest.raises(Conflict):
        keys.rotate(connection, holder.id, now + timedelta(hours=24), timedelta(hours=1))


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_key_needs_a_name(connection: sa.Connection, name: str) -> None:
    with pytest.raises(DataError):
        keys.create(connection, name, Role.APP, utc_now())
