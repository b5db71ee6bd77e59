"""The database is killed while customers write: what they read meanwhile, and what is there when it is back."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa
from fakes.understanding import Labelled
from fakes.waiting import until
from fakes.writer import QUESTION, Writer, unlimited

from mhc_core.db import embedded
from mhc_core.db import engine as engines
from mhc_core.db.embedded import EmbeddedServer
from mhc_core.db.embedded.files import Files
from mhc_core.db.upgrade import upgrade

WRITERS = 4
AWAY_SECONDS = 2.0
PHONE = "(916) 740-8768"
PRICE = "$55 an adult"


@pytest.fixture
def own_server(state_dir: Path) -> Iterator[EmbeddedServer]:
    with embedded.join(state_dir) as server:
        yield server


def killed(server: EmbeddedServer, state_dir: Path) -> int:
    """Kill the server's processes, and keep their owner from starting another; the owner's id."""
    status = Files(state_dir.resolve()).read_status()
    assert status is not None
    assert status.server_pid is not None
    os.kill(status.owner_pid, signal.SIGSTOP)
    os.kill(status.server_pid, signal.SIGQUIT)  # all its processes end at once, as in a crash: nothing is flushed
    return status.owner_pid


def test_what_customers_see_while_the_database_is_away(
    own_server: EmbeddedServer,
    state_dir: Path,
    tmp_path: Path,
    publish: Callable[..., str],
    reader: Labelled,
    serve: Callable[..., AbstractContextManager[str]],
    record_property: Callable[[str, object], None],
) -> None:
    from mhc_serving.app import create_app

    engine = engines.create(own_server.url)
    engines.check_server(engine)
    upgrade(engine)
    publish(engine)
    settings = unlimited(tmp_path)
    end, owner = threading.Event(), 0
    try:
        with serve(create_app(settings, engine)) as address:
            writers = [Writer(address, f"away-{number}", end) for number in range(WRITERS)]
            for writer in writers:
                writer.start()
            until(lambda: all(len(writer.answered) >= 3 for writer in writers), 60)
            owner = killed(own_server, state_dir)
            gone = time.monotonic()
            until(lambda: all(writer.refused for writer in writers), 15)
            first_refusal = time.monotonic() - gone
            with httpx2.Client(base_url=address, trust_env=False) as other:
                assert other.get("/healthz").status_code == 200
                assert "database" in other.get("/readyz").json()["reasons"]
                assert other.get("/").status_code == 200
                streamed = other.post(
                    "/v1/chat/completions",
                    json={
                        "model": "m",
                        "stream": True,
                        "user": "away",
                        "messages": [{"role": "user", "content": QUESTION}],
                    },
                )
                assert streamed.status_code == 503
                assert PHONE in streamed.json()["error"]["message"]
                menu = other.post("/graphql", json={"query": "{ menu { adult } }"})
                assert menu.json()["data"] == {"menu": {"adult": "55"}}
                days = other.post("/graphql", json={"query": "{ availability { day } }"})
                assert days.status_code == 503
            time.sleep(max(0.0, AWAY_SECONDS - (time.monotonic() - gone)))
            os.kill(owner, signal.SIGCONT)
            back = time.monotonic()
            counts = [len(writer.answered) for writer in writers]
            until(lambda: all(len(writer.answered) >= was + 3 for writer, was in zip(writers, counts, strict=True)), 60)
            recovery = time.monotonic() - back
            end.set()
            for writer in writers:
                writer.join(timeout=30)
    finally:
        end.set()
        if owner:
            with suppress(ProcessLookupError):
                os.kill(owner, signal.SIGCONT)
    refused = [one for writer in writers for one in writer.refused]
    record_property("refused", len(refused))
    for name, seconds in (
        ("slowest_refusal", max(one[0] for one in refused)),
        ("first_refusal", first_refusal),
        ("answering_again", recovery),
    ):
        record_property(name, round(seconds, 2))
    assert Counter(status for writer in writers for status, _ in writer.others) == Counter()
    assert max(took for took, _, _ in refused) < 5
    assert {after for _, _, after in refused} == {"5"}
    assert all(PHONE in told and "database" not in told for _, told, _ in refused)
    assert all(PRICE in told and "nothing is booked" in told for _, told, _ in refused)
    answered = {key: ids for writer in writers for key, ids in writer.answered.items()}
    with engine.connect() as connection:
        stored = {
            (str(conversation), str(message))
            for conversation, message in connection.execute(
                sa.text("select conversation_id, id from ai.messages where role <> 'user'")
            )
        }
        questions = connection.scalar(sa.text("select count(*) from ai.messages where role = 'user'"))
    assert set(answered.values()) <= stored, "an answer that a customer read is gone"
    assert questions == len(answered), "a message that was sent again was stored twice, or one was stored unanswered"
    engine.dispose()
