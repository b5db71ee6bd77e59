"""Both servers are replaced, one after the other, while customers write without a pause: nobody notices."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
import sqlalchemy as sa
from fakes.replicas import Replica, replicas
from fakes.waiting import until

from mhc_core.db.tables import messages

pytestmark = pytest.mark.timeout(600)

WRITERS = 4
DRAIN_SECONDS = 6
LOOK_SECONDS = 0.25
QUESTION = "How much space does the chef need?"


class Balancer:
    """Which servers are ready, as each said when it was asked last.

    One that says no, or is not there, gets nobody until it says yes. One that is slow to say stays what it was.
    """

    def __init__(self, servers: Sequence[Replica]) -> None:
        self._servers = servers
        self._ready: set[str] = set()
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._look, args=(one,), daemon=True) for one in servers]
        self._turn = 0

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join(10)

    def ready(self, server: Replica) -> bool:
        return server.address in self._ready

    def choose(self) -> str:
        """A ready server, the next one by turns."""
        self._turn += 1
        ready = until(lambda: sorted(self._ready))
        return ready[self._turn % len(ready)]

    def _look(self, server: Replica) -> None:
        while not self._end.wait(LOOK_SECONDS):
            with suppress(httpx2.TimeoutException):
                if server.says_ready():
                    self._ready.add(server.address)
                else:
                    self._ready.discard(server.address)


class Writer(threading.Thread):
    """A customer who never sends anything twice: what goes wrong once is kept."""

    def __init__(self, balancer: Balancer, name: str, end: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self._balancer, self._end = balancer, end
        self.answered: list[tuple[str, str]] = []
        self.by: dict[str, int] = {}
        self.closed = 0
        self.failed: list[str] = []

    def run(self) -> None:
        clients: dict[str, httpx2.Client] = {}
        while not self._end.is_set():
            address = self._balancer.choose()
            client = clients.setdefault(address, httpx2.Client(base_url=address, timeout=60, trust_env=False))
            body = {"message": QUESTION, "customer_id": f"{self.name}-{uuid4().hex[:8]}", "channel": "web"}
            try:
                response = client.post("/api/v1/chat", json=body)
            except httpx2.TransportError as error:
                self.failed.append(type(error).__name__)
                continue
            if response.status_code != 200:
                self.failed.append(f"{response.status_code} {response.text[:100]}")
                continue
            given = response.json()
            self.answered.append((given["conversation_id"], given["message_id"]))
            self.by[address] = self.by.get(address, 0) + 1
            self.closed += response.headers.get("connection") == "close"
        for client in clients.values():
            client.close()


def test_a_rolling_restart_under_load_fails_no_request_and_loses_no_answer(
    empty_engine: sa.Engine,
    publish: Callable[..., str],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    publish(empty_engine)
    limits = dict.fromkeys(("MHC_RATE_LIMIT_ADDRESS", "MHC_RATE_LIMIT_ANONYMOUS"), "1000000/minute")
    with replicas(empty_engine, tmp_path, MHC_SERVE_DRAIN_SECONDS=str(DRAIN_SECONDS), **limits) as servers:
        balancer, end = Balancer(servers), threading.Event()
        writers = [Writer(balancer, f"writer-{number}", end) for number in range(WRITERS)]
        balancer.start()
        until(lambda: all(balancer.ready(one) for one in servers), 60)
        for writer in writers:
            writer.start()
        until(lambda: all(len(writer.answered) >= 5 for writer in writers), 60)
        codes, seconds = [], []
        for server in servers:
            other = next(one for one in servers if one is not server)
            asked, began = server.process, time.monotonic()
            assert asked is not None
            server.terminate()
            until(lambda one=server: not balancer.ready(one), DRAIN_SECONDS)
            codes.append(server.ended())
            seconds.append(time.monotonic() - began)
            before = sum(writer.by.get(other.address, 0) for writer in writers)
            server.start()
            server.await_ready()
            until(lambda one=server: balancer.ready(one), 30)
            assert sum(writer.by.get(other.address, 0) for writer in writers) > before, "the other one answered"
        counts = [len(writer.answered) for writer in writers]
        until(lambda: all(len(one.answered) >= was + 5 for one, was in zip(writers, counts, strict=True)), 60)
        end.set()
        for writer in writers:
            writer.join(60)
        balancer.stop()
    failed = [one for writer in writers for one in writer.failed]
    answered = [one for writer in writers for one in writer.answered]
    record_property("answered", len(answered))
    record_property("seconds_to_end", [round(one, 1) for one in seconds])
    assert failed == []
    assert codes == [0, 0]
    with empty_engine.connect() as connection:
        stored = {
            (str(conversation), str(message))
            for conversation, message in connection.execute(
                sa.select(messages.c.conversation_id, messages.c.id).where(messages.c.role != "user")
            )
        }
        questions = connection.scalar(sa.select(sa.func.count()).where(messages.c.role == "user"))
    assert set(answered) <= stored, "an answer that a customer read is gone"
    assert questions == len(answered)
