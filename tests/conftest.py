"""What every test may use: an environment of its own, PostgreSQL, a stand-in for OpenAI, and vectors made once.

The server is the embedded one in a folder of its own, or the one that ``MHC_TEST_DATABASE_URL`` names (its user must be
allowed to create databases). Databases are copies of one migrated template, so a fresh one costs a tenth of a second.
"""

import functools
import gc
import os
import secrets
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import sqlalchemy as sa
from fakes.databases import copy, name_of, server_folder
from fakes.environment import environment
from fakes.openai_endpoints import StandIn
from fakes.openai_server import running
from numpy.typing import NDArray

from mhc_core.db import embedded
from mhc_core.db import engine as engines
from mhc_core.db.upgrade import upgrade
from mhc_core.providers.minilm import embedder

pytest_plugins = ["fakes.api", "fakes.erasing", "fakes.importing", "fakes.openai_talk", "fakes.pipeline"]

_GIVEN_SERVER = os.environ.get("MHC_TEST_DATABASE_URL")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Only the whole suite is shared out: to start the processes takes longer than most files."""
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.option.keyword
    return os.cpu_count() if whole else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long modules begin first: at the end no process works on one while the others have nothing to do."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(autouse=True)
def _own_environment() -> Iterator[None]:
    """Nobody's variables and nobody's ``.env`` reach a test, and no proxy is asked for what runs here."""
    with environment(NO_PROXY="127.0.0.1"):
        yield


@pytest.fixture(autouse=True)
def _connections_end_with_the_test() -> Iterator[None]:
    """What a test asked over HTTP with is closed after it: Python would warn of its sockets in the middle of another.

    An OpenAI client keeps its connections until it is collected, and few tests of a provider hold on to the client.
    """
    made: weakref.WeakSet[httpx.Client] = weakref.WeakSet()
    create = httpx.Client.__init__

    @functools.wraps(create)
    def noted(self: httpx.Client, *given: Any, **options: Any) -> None:
        create(self, *given, **options)
        made.add(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx.Client, "__init__", noted)
        yield
    for client in made:
        client.close()


@pytest.fixture(scope="session", autouse=True)
def _called_on_this_machine() -> Iterator[None]:
    """What is called in process is called by an address of this machine, as a program on it would."""
    from starlette.testclient import TestClient

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MHC_OPEN_LOOPBACK", "true")  # what lives longer than a test is made before its environment
        patch.setattr(TestClient, "__init__", functools.partialmethod(TestClient.__init__, base_url="http://127.0.0.1"))
        yield


@pytest.fixture(scope="session", autouse=True)
def _garbage_is_left_to_the_interpreter() -> Iterator[None]:
    """Each app looks for garbage when it starts: half a second a time among all that the tests have loaded.

    What a test leaves behind, and so a warning of what it did not close, is still found when Python looks by itself.
    """
    gc.collect()
    gc.freeze()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("collect", "freeze", "unfreeze"):
            patch.setattr(gc, name, lambda *_: 0)
        yield


@pytest.fixture(scope="session", autouse=True)
def _vectors_are_shared() -> Iterator[None]:
    """The tests embed the same sample texts again and again; of the model's vectors each is made once.

    A text's vector does not depend on its batch; the tests of the embedder, which show that, ask the model each time.
    """
    known: dict[str, NDArray[np.float32]] = {}
    embed = embedder.MiniLM._alone

    @functools.wraps(embed)
    def shared(self: embedder.MiniLM, text: str) -> NDArray[np.float32]:
        if text not in known:
            known[text] = embed(self, text)
        return known[text]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedder.MiniLM, "_alone", shared)
        yield


@pytest.fixture(scope="module")
def module_state_dir() -> Iterator[Path]:
    """An empty state folder for an embedded server that the tests of one module share."""
    with server_folder() as folder:
        yield folder


@pytest.fixture
def state_dir() -> Iterator[Path]:
    """An empty state folder in which an embedded server can run."""
    with server_folder() as folder:
        yield folder


@pytest.fixture
def openai_standin(tmp_path: Path) -> Iterator[StandIn]:
    """A fresh stand-in for OpenAI. What it was told and what it said must keep to the published description."""
    with running(tmp_path / "openai.json") as standin:
        yield standin
    assert standin.violations == []


@pytest.fixture(scope="session")
def _server_url() -> Iterator[str]:
    if _GIVEN_SERVER:
        yield _GIVEN_SERVER
        return
    with server_folder() as folder, embedded.join(folder) as server:
        yield server.url


@pytest.fixture(scope="session")
def _template(_server_url: str) -> Iterator[str]:
    """Name of a migrated database that nobody is connected to."""
    with copy(_server_url, "template1") as url:
        engine = engines.create(url)
        engines.check_server(engine)
        upgrade(engine)
        engine.dispose()
        yield name_of(url)


@pytest.fixture(scope="session")
def database_url(_server_url: str, _template: str) -> Iterator[str]:
    """A migrated database for the whole session; what a test commits here others see."""
    with copy(_server_url, _template) as url:
        yield url


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[sa.Engine]:
    """An engine on ``database_url``."""
    engine = engines.create(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection whose transaction is rolled back when the test ends; it must not commit."""
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@pytest.fixture
def fresh_database_url(_server_url: str, _template: str) -> Iterator[str]:
    """A migrated, empty database for one test that commits."""
    with copy(_server_url, _template) as url:
        yield url


@pytest.fixture
def blank_database_url(_server_url: str) -> Iterator[str]:
    """A database for one test without schema and without the extension."""
    with copy(_server_url, "template0") as url:
        yield url


@pytest.fixture
def owned(blank_database_url: str) -> Iterator[tuple[str, str]]:
    """A server of one's own: URL of a database for an owner who is no superuser, and names for two roles."""
    owner, name = (f"mhc_test_{secrets.token_hex(4)}" for _ in range(2))
    admin = engines.create(blank_database_url).execution_options(isolation_level="AUTOCOMMIT")
    database = sa.make_url(blank_database_url).database
    with admin.connect() as connection:
        connection.execute(sa.text("create extension vector"))
        connection.execute(sa.text(f"create role {owner} login createrole password 'x'"))
        connection.execute(sa.text(f'grant create on database "{database}" to {owner}'))
    url = sa.make_url(blank_database_url).set(username=owner, password="x").render_as_string(hide_password=False)
    yield url, name
    with admin.connect() as connection:
        for role in (f"{name}_dagster", f"{name}_app", owner):
            if connection.scalar(sa.text("select 1 from pg_roles where rolname = :role"), {"role": role}):
                connection.execute(sa.text(f"drop owned by {role} cascade"))
                connection.execute(sa.text(f"drop role {role}"))
    admin.dispose()
