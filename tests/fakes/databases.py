"""PostgreSQL for the tests: a server whose folder lies in memory, and databases that are copies of others."""

import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa

from fakes.waiting import until
from mhc_core.db import engine as engines
from mhc_core.db.embedded.files import Files, is_locked


@contextmanager
def server_folder() -> Iterator[Path]:
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

    def stopped() -> bool:
        if is_locked(files.owner_lock):
            with suppress(ProcessLookupError):
                os.kill(status.owner_pid, signal.SIGTERM)
            return False
        return True

    until(stopped, 60)


@contextmanager
def copy(server_url: str, template: str) -> Iterator[str]:
    """The URL of a database that is a copy of ``template``, to which nobody may be connected."""
    name = f"mhc_test_{secrets.token_hex(6)}"
    admin = engines.create(server_url).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'create database "{name}" template "{template}" strategy wal_log'))
    try:
        yield sa.make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(sa.text(f'drop database "{name}" with (force)'))
        admin.dispose()


def name_of(url: str) -> str:
    """The name of the database that a URL leads to, to be the template of copies."""
    return sa.make_url(url).database or ""
