"""What a client got with 200 is in the database, even when the server is killed with SIGKILL under load."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import sqlalchemy as sa

CUSTOMERS = 8
QUESTIONS = ("Do you travel to Reno?", "What if it rains?", "How much space does the grill need?", "Is there sesame?")


@contextmanager
def server(engine: sa.Engine, state: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """``mhc serve`` as a process of its own over this database, ready to answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = engine.url.render_as_string(hide_password=False)
    environment = os.environ | {"MHC_DATABASE_URL": url, "MHC_STATE_DIR": str(state)}
    command = [sys.executable, "-c", "from mhc_jobs.cli.main import main; main()", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while not ready(f"http://127.0.0.1:{port}"):
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server was not ready in time"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait(10)


def ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/healthz", timeout=5).status_code == 200
    except httpx2.TransportError:
        return False


def test_answers_given_before_a_kill_are_stored(serving_engine: sa.Engine, tmp_path: Path, customer: str) -> None:
    given: list[dict[str, Any]] = []
    enough, killed = threading.Event(), threading.Event()

    def talk(url: str, number: int) -> None:
        conversation = None
        with httpx2.Client(base_url=url, timeout=20) as client:
            for turn in range(10_000):
                message = QUESTIONS[turn % len(QUESTIONS)]
                body = {"message": message, "customer_id": f"{customer}-{number}", "channel": "web"}
                body |= {"conversation_id": conversation} if conversation else {}
                try:
                    response = client.post("/api/v1/chat", json=body)
                except httpx2.TransportError:
                    assert killed.is_set(), "the connection broke before the server was killed"
                    return
                assert response.status_code == 200, response.text
                given.append(response.json() | {"message": message})
                conversation = given[-1]["conversation_id"] if turn % 3 else None
                if len(given) >= 100:
                    enough.set()

    with server(serving_engine, tmp_path) as (url, process):
        threads = [threading.Thread(target=talk, args=(url, number)) for number in range(CUSTOMERS)]
        for thread in threads:
            thread.start()
        assert enough.wait(30)
        killed.set()
        os.kill(process.pid, signal.SIGKILL)
        for thread in threads:
            thread.join(30)

    assert len(given) >= 100
    statement = """
        select a.id, a.conversation_id, a.content as answer, q.content as question, q.role
          from ai.messages a
          join ai.messages q on q.conversation_id = a.conversation_id and q.position = a.position - 1
          join ai.conversations c on c.id = a.conversation_id
         where c.customer_id like :customers and a.role <> 'user'
    """
    half = """
        select count(*) from (
            select c.id, count(m.id) as stored, max(m.position) + 1 as expected
              from ai.conversations c left join ai.messages m on m.conversation_id = c.id
             where c.customer_id like :customers group by c.id) as t
         where t.stored = 0 or t.stored % 2 = 1 or t.stored <> t.expected
    """
    with serving_engine.connect() as connection:
        rows = connection.execute(sa.text(statement), {"customers": f"{customer}-%"}).all()
        halves = connection.scalar(sa.text(half), {"customers": f"{customer}-%"})
    stored = {str(row.id): (str(row.conversation_id), row.role, row.question, row.answer) for row in rows}
    for answer in given:
        expected = (answer["conversation_id"], "user", answer["message"], answer["answer"])
        assert stored.get(answer["message_id"]) == expected
    assert halves == 0, "a turn was stored in part"
