"""What every test may use: an environment without the developer's settings, PostgreSQL, and vectors made once.

The server is the embedded one in a folder of its own, or the one that ``MHC_TEST_DATABASE_URL`` names (its user must be
allowed to create databases). Databases are copies of one migrated template, so a fresh one costs a tenth of a second.
"""

import functools
import os
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.db import embedded
from mhc_core.db import engine as engines
from mhc_core.db.embedded.files import Files, is_locked
from mhc_core.db.upgrade import upgrade
from mhc_core.providers.minilm import embedder
from mhc_core.settings import Settings

pytest_plugins = ["fakes.api", "fakes.pipeline"]

_FOREIGN = ("MHC_", "OPENAI_", "AZURE_OPENAI_", "DAGSTER_")
_GIVEN_SERVER = os.environ.get("MHC_TEST_DATABASE_URL")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's variables and nobody's ``.env`` reach a test."""
    for name in list(os.environ):
        if name.startswith(_FOREIGN):
            monkeypatch.delenv(name)
    monkeypatch.setitem(Settings.model_config, "env_file", None)


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


@contextmanager
def _server_folder() -> Iterator[Path]:
    """A temporary folder for an embedded server's state, in memory where there is plenty, stopped and removed after."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 4 * 1024**3
    folder = Path(tempfile.mkdtemp(prefix="mhc-test-", dir=memory if roomy else None))
    try:
        yield folder / "state"
    finally:
        _stop_server(Files(folder / "state"))
        shutil.rmtree(folder, ignore_errors=True)


def _stop_server(files: Files) -> None:
    """Ask the owner to stop now rather than in some seconds."""
    status = files.read_status()
    if status is None:
        return
    while is_locked(files.owner_lock):
        with suppress(ProcessLookupError):
            os.kill(status.owner_pid, signal.SIGTERM)
        time.sleep(0.05)


@pytest.fixture(scope="module")
def module_state_dir() -> Iterator[Path]:
    """An empty state folder for an embedded server that the tests of one module share."""
    with _server_folder() as folder:
        yield folder


@pytest.fixture
def state_dir() -> Iterator[Path]:
    """An empty state folder in which an embedded server can run."""
    with _server_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def _server_url() -> Iterator[str]:
    if _GIVEN_SERVER:
        yield _GIVEN_SERVER
        return
    with _server_folder() as folder, embedded.join(folder) as server:
        yield server.url


@pytest.fixture(scope="session")
def _template(_server_url: str) -> Iterator[str]:
    """Name of a migrated database that nobody is connected to."""
    with _new_database(_server_url, template="template1", prefix="mhc_template") as url:
        engine = engines.create(url)
        engines.check_server(engine)
        upgrade(engine)
        engine.dispose()
        yield sa.make_url(url).database or ""


@contextmanager
def _new_database(server_url: str, template: str, prefix: str) -> Iterator[str]:
    name = f"{prefix}_{secrets.token_hex(6)}"
    admin = engines.create(server_url).execution_options(isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(sa.text(f'create database "{name}" template "{template}" strategy wal_log'))
        yield sa.make_url(server_url).set(database=name).render_as_string(hide_password=False)
        with admin.connect() as connection:
            connection.execute(sa.text(f'drop database "{name}" with (force)'))
    finally:
        admin.dispose()


@pytest.fixture(scope="session")
def database_url(_server_url: str, _template: str) -> Iterator[str]:
    """A migrated database for the whole session; what a test commits here others see."""
    with _new_database(_server_url, _template, "mhc_test") as url:
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
    with _new_database(_server_url, _template, "mhc_fresh") as url:
        yield url


@pytest.fixture
def blank_database_url(_server_url: str) -> Iterator[str]:
    """A database for one test without schema and without the extension."""
    with _new_database(_server_url, "template0", "mhc_blank") as url:
        yield url
