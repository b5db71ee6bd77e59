"""Traces, as a collector gets them: from the door to the database and the provider, without a word of a customer."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

pytest.importorskip("opentelemetry.sdk", reason="the extra traces is not installed")

import sqlalchemy as sa
from fakes.collector import Collector, Got, collecting
from fakes.openai_endpoints import StandIn
from fakes.openai_server import running
from fastapi.testclient import TestClient
from pydantic import SecretStr

from mhc_core.errors import ConfigurationError
from mhc_core.settings import Settings
from mhc_core.tracing.export import tracing
from mhc_serving.app import create_app

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{CALLER}-01"
PLANTED = "zanzibarka"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as made:
        yield made


@pytest.fixture(scope="module")
def standin() -> Iterator[StandIn]:
    with running() as made:
        yield made


@contextmanager
def traced(engine: sa.Engine, settings: Settings, **more: object) -> Iterator[TestClient]:
    """The API; when this is left, all its spans have been sent."""
    app = create_app(settings.model_copy(update={"open_loopback": True, **more}), engine)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def message(text: str, customer: str) -> dict[str, str]:
    return {"message": text, "customer_id": customer, "channel": "web"}


def above(span: Got, spans: list[Got]) -> list[str]:
    """The names of the spans that this one is below, the nearest first."""
    by_id = {one.id: one for one in spans}
    names = []
    while span.parent in by_id:
        span = by_id[span.parent]
        names.append(span.name)
    return names


def test_a_turn_is_one_trace_from_the_door_to_provider_and_database(
    serving_engine: sa.Engine, settings: Settings, customer: str, collector: Collector, standin: StandIn
) -> None:
    openai = {"openai_api_key": SecretStr(standin.key), "openai_base_url": standin.base_url}
    standin.reply = "The chef needs a clear level area of 8 by 6 feet. [kb:1]"
    sent = len(standin.headers)
    with traced(serving_engine, settings, traces_endpoint=collector.url, **openai) as client:
        asked = message("How much space does the chef need?", customer)
        answer = client.post("/api/v1/chat", json=asked, headers={"traceparent": PARENT})
        assert answer.status_code == 200
        client.get("/healthz")
        client.get("/metrics")
    spans = collector.spans()
    assert {span.trace for span in spans} == {TRACE}, "what machines ask every few seconds makes no trace"
    assert {span.service for span in spans} == {"mhc-api"}
    door = collector.one("POST /api/v1/chat")
    assert (door.parent, door.kind) == (CALLER, "server")
    assert door.attributes == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "http.route": "/api/v1/chat",
        "network.protocol.version": "1.1",
        "url.scheme": "http",
    }
    turn = collector.one("concierge.turn")
    assert above(turn, spans) == [door.name]
    given = answer.json()
    assert turn.attributes == {
        "mhc.agent": "knowledge",
        "mhc.answer.cached": False,
        "mhc.answer.escalated": given["escalated"],
        "mhc.channel": "web",
        "mhc.intent": given["intent"],
        "mhc.knowledge_version": given["knowledge_version"],
        "mhc.model": given["model"],
    }
    *refused, call = (span for span in spans if span.name == "chat gpt-6-luna")
    assert {span.attributes["error.type"] for span in refused} <= {"400"}, "options that the model does not know"
    assert above(call, spans)[:2] == ["concierge.model", "concierge.turn"]
    assert call.kind == "client"
    used = standin.billed[-1][1]
    assert call.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "127.0.0.1",
        "gen_ai.request.model": "gpt-6-luna",
        "gen_ai.request.max_tokens": 1000,
        **({"gen_ai.request.temperature": 0} if "temperature" in standin.bodies[-1] else {}),
        "gen_ai.response.model": "gpt-6-luna",
        "gen_ai.usage.input_tokens": used["prompt_tokens"],
        "gen_ai.usage.output_tokens": used["completion_tokens"],
        "server.address": "127.0.0.1",
        "server.port": int(standin.url.rsplit(":", 1)[1]),
    }
    expected = [f"00-{TRACE}-{span.id}-01" for span in (*refused, call)]
    assert [one.get("traceparent") for one in standin.headers[sent:]] == expected
    assert "tracestate" not in standin.headers[-1]
    statements = [span for span in spans if span.attributes.get("db.system.name") == "postgresql"]
    assert any(span.name.startswith("SELECT") and "concierge.turn" in above(span, spans) for span in statements)
    [stored] = [span for span in statements if "concierge.storing" in above(span, spans)][:1]
    assert "messages" in stored.name
    assert stored.attributes["db.query.summary"] == stored.name
    assert {"concierge.embedding", "concierge.search"} <= {span.name for span in spans}


def test_what_a_provider_refuses_is_an_error_by_its_status(
    serving_engine: sa.Engine, settings: Settings, customer: str, collector: Collector, standin: StandIn
) -> None:
    openai = {"openai_api_key": SecretStr(standin.key), "openai_base_url": standin.base_url}
    standin.fail("POST", "/chat/completions", "500", times=2)
    with traced(serving_engine, settings, traces_endpoint=collector.url, **openai) as client:
        answer = client.post("/api/v1/chat", json=message("Does the chef cook in the rain?", customer))
        assert answer.status_code == 200, "the model of this house answers"
    calls = [span for span in collector.spans() if span.name == "chat gpt-6-luna"]
    assert [(span.error, span.attributes["error.type"]) for span in calls] == [(True, "500")] * 2
    models = [span for span in collector.spans() if span.name == "concierge.model"]
    assert sorted(span.error for span in models) == [False, True]


def test_nothing_of_a_customer_is_in_a_trace(
    empty_engine: sa.Engine,
    publish: Callable[..., str],
    settings: Settings,
    collector: Collector,
    standin: StandIn,
) -> None:
    publish(empty_engine)
    openai = {"openai_api_key": SecretStr(standin.key), "openai_base_url": standin.base_url}
    headers = {
        "traceparent": PARENT,
        "tracestate": f"vendor={PLANTED}",
        "baggage": f"who={PLANTED}",
        "user-agent": PLANTED,
        "Idempotency-Key": PLANTED,
    }
    standin.reply = f"{PLANTED} is welcome"
    with traced(empty_engine, settings, traces_endpoint=collector.url, **openai) as client:
        for text in (f"I am {PLANTED}, is there a discount?", f"Book it for {PLANTED}, call me: 415-555-0177"):
            body = message(text, f"customer-{PLANTED}")
            assert client.post("/api/v1/chat", json=body, headers=headers | {"Idempotency-Key": text[:1]}).is_success
        client.post("/api/v1/chat", json=body | {"channel": PLANTED}, headers=headers)
        client.get(f"/api/v1/{PLANTED}", params={"who": PLANTED}, headers={"host": f"{PLANTED}.example.org"})
        client.get(f"/api/v1/knowledge/{PLANTED}", headers=headers)
        client.request(PLANTED, "/api/v1/chat", headers=headers)
        query = f'{{ conversation(id: "{PLANTED}") {{ id }} }}'
        client.post("/graphql", json={"query": query}, headers=headers)
        with empty_engine.begin() as connection:
            connection.execute(sa.text(_REFUSED))
        asked = message(f"Does {PLANTED} cook in the rain?", f"customer-{PLANTED}")
        assert client.post("/api/v1/chat", json=asked).status_code == 500
    spans = collector.spans()
    assert any(span.name == "concierge.storing" and span.error for span in spans), "the statement was refused"
    assert {"POST /api/v1/chat", "concierge.turn", "chat gpt-6-luna"} <= {span.name for span in spans}
    everything = b"".join(collector.bodies).lower()
    assert b"/api/v1/chat" in everything, "the search can see"
    for word in (PLANTED, "415-555-0177", "5550177"):
        assert word.encode() not in everything


_REFUSED = f"""
    create function ai.refuse_planted() returns trigger language plpgsql as $$
    begin
        raise exception 'refused: %', new.content;
    end $$;
    create trigger refuse_planted before insert on ai.messages for each row
        when (new.content like '%Does {PLANTED}%') execute function ai.refuse_planted();
"""


def test_a_collector_that_is_away_keeps_nobody_waiting(
    serving_engine: sa.Engine, settings: Settings, customer: str, collector: Collector
) -> None:
    with traced(serving_engine, settings, traces_endpoint="http://127.0.0.1:1/v1/traces") as client:
        assert client.post("/api/v1/chat", json=message("Does the chef cook in the rain?", customer)).is_success


def test_a_share_of_requests_is_traced_and_a_caller_s_choice_is_kept(
    serving_engine: sa.Engine, settings: Settings, collector: Collector
) -> None:
    with traced(serving_engine, settings, traces_endpoint=collector.url, traces_share=0.0) as client:
        client.get("/")
        client.get("/", headers={"traceparent": PARENT.replace("-01", "-00")})
        client.get("/", headers={"traceparent": PARENT})
    assert {(span.trace, span.parent) for span in collector.spans() if span.kind == "server"} == {(TRACE, CALLER)}


def test_the_collector_is_shown_its_headers(
    serving_engine: sa.Engine, settings: Settings, collector: Collector
) -> None:
    key = SecretStr("Authorization=Bearer abc, x-team = kitchen")
    with traced(serving_engine, settings, traces_endpoint=collector.url, traces_headers=key) as client:
        client.get("/")
    assert collector.headers[0]["authorization"] == "Bearer abc"
    assert collector.headers[0]["x-team"] == "kitchen"
    with pytest.raises(ConfigurationError, match="MHC_TRACES_HEADERS"):
        tracing(collector.url, "no equals sign", 1, "mhc")


def test_a_missing_extra_is_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'mhc\[traces\]'"):
        tracing("http://127.0.0.1:1/v1/traces", "", 1, "mhc")


def test_without_an_endpoint_nothing_of_it_is_imported() -> None:
    code = """
import sys
import mhc_core.concierge.turn.concierge, mhc_core.providers.openai.chat, mhc_core.tracing.statements
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
import mhc_serving.server
assert not [name for name in sys.modules if name.startswith(("opentelemetry.sdk", "opentelemetry.exporter"))]
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_attributes_are_those_of_the_conventions() -> None:
    conventions = pytest.importorskip("opentelemetry.semconv._incubating.attributes")
    from importlib import import_module

    from mhc_core.tracing import leaving

    known = {
        value
        for part in ("gen_ai", "db", "http", "url", "network", "server", "error")
        for value in vars(import_module(f"{conventions.__name__}.{part}_attributes")).values()
        if isinstance(value, str)
    }
    ours = {name for names in leaving._ALLOWED.values() for name in names} | leaving._EVERYWHERE
    assert {name for name in ours if not name.startswith("mhc.")} <= known
