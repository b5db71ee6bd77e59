"""Replies worked out by processes of their own: the same ones, and given whatever happens to these processes."""

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psutil
import sqlalchemy as sa
from fastapi.testclient import TestClient
from pydantic import SecretStr

from mhc_core.db.queries import response_cache as queries
from mhc_core.db.tables import response_cache
from mhc_core.settings import Settings
from mhc_serving.app import create_app

OPEN = "How long does the chef stay?"  # never in the response cache
RAIN = "Does the chef cook in the rain?"
REWORDED = "Will the chef cook in the rain?"


class Shop:
    """A server with one worker, and its customers."""

    def __init__(self, client: TestClient, engine: sa.Engine) -> None:
        self.client, self.engine = client, engine
        self._customers = 0

    def ask(self, message: str) -> Any:
        """The response to somebody new."""
        self._customers += 1
        body = {"message": message, "customer_id": f"visitor-{self._customers}", "channel": "web"}
        response = self.client.post("/api/v1/chat", json=body)
        assert response.status_code == 200, response.text
        return response

    def worker(self) -> psutil.Process:
        """The worker's process, once it is ready."""
        workers = self.client.app.state.services.workers  # type: ignore[attr-defined]
        wait(lambda: workers.ready == 1)
        return psutil.Process(workers._ready[0].process.pid)


def wait(done: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _customers_notice_nothing(shop: Shop) -> psutil.Process:
    alone = shop.ask("Where does the grill stand?").json()
    worker = shop.worker()
    computed = sum(worker.cpu_times()[:2])
    own = shop.ask(OPEN)
    assert sum(worker.cpu_times()[:2]) > computed
    assert "search;" in own.headers["Server-Timing"]
    assert own.json()["knowledge_version"] == alone["knowledge_version"]
    again = shop.ask(OPEN)
    assert again.json()["answer"] == own.json()["answer"]
    assert "search;" not in again.headers["Server-Timing"]

    shop.ask(RAIN)
    kept = sa.select(response_cache.c.question)
    with shop.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        wait(lambda: RAIN in connection.scalars(kept).all())
    assert shop.ask(RAIN).json()["cached"]
    _what_a_worker_remembers_is_looked_up_again_when_it_changed(shop)

    os.kill(worker.pid, signal.SIGKILL)
    assert "U shape" in shop.ask("How do I put the tables around the grill?").json()["answer"]
    successor = shop.worker()
    assert successor.pid != worker.pid
    return successor


def _what_a_worker_remembers_is_looked_up_again_when_it_changed(shop: Shop) -> None:
    wait(lambda: bool(shop.ask(REWORDED).json()["cached"]))  # 2 % are answered anew, for comparison
    assert shop.ask(REWORDED).json()["cached"]
    with shop.engine.begin() as connection:
        entry = connection.scalars(sa.select(response_cache.c.id).where(response_cache.c.question == RAIN)).one()
        queries.record_outcome(connection, entry, uuid4(), "thumb", 5.0, True, datetime.now(UTC))
    shop.ask(REWORDED)  # no 503: the worker does not give what it remembers a second time


def test_workers_reply_die_and_end_without_a_customer_noticing(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings
) -> None:
    publish(empty_engine)
    url = SecretStr(empty_engine.url.render_as_string(hide_password=False))
    own = settings.model_copy(update={"serve_workers": 1, "database_url": url})
    with TestClient(create_app(own, empty_engine)) as client:
        worker = _customers_notice_nothing(Shop(client, empty_engine))
    assert not worker.is_running()
