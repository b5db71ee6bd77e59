"""Rate limits, what browsers are told, and keys that are remembered for a moment."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import Request
from fastapi.testclient import TestClient
from limits.errors import StorageError
from limits.storage import MemoryStorage
from pydantic import SecretStr

from mhc_core.errors import AccessDenied, ConfigurationError
from mhc_core.settings import Settings
from mhc_serving.access import keys
from mhc_serving.access.access_control import KEY_KNOWN_SECONDS, AccessControl
from mhc_serving.access.keys import Role
from mhc_serving.access.limits import Limits
from mhc_serving.app import create_app, utc_now

KeyOf = Callable[[str], dict[str, str]]
SITE = "https://party.example"
CHAT = {"message": "How much space does the chef need?", "customer_id": "limited", "channel": "web"}
OPENAI = {"model": "m", "user": "limited", "messages": [{"role": "user", "content": "How much space is needed?"}]}


@pytest.fixture
def api(serving_engine: sa.Engine, settings: Settings) -> Callable[..., TestClient]:
    """The API with other settings than usual, as customers reach it unless told otherwise."""

    def call(serve_host: str = "0.0.0.0", **update: Any) -> TestClient:
        changed = settings.model_copy(update={"serve_host": serve_host, **update})
        return TestClient(create_app(changed, serving_engine))

    return call


def test_each_customer_has_a_limit_of_their_own(api: Callable[..., TestClient], key_of: KeyOf) -> None:
    with api(rate_limit_customer="2/minute") as client:
        headers = key_of("app")
        answers = [client.post("/api/v1/chat", json=CHAT, headers=headers) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
        assert answers[2].json()["detail"].startswith("too many requests; try again in ")
        other = client.post("/api/v1/chat", json={**CHAT, "customer_id": "another"}, headers=headers)
        assert other.status_code == 200
        refused = client.post("/v1/chat/completions", json=OPENAI, headers=headers)
        assert refused.status_code == 429
        assert refused.json()["error"]["type"] == "rate_limit_error"
        assert refused.headers["Retry-After"]


def test_each_key_has_a_limit_of_its_own(api: Callable[..., TestClient], key_of: KeyOf) -> None:
    with api(rate_limit_key="2/minute") as client:
        statuses = [client.get("/api/v1/models", headers=key_of("agent")).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert client.get("/api/v1/models", headers=key_of("admin")).status_code == 200


def test_guessing_keys_and_asking_for_tokens_is_limited_by_address(
    api: Callable[..., TestClient], key_of: KeyOf
) -> None:
    with api(rate_limit_address="2/minute", widget_origins=SITE) as client:
        guesses = [client.get("/api/v1/models", headers={"X-API-Key": f"mhc_{n}"}).status_code for n in range(3)]
        assert guesses == [401, 401, 429]
        assert client.post("/api/v1/widget/tokens", json={}, headers={"Origin": SITE}).status_code == 429
        assert client.get("/api/v1/models", headers=key_of("admin")).status_code == 200
        assert client.get("/healthz").status_code == 200


def test_all_addresses_together_have_a_limit(api: Callable[..., TestClient], key_of: KeyOf) -> None:
    with api(rate_limit_anonymous="3/minute", widget_origins=SITE) as client:
        client.app.state.services.access.limits.address = lambda request: request.headers["x-address"]  # type: ignore[attr-defined]

        def ask(n: int) -> int:
            headers = {"Origin": SITE, "X-Address": f"203.0.113.{n}"}
            return client.post("/api/v1/widget/tokens", json={}, headers=headers).status_code

        assert [ask(n) for n in range(4)] == [200, 200, 200, 429]
        assert (
            client.get("/api/v1/models", headers={"X-API-Key": "mhc_x", "X-Address": "198.51.100.1"}).status_code == 429
        )
        assert client.get("/api/v1/models", headers=key_of("admin")).status_code == 200
        assert client.get("/healthz").status_code == 200


def test_a_developers_own_machine_is_not_limited(api: Callable[..., TestClient]) -> None:
    once = {"rate_limit_customer": "1/minute", "rate_limit_address": "1/minute", "rate_limit_key": "1/minute"}
    with api("127.0.0.1", **once) as client:
        assert [client.post("/api/v1/chat", json=CHAT).status_code for _ in range(3)] == [200, 200, 200]


@pytest.mark.parametrize(
    ("peer", "passed_on", "proxies", "expected"),
    [
        ("203.0.113.9", ["198.51.100.1"], "", "203.0.113.9"),
        ("10.0.0.5", ["198.51.100.1"], "10.0.0.0/8", "198.51.100.1"),
        ("10.0.0.5", ["1.1.1.1, 198.51.100.1", "10.0.0.7"], "10.0.0.0/8", "198.51.100.1"),
        ("10.0.0.5", [], "10.0.0.0/8", "10.0.0.5"),
        ("10.0.0.5", ["nonsense"], "10.0.0.0/8", "10.0.0.5"),
        ("2001:db8:1:2:3:4:5:6", [], "", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", [], "", "203.0.113.9"),
    ],
)
def test_only_ones_own_proxies_are_believed(peer: str, passed_on: list[str], proxies: str, expected: str) -> None:
    headers = [(b"x-forwarded-for", value.encode()) for value in passed_on]
    request = Request({"type": "http", "headers": headers, "client": (peer, 1)})
    assert Limits(Settings(trusted_proxies=proxies)).address(request) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"rate_limit_key": "often"},
        {"rate_limit_storage_uri": SecretStr("nowhere://x")},
        {"trusted_proxies": "my proxy"},
    ],
)
def test_settings_that_can_not_be_read_are_said_at_the_start(settings: Settings, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(wrong)).upper()):
        Limits(settings.model_copy(update=wrong))


def test_a_storage_that_does_not_answer_limits_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> bool:
        raise StorageError(OSError("connection refused"))

    monkeypatch.setattr(MemoryStorage, "acquire_sliding_window_entry", broken)
    Limits(settings).count("key", "1")
    assert "nothing is limited" in caplog.text


def test_only_listed_sites_may_read_answers(api: Callable[..., TestClient]) -> None:
    with api(widget_origins=SITE) as client:
        asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        allowed = client.options("/api/v1/chat", headers={"Origin": SITE, **asks})
        assert allowed.headers["Access-Control-Allow-Origin"] == SITE
        assert "Access-Control-Allow-Credentials" not in allowed.headers
        for origin in ("https://evil.example", "null"):
            refused = client.options("/api/v1/chat", headers={"Origin": origin, **asks})
            assert "Access-Control-Allow-Origin" not in refused.headers
        error = client.post("/api/v1/chat", json=CHAT, headers={"Origin": SITE})
        assert (error.status_code, error.headers["Access-Control-Allow-Origin"]) == (401, SITE)


def test_no_site_may_read_answers_unless_listed(client: TestClient) -> None:
    assert "Access-Control-Allow-Origin" not in client.get("/healthz", headers={"Origin": SITE}).headers


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/models", "/v1/models", "/", "/nowhere", "/docs"])
def test_every_answer_tells_browsers_to_be_careful(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert (headers.get("Cache-Control") == "no-store") == path.startswith(("/api/", "/v1/"))


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_apis_pages_load_nothing_from_elsewhere(client: TestClient, path: str) -> None:
    loaded = re.findall(r'(?:src|href)="([^"]+)"', client.get(path).text)
    assert any(name.endswith(".js") for name in loaded)
    for name in loaded:
        assert client.get(name).status_code == 200, name
        assert name.startswith("/static-offline-docs/")


def test_a_valid_key_is_remembered_for_a_moment_and_then_looked_up_again(
    serving_engine: sa.Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    gate = AccessControl(settings, serving_engine)
    with serving_engine.begin() as connection:
        key = keys.create(connection, "short", Role.APP, utc_now())
    assert gate.known(key) is None
    holder = gate.holder(key, utc_now())
    with serving_engine.begin() as connection:
        keys.revoke(connection, holder.id, utc_now())
    now[0] = KEY_KNOWN_SECONDS - 0.1
    assert gate.known(key) == holder
    now[0] = KEY_KNOWN_SECONDS + 0.1
    assert gate.known(key) is None
    with pytest.raises(AccessDenied, match="revoked"):
        gate.holder(key, utc_now())
    assert KEY_KNOWN_SECONDS < 5


@pytest.mark.parametrize("path", ["/", "/docs", "/healthz", "/web/mhc-chat.js", "/v1/models"])
def test_no_page_of_ours_sends_forms_or_takes_addresses_elsewhere(client: TestClient, path: str) -> None:
    rules = client.get(path).headers["Content-Security-Policy"]
    assert "base-uri 'none'" in rules
    assert "form-action " in rules


def test_browsers_come_back_by_https_only_where_it_is_the_address(api: Callable[..., TestClient]) -> None:
    name = "Strict-Transport-Security"
    with api(public_url="https://chat.example") as client:
        assert [client.get(path).headers[name] for path in ("/", "/healthz")] == ["max-age=63072000"] * 2
    with api(public_url="http://chat.example") as client:
        assert name not in client.get("/healthz").headers
