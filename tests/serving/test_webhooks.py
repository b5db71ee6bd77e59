"""Another system is told that a conversation waits for a person: signed, until it arrived, and with no words in it."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from fakes.waiting import until
from fastapi.testclient import TestClient
from pydantic import SecretStr
from standardwebhooks import Webhook

from mhc_core.business import pricing
from mhc_core.concierge.turn.store import TurnStore
from mhc_core.db import engine as engines
from mhc_core.db.queries.serving import NewTurn
from mhc_core.db.queries.turns import Beginning, Turn
from mhc_core.db.tables import webhook_deliveries
from mhc_core.errors import ConfigurationError
from mhc_core.settings import Settings
from mhc_core.support import handover, webhooks
from mhc_core.vocabulary import Channel
from mhc_serving.app import create_app, utc_now

SECRET = "whsec_" + base64.b64encode(b"a secret of thirty-two bytes, ok").decode()
RULES = pricing.load()


@dataclass
class Receiver:
    """A real HTTP server. It answers with these statuses in turn, 200 when there are none left."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    state = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            state.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(state.statuses.pop(0) if state.statuses else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield state
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture
def database(fresh_database_url: str) -> Iterator[sa.Engine]:
    engine = engines.create(fresh_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sender(receiver: Receiver) -> Iterator[webhooks.Sender]:
    made = webhooks.sender(_settings(receiver.url), Random(1))
    assert made is not None
    yield made
    made.close()


def _settings(url: str | None, secret: str | None = SECRET) -> Settings:
    return Settings(webhook_url=url, webhook_secret=SecretStr(secret) if secret is not None else None)


def at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


def escalate(engine: sa.Engine, now: datetime, reason: str = "legal threat") -> UUID:
    """A conversation that goes to a person, stored as the concierge does."""
    conversation = uuid4()

    def begin(connection: sa.Connection) -> None:
        handover.begin(connection, RULES, conversation, reason, now)

    question = NewTurn(uuid4(), "user", "SECRET words: my lawyer", now)
    answer = NewTurn(uuid4(), "assistant", "A person will answer.", now)
    TurnStore(engine).put(
        Turn(conversation, question, answer, begins=Beginning("SECRET customer", Channel.WEB), effects=[begin])
    )
    return conversation


def outbox(engine: sa.Engine) -> list[sa.Row[tuple[object, ...]]]:
    with engine.connect() as connection:
        return list(connection.execute(sa.select(webhook_deliveries)))


def test_it_arrives_signed_and_without_words(database: sa.Engine, receiver: Receiver, sender: webhooks.Sender) -> None:
    conversation = escalate(database, utc_now())
    assert sender.send_due(database, utc_now) == 1
    [(headers, body)] = receiver.got
    told = Webhook(SECRET).verify(body, headers)
    assert told["type"] == "handover.opened"
    assert told["data"]["conversation_id"] == str(conversation)
    assert (told["data"]["reason"], told["data"]["urgent"]) == ("legal threat", True)
    assert b"SECRET" not in body
    assert sender.send_due(database, utc_now) == 0


def test_failures_are_sent_again_later_with_the_same_id_and_body(
    database: sa.Engine, receiver: Receiver, sender: webhooks.Sender
) -> None:
    receiver.statuses = [500, 429, 302]
    now = utc_now()
    escalate(database, now)
    waits = []
    for _ in range(3):
        assert sender.send_due(database, at(now)) == 1
        [row] = outbox(database)
        assert row.delivered_at is None
        assert sender.send_due(database, at(now)) == 0
        waits.append(row.due_at - now)
        now = row.due_at
    assert [row.last_failure for row in outbox(database)] == ["HTTP 302"]
    assert sender.send_due(database, at(now)) == 1
    [row] = outbox(database)
    assert (row.attempts, row.delivered_at, row.last_failure) == (4, now, None)
    assert len(set(receiver.ids())) == 1
    assert len({body for _, body in receiver.got}) == 1
    for wait, longest in zip(waits, (5, 10, 20), strict=True):
        assert timedelta(seconds=longest / 2) <= wait <= timedelta(seconds=longest)


def test_waits_grow_to_an_hour_and_no_longer() -> None:
    random = Random(3)
    assert all(webhooks.wait(attempts, random) <= timedelta(hours=1) for attempts in range(1, 2000, 50))
    assert webhooks.wait(500, random) >= timedelta(minutes=30)


def test_a_receiver_that_is_not_there_is_tried_again(database: sa.Engine) -> None:
    nowhere = webhooks.sender(_settings("http://127.0.0.1:9/"), Random(1))
    assert nowhere is not None
    escalate(database, utc_now())
    assert nowhere.send_due(database, utc_now) == 1
    nowhere.close()
    assert [row.last_failure for row in outbox(database)] == ["ConnectError"]


def test_what_is_a_day_old_is_not_told_any_more(
    database: sa.Engine, receiver: Receiver, sender: webhooks.Sender
) -> None:
    now = utc_now()
    escalate(database, now - timedelta(hours=25))
    sender.send_due(database, at(now))
    assert sender.send_due(database, at(now + timedelta(days=2))) == 0
    assert receiver.got == []
    assert [row.given_up_at for row in outbox(database)] == [now]


def test_what_a_dead_sender_had_in_hand_is_sent_by_another(
    database: sa.Engine, receiver: Receiver, sender: webhooks.Sender
) -> None:
    now = utc_now()
    escalate(database, now)
    with database.begin() as connection:
        assert len(webhooks.queries.take(connection, now, webhooks.LEASE, 10)) == 1
    assert sender.send_due(database, at(now)) == 0
    assert sender.send_due(database, at(now + webhooks.LEASE)) == 1
    assert len(receiver.got) == 1


def test_two_senders_at_once_do_not_send_the_same(
    database: sa.Engine, receiver: Receiver, sender: webhooks.Sender
) -> None:
    for _ in range(8):
        escalate(database, utc_now())
    threads = [threading.Thread(target=sender.send_due, args=(database, utc_now)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(receiver.ids()) == len(set(receiver.ids())) == 8


def test_a_conversation_that_waits_already_is_told_once(database: sa.Engine) -> None:
    conversation = escalate(database, utc_now())
    with database.begin() as connection:
        assert handover.begin(connection, RULES, conversation, "angry customer", utc_now()) is None
    assert len(outbox(database)) == 1


@pytest.mark.parametrize("secret", [None, "", "whsec_", "not base64 at all!", "c2hvcnQ="])
def test_an_address_without_a_proper_secret_is_refused(secret: str | None) -> None:
    with pytest.raises(ConfigurationError, match="MHC_WEBHOOK_SECRET"):
        webhooks.sender(_settings("http://127.0.0.1:9/", secret), Random(1))


def test_without_an_address_nothing_is_sent() -> None:
    assert webhooks.sender(_settings(None), Random(1)) is None


def test_the_running_server_sends(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings, receiver: Receiver
) -> None:
    publish(empty_engine)
    receiver.statuses = [200]
    configured = settings.model_copy(update={"webhook_url": receiver.url, "webhook_secret": SecretStr(SECRET)})
    with TestClient(create_app(configured, empty_engine)) as client:
        body = {"message": "You will hear from my lawyer", "customer_id": "c", "channel": "web"}
        given = client.post("/api/v1/chat", json=body).json()
        until(lambda: receiver.got)
    assert json.loads(receiver.got[0][1])["data"]["conversation_id"] == given["conversation_id"]
    assert [row.delivered_at is not None for row in outbox(empty_engine)] == [True]


@pytest.mark.parametrize("url", ["http://hooks.example/in", "http://10.0.0.5/in", "http://127.0.0.1.evil.example/"])
def test_what_would_be_sent_in_the_clear_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="https"):
        webhooks.sender(_settings(url), Random(1))


@pytest.mark.parametrize(
    "url", ["https://hooks.example/in", "http://127.0.0.1:9/in", "http://localhost:9", "http://[::1]:9"]
)
def test_an_encrypted_address_and_one_on_this_machine_are_taken(url: str) -> None:
    made = webhooks.sender(_settings(url), Random(1))
    assert made is not None
    made.close()
