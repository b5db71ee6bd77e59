"""When things break: customers get a sentence, logs get places in the code, and nobody's words leak."""

import logging
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from opentelemetry import trace

from mhc_core.db import engine as engines
from mhc_core.settings import Settings
from mhc_serving.app import create_app

BODY = {"message": "my SECRET question about rain", "customer_id": "SECRET customer", "channel": "web"}


def test_a_database_that_went_away_is_said_and_recovers(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    publish(empty_engine)
    url = empty_engine.url.render_as_string(hide_password=False)
    engine = engines.create(url)
    with TestClient(create_app(settings, engine), raise_server_exceptions=False) as client:
        assert client.post("/api/v1/chat", json=BODY).status_code == 200
        empty_engine.dispose()
        _allow(empty_engine, engine, False)
        response = client.post("/api/v1/chat", json=BODY)
        ready = client.get("/readyz")
        alive = client.get("/healthz")
        _allow(empty_engine, engine, True)
        again = client.post("/api/v1/chat", json=BODY)
    engine.dispose()
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert "(916) 740-8768" in response.json()["detail"]  # customers are told how to reach a person
    assert ready.status_code == 503
    assert "database" in ready.json()["reasons"]
    assert alive.status_code == 200
    assert again.status_code == 200
    assert "SECRET" not in caplog.text + response.text


def _allow(admin_of: sa.Engine, engine: sa.Engine, allowed: bool) -> None:
    """Opens or closes the database for everybody, open connections included."""
    name = admin_of.url.database
    admin = engines.create(admin_of.url.set(database="postgres").render_as_string(hide_password=False))
    with admin.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(sa.text(f'alter database "{name}" allow_connections {str(allowed).lower()}'))
        if not allowed:
            connection.execute(
                sa.text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"), {"name": name}
            )
    admin.dispose()


def test_a_crash_has_a_number_and_no_words(
    serving_engine: sa.Engine,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def crash(*_: object) -> None:
        raise ValueError("my SECRET question")

    monkeypatch.setattr("mhc_core.concierge.agents.router.plan", crash)
    caplog.set_level(logging.INFO)
    with TestClient(create_app(settings, serving_engine), raise_server_exceptions=False) as client:
        response = client.post("/api/v1/chat", json=BODY)
    assert response.status_code == 500
    number = response.headers["X-Request-ID"]
    assert number in response.json()["detail"]
    assert f"request {number} crashed: ValueError at " in caplog.text
    assert "test_failures.py" in caplog.text
    assert "SECRET" not in caplog.text + response.text


def test_a_tracer_that_somebody_set_up_is_told_nothing(
    serving_engine: sa.Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Provider(trace.TracerProvider):
        def get_tracer(self, instrumenting_module_name: str, *_: object, **__: object) -> trace.Tracer:
            asked.append(instrumenting_module_name)
            return trace.NoOpTracer()

    monkeypatch.setattr(trace, "get_tracer_provider", Provider)
    with TestClient(create_app(settings, serving_engine)) as client:
        assert client.post("/api/v1/chat", json=BODY).status_code == 200
        assert client.get("/readyz").status_code == 200
    assert asked == []


def test_the_log_names_routes_and_ids_but_no_customer_and_no_words(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    given = client.post("/api/v1/chat", json=BODY)
    client.get("/api/v1/knowledge/KB-042?customer_id=SECRET")
    client.post("/api/v1/ai/feedback", json={"message_id": given.json()["message_id"], "customer_id": "SECRET customer",
                                             "vote": "up", "comment": "SECRET thoughts"})  # fmt: skip
    client.get("/SECRET")
    ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("mhc_"))
    assert "POST /api/v1/chat 200" in ours
    assert "GET /api/v1/knowledge/{article_id} 200" in ours
    assert given.json()["message_id"] in ours
    assert "SECRET" not in ours


def test_every_response_has_a_request_id(client: TestClient) -> None:
    seen = {client.get(path).headers["X-Request-ID"] for path in ("/healthz", "/nothing", "/api/v1/models")}
    assert len(seen) == 3


def test_what_does_not_exist_is_said_in_the_readers_shape(client: TestClient) -> None:
    assert client.get("/api/v1/nothing").json() == {"detail": "Not Found"}
    assert client.get("/v1/nothing").json()["error"]["code"] == "not_found"
    assert client.get("/web/../app.py").status_code == 404
    assert client.get("/web/%2e%2e%2fapp.py").status_code == 404
