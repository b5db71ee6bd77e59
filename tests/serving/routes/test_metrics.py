"""``/metrics``: who may read it, what it counts, and that nothing of a customer is in it."""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families as parsed
from pydantic import SecretStr, ValidationError

from mhc_core.db.engine import create
from mhc_core.settings import Settings
from mhc_serving.app import create_app

KEY = "k" * 32
Serve = Callable[[FastAPI], AbstractContextManager[str]]


def values(page: str, name: str) -> dict[tuple[str, ...], float]:
    """The values of a metric by those of its labels, in the order of their names."""
    return {
        tuple(sample.labels[label] for label in sorted(sample.labels)): sample.value
        for family in parsed(page)
        for sample in family.samples
        if sample.name == name
    }


@pytest.fixture
def remote(serving_engine: sa.Engine, tmp_path: Path) -> Settings:
    """Where the API is reached by others than this machine."""
    return Settings(state_dir=tmp_path, serve_host="0.0.0.0", metrics_key=SecretStr(KEY))


def test_the_key_of_the_settings_reads_and_no_other_does(serving_engine: sa.Engine, remote: Settings) -> None:
    with TestClient(create_app(remote, serving_engine)) as client:

        def read(**headers: str | bytes) -> int:
            return client.get("/metrics", headers=headers).status_code

        assert read(Authorization=f"Bearer {KEY}") == read(**{"X-API-Key": KEY}) == 200
        assert (
            read()
            == read(Authorization=f"Bearer {KEY}x")
            == read(Authorization="Bearer ünsinn".encode("latin-1"))
            == 401
        )
        assert client.post("/api/v1/chat", headers={"X-API-Key": KEY}, json={}).status_code == 401, (
            "it opens no door else"
        )


def test_a_program_on_this_machine_reads_and_a_proxy_on_it_does_not(
    serving_engine: sa.Engine, remote: Settings, serve: Serve
) -> None:
    with serve(create_app(remote, serving_engine)) as address:
        assert httpx2.get(f"{address}/metrics").status_code == 200
        for header, value in (
            ("X-Forwarded-For", "203.0.113.9"),
            ("Host", "chat.example.com"),
            ("Origin", "https://a.example"),
        ):
            assert httpx2.get(f"{address}/metrics", headers={header: value}).status_code == 401, header


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="metrics_key"):
        Settings(metrics_key=SecretStr("short"))


def test_a_turn_is_counted_and_leaves_no_trace_of_the_customer(serving_engine: sa.Engine, remote: Settings) -> None:
    customer, secret = f"customer-{secrets.token_hex(4)}", "Zanzibar"
    local = remote.model_copy(update={"serve_host": "127.0.0.1", "open_loopback": True})
    with TestClient(create_app(local, serving_engine)) as client:
        asked = {"message": f"Does the chef cook in the rain in {secret}?", "customer_id": customer, "channel": "web"}
        given = client.post("/api/v1/chat", json=asked).json()
        client.get(f"/no/{secret}")
        page = client.get("/metrics", headers={"X-API-Key": KEY}).text
    assert sum(values(page, "mhc_answers_total").values()) == 1
    assert values(page, "mhc_http_requests_total")["POST", "/api/v1/chat", "200"] == 1
    assert sum(values(page, "mhc_answer_seconds_count").values()) == 1
    for trace in (customer, secret, given["conversation_id"], given["message_id"], KEY):
        assert trace not in page
    assert values(page, "mhc_database_up") == {(): 1}


def test_without_a_database_counters_are_told_and_gauges_are_not(remote: Settings) -> None:
    nowhere = create("postgresql://nobody@127.0.0.1:1/nothing")
    client = TestClient(create_app(remote, nowhere))
    assert client.get("/healthz").status_code == 200
    page = client.get("/metrics", headers={"X-API-Key": KEY}).text
    client.close()
    nowhere.dispose()
    assert values(page, "mhc_http_requests_total")["GET", "/healthz", "200"] == 1
    assert values(page, "mhc_database_up") == {(): 0}
    assert values(page, "mhc_cost_today_usd") == {}
