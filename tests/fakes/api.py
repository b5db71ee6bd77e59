"""A database with a small published knowledge, and the API over it: in process, and on a real port.

The API is imported where a test asks for it: every test loads this module, and most of them know no API.
"""

from __future__ import annotations

import functools
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from fakes.databases import copy
from fakes.understanding import COMMON, Labelled
from fakes.waiting import until
from mhc_core.db import engine as engines
from mhc_core.knowledge import articles, index
from mhc_core.providers.minilm import embedder
from mhc_core.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)

ARTICLES = {
    "KB-042": (
        "Cancelling and refunds",
        "policy",
        "Cancel 14 or more days before the party and the deposit is refunded less a 10 % fee. Between 7 and 13 days "
        "before, half is refunded. Less than 7 days before, nothing is refunded and the deposit is kept.",
    ),
    "KB-087": (
        "Rain and bad weather",
        "policy",
        "When it rains the host provides overhead cover such as a tent, a patio roof or a garage. The chef does not "
        "cook in the open rain. There is no refund for a set-up without cover in rain.",
    ),
    "KB-012": (
        "Space for the grill",
        "setup",
        "The chef needs a clear level area of 8 by 6 feet, outdoors or very well ventilated, and 10 feet from anything "
        "that burns. Put the tables in a U shape with the grill at the open end.",
    ),
    "KB-020": (
        "Allergens on the menu",
        "food",
        "Shellfish is in shrimp, scallops and lobster; egg is in the fried rice. There are no nuts and no sesame in "
        "our kitchen. Everything is cooked on one shared grill.",
    ),
}


def publish_knowledge(engine: sa.Engine, folder: Path, texts: dict[str, tuple[str, str, str]]) -> str:
    """Import articles and make their index version live; returns its id."""
    for article_id, (title, category, body) in texts.items():
        (folder / f"{article_id}.md").write_text(
            f"---\nid: {article_id}\ntitle: {title}\ncategory: {category}\n---\n\n{body}\n", "utf-8"
        )
    with engine.begin() as connection:
        report = articles.import_articles(connection, [folder], NOW)
        assert not report.rejected, report
        version = index.build(connection, embedder.load(), NOW)
        index.publish(connection, version.id, embedder.load(), NOW, "test")
    return version.id


@pytest.fixture(scope="session")
def reader() -> Iterator[Labelled]:
    """What every concierge of the tests understands messages with, unless a model of understanding is promoted."""
    from mhc_core.concierge.models.live import LiveVersions

    known, make = Labelled(COMMON), LiveVersions.__init__

    @functools.wraps(make)
    def with_reader(self: LiveVersions, *given: Any, **named: Any) -> None:
        make(self, *given, **named)
        self._now = replace(self._now, reader=known)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LiveVersions, "__init__", with_reader)
        yield known


@pytest.fixture(scope="session")
def serving_engine(
    _server_url: str, _template: str, tmp_path_factory: pytest.TempPathFactory, reader: Labelled
) -> Iterator[sa.Engine]:
    """A database with published knowledge and no promoted model, for the whole session: use customers of your own."""
    with copy(_server_url, _template) as url:
        engine = engines.create(url)
        publish_knowledge(engine, tmp_path_factory.mktemp("articles"), ARTICLES)
        yield engine
        engine.dispose()


@pytest.fixture
def empty_engine(fresh_database_url: str, reader: Labelled) -> Iterator[sa.Engine]:
    """A database of one's own without knowledge and models."""
    engine = engines.create(fresh_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def publish(tmp_path: Path) -> Callable[..., str]:
    """Publishes articles in a database; the small set when none are given."""

    def call(engine: sa.Engine, texts: dict[str, tuple[str, str, str]] | None = None) -> str:
        folder = tmp_path / secrets.token_hex(4)
        folder.mkdir()
        return publish_knowledge(engine, folder, texts or ARTICLES)

    return call


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path / "state", refresh_seconds=0.2)


@pytest.fixture(scope="session")
def app_inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The inbox of the app behind ``client``."""
    return tmp_path_factory.mktemp("inbox")


@pytest.fixture(scope="session")
def client(
    serving_engine: sa.Engine, tmp_path_factory: pytest.TempPathFactory, app_inbox: Path
) -> Iterator[TestClient]:
    """The API in process, over ``serving_engine``."""
    from fastapi.testclient import TestClient

    from mhc_serving.app import create_app

    state = tmp_path_factory.mktemp("state")
    settings = Settings(state_dir=state, inbox_uri=app_inbox.as_uri(), open_loopback=True)
    app = create_app(settings, serving_engine)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def customer() -> str:
    """A customer nobody else is."""
    return f"customer-{secrets.token_hex(6)}"


@pytest.fixture
def say(client: TestClient, customer: str, reader: Labelled) -> Callable[..., dict[str, Any]]:
    """Sends a message of ``customer``, written with or without labels, and returns the answer; goes on with the
    conversation unless told otherwise."""
    running: list[str] = []

    def call(message: str, *, fresh: bool = False, channel: str = "web") -> dict[str, Any]:
        body = {"message": reader.learn(message), "customer_id": customer, "channel": channel}
        if running and not fresh:
            body["conversation_id"] = running[-1]
        response = client.post("/api/v1/chat", json=body)
        assert response.status_code == 200, response.text
        given: dict[str, Any] = response.json()
        running.append(given["conversation_id"])
        return given

    return call


@pytest.fixture(scope="session")
def key_of(serving_engine: sa.Engine) -> Callable[[str], dict[str, str]]:
    """Headers with a key of this role."""
    from mhc_serving.access import keys
    from mhc_serving.access.keys import Role

    made: dict[str, str] = {}

    def call(role: str) -> dict[str, str]:
        if role not in made:
            with serving_engine.begin() as connection:
                made[role] = keys.create(connection, f"test {role}", Role(role), NOW)
        return {"Authorization": f"Bearer {made[role]}"}

    return call


@pytest.fixture(scope="session")
def serve() -> Callable[..., AbstractContextManager[str]]:
    """Runs an app under uvicorn on a free port of 127.0.0.1; gives its address."""
    import uvicorn

    from mhc_serving.http_protocol import PatientProtocol

    @contextmanager
    def call(app: FastAPI, http: type[PatientProtocol] = PatientProtocol) -> Iterator[str]:
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None, access_log=False, http=http)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        until(lambda: server.started or not thread.is_alive(), 30)
        assert server.started, "the server did not start"
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(timeout=20)
            assert not thread.is_alive()

    return call
