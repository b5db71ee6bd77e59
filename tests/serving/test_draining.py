"""How a server ends that others stand beside: not ready first, what comes is answered, then its door closes."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa
from fakes.replicas import replicas
from fakes.waiting import until
from starlette.testclient import TestClient

from mhc_core.settings import Settings
from mhc_serving.app import create_app
from mhc_serving.draining import Draining

BODY = {"message": "Does the chef cook in the rain?", "customer_id": "visitor", "channel": "web"}


def test_a_server_that_drains_is_not_ready_and_answers_each_connection_once_more(
    serving_engine: sa.Engine, settings: Settings
) -> None:
    app = create_app(settings, serving_engine)
    with TestClient(app) as client:
        assert client.get("/readyz").status_code == 200
        assert "connection" not in client.get("/healthz").headers
        app.state.services.draining.begun = True
        ready = client.get("/readyz")
        assert (ready.status_code, list(ready.json()["reasons"])) == (503, ["server"])
        alive = client.get("/healthz")
        assert (alive.status_code, alive.headers["connection"]) == (200, "close")


def test_the_signal_is_passed_on_when_the_time_is_over_or_it_comes_again() -> None:
    came = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: came.set())
    try:
        for seconds, signals in ((0.3, 1), (60.0, 2)):
            came.clear()
            signal.signal(signal.SIGTERM, lambda *_: came.set())
            draining = Draining(seconds)
            draining.await_signal()
            os.kill(os.getpid(), signal.SIGTERM)
            assert draining.begun
            assert not came.is_set()
            for _ in range(signals - 1):
                os.kill(os.getpid(), signal.SIGTERM)
            assert came.wait(10)
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_sigterm_lets_what_is_under_way_finish_and_ends_well(
    serving_engine: sa.Engine, tmp_path: Path, workers: str, publish: Callable[..., str]
) -> None:
    answers: list[httpx2.Response] = []
    with replicas(serving_engine, tmp_path, 1, MHC_SERVE_DRAIN_SECONDS="2", MHC_SERVE_WORKERS=workers) as [server]:
        kept = httpx2.Client(base_url=server.address, timeout=60, trust_env=False)
        with serving_engine.connect() as other, other.begin():
            # A turn under way: it waits for the table that it is stored in.
            other.execute(sa.text("lock table ai.messages in share mode"))
            asking = threading.Thread(target=lambda: answers.append(kept.post("/api/v1/chat", json=BODY)))
            asking.start()
            waits = sa.text("select count(*) from pg_locks where not granted and relation = 'ai.messages'::regclass")
            with serving_engine.connect() as looking:
                until(lambda: looking.scalar(waits), 30)
            server.terminate()
            until(lambda: httpx2.get(f"{server.address}/readyz").status_code == 503, 10)
            assert httpx2.get(f"{server.address}/healthz").headers["connection"] == "close"
            time.sleep(3)
            with pytest.raises(httpx2.TransportError):
                httpx2.get(f"{server.address}/healthz")
            assert not answers
        asking.join(30)
        kept.close()
        assert server.ended() == 0
    [answer] = answers
    assert answer.status_code == 200
    assert answer.headers["connection"] == "close"
