"""Speaking as any customer without a key: only a program on this machine, only where that is switched on."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from mhc_core.settings import Settings
from mhc_serving.app import create_app

KeyOf = Callable[[str], dict[str, str]]
CHAT = {"message": "How much space does the chef need?", "channel": "web"}
ADDED_ON_THE_WAY = {
    "Forwarded": "for=203.0.113.9",
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Host": "chat.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Port": "443",
    "X-Forwarded-Prefix": "/chat",
    "X-Real-IP": "203.0.113.9",
    "Via": "1.1 proxy",
    "CF-Connecting-IP": "203.0.113.9",
    "CF-Ray": "8a",
    "True-Client-IP": "203.0.113.9",
    "X-Client-IP": "203.0.113.9",
    "X-Cluster-Client-IP": "203.0.113.9",
    "X-Envoy-External-Address": "203.0.113.9",
    "Fly-Client-IP": "203.0.113.9",
    "Fastly-Client-IP": "203.0.113.9",
    "X-Amzn-Trace-Id": "Root=1",
    "X-ARR-LOG-ID": "a",
    "X-Azure-ClientIP": "203.0.113.9",
    "X-Cloud-Trace-Context": "a",
    "X-Request-Start": "1",
    "CDN-Loop": "cdn",
    "Tailscale-User-Login": "a@example.com",
}


def _ask(client: TestClient, **headers: str) -> int:
    return client.post("/api/v1/chat", json=CHAT | {"customer_id": secrets.token_hex(6)}, headers=headers).status_code


@pytest.mark.parametrize("name", ADDED_ON_THE_WAY)
def test_what_was_passed_on_is_not_of_this_machine(client: TestClient, key_of: KeyOf, name: str) -> None:
    passed_on = {name: ADDED_ON_THE_WAY[name]}
    assert _ask(client, **passed_on) == 401
    assert _ask(client, **passed_on, **key_of("app")) == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:8000", "[::1]:8000", "127.8.8.8"])
def test_a_program_calls_this_machine_by_its_name(client: TestClient, host: str) -> None:
    assert _ask(client, Host=host) == 200


@pytest.mark.parametrize(
    "host",
    [
        "chat.example",
        "evil.example:8000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "10.0.0.5",
        "",
        "[",
        "a@b",
    ],
)
def test_a_name_that_was_made_to_point_here_is_not_believed(client: TestClient, host: str) -> None:
    assert _ask(client, Host=host) == 401


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example", "file://"])
def test_a_page_of_another_site_is_no_program(client: TestClient, origin: str) -> None:
    assert _ask(client, Origin=origin) == 401


def test_a_page_of_this_machine_is(client: TestClient) -> None:
    assert _ask(client, Origin="http://localhost:5173") == 200


@pytest.mark.parametrize(
    "change",
    [{"open_loopback": False}, {"public_url": "https://chat.example"}, {"serve_host": "0.0.0.0"}, {"serve_host": "::"}],
)
def test_it_is_closed_by_each_of_these(
    serving_engine: sa.Engine, settings: Settings, key_of: KeyOf, change: dict[str, Any]
) -> None:
    with TestClient(create_app(settings.model_copy(update=change), serving_engine)) as client:
        assert _ask(client) == 401
        assert _ask(client, **key_of("app")) == 200


def test_nobody_is_believed_unless_it_is_switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MHC_OPEN_LOOPBACK")
    assert not Settings().open_loopback
