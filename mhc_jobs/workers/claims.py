"""Who is at a run: its process holds a lock of the database's for as long as it works, on whatever machine.

The lock is an advisory one of the session, so PostgreSQL frees it the moment the process dies, and within half a minute
when its machine vanishes (TCP keepalive). A busy run keeps it without doing anything. A process whose connection broke
takes the lock again; one that cannot ends itself, before anybody thinks it dead (``FREE_SECONDS`` in ``launcher``).
"""

import hashlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import dagster as dg
import sqlalchemy as sa
from dagster_postgres.event_log import PostgresEventLogStorage
from dagster_postgres.utils import DagsterPostgresException
from sqlalchemy.exc import DBAPIError

from mhc_core.errors import ConfigurationError

log = logging.getLogger(__name__)

PING_SECONDS = 2.0
LOST_SECONDS = 15.0
"""A process that could not take its lock again for so long ends."""
_SPACE = 0x6D687263
"""First half of the keys, which nothing else in the database uses."""
_VANISHED = (10, 5, 3)
"""Seconds of silence, seconds between probes, probes: then the server takes a connection for dead, 25 s after a cut."""
_STOPPED_SENDING_MS = 15_000
_KEEPALIVE = ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count")
_TRY = sa.text("select pg_try_advisory_lock(cast(:space as integer), cast(:key as integer))")
_HELD = sa.text("""
    select exists (select from pg_locks
                   where locktype = 'advisory' and granted and objsubid = 2 and classid = :space and objid = :key
                     and database = (select oid from pg_database where datname = current_database()))
""")


class Taken(Exception):
    """Another process is at the run."""


def is_held(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Whether a process is at the run."""
    with _storage(instance).index_connection() as connection:
        return bool(connection.scalar(_HELD, {"space": _SPACE, "key": _key(run_id)}))


@contextmanager
def claim(instance: dg.DagsterInstance, run_id: str, lost: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the run's lock.

    Args:
        lost: called from another thread when the lock could not be kept; the process ends when left out.

    Raises:
        Taken: another process holds it.
    """
    held = _Held(instance, run_id, lost or _end)
    held.take()
    stop = threading.Event()
    keeper = threading.Thread(target=held.keep, args=(stop,), name=f"claim of {run_id}", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()
        held.close()


class _Held:
    def __init__(self, instance: dg.DagsterInstance, run_id: str, lost: Callable[[], None]) -> None:
        self._instance = instance
        self._run_id = run_id
        self._lost = lost
        self._connection: sa.Connection | None = None
        url = sa.make_url(_storage(instance).postgres_url).set(drivername="postgresql+psycopg")
        idle, interval, count = _VANISHED
        self._engine = sa.create_engine(
            url,
            poolclass=sa.NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={
                "connect_timeout": 5,
                "keepalives_idle": idle,
                "keepalives_interval": interval,
                "keepalives_count": count,
                "tcp_user_timeout": _STOPPED_SENDING_MS,
                "application_name": f"mhc run {run_id[:8]}",
            },
        )

    def take(self) -> None:
        connection = self._engine.connect()
        try:
            for name, value in zip(_KEEPALIVE, _VANISHED, strict=True):
                connection.execute(sa.text(f"set {name} = {value}"))
            if not connection.scalar(_TRY, {"space": _SPACE, "key": _key(self._run_id)}):
                raise Taken(self._run_id)
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def keep(self, stop: threading.Event) -> None:
        """Look after the connection until told to stop."""
        while not stop.wait(PING_SECONDS):
            try:
                assert self._connection is not None
                self._connection.execute(sa.text("select 1"))
            except DBAPIError:
                if not self._again(stop):
                    log.error("run %s: its lock is lost, it ends", self._run_id)
                    self._lost()
                    return

    def _again(self, stop: threading.Event) -> bool:
        """Take the lock anew. Not for a run that was ended meanwhile: this machine was away for longer than it knew."""
        self.close()
        until = time.monotonic() + LOST_SECONDS
        while time.monotonic() < until and not stop.is_set():
            try:
                self.take()
                run = self._instance.get_run_by_id(self._run_id)
            except Taken:
                return False
            except (DBAPIError, DagsterPostgresException):
                stop.wait(1.0)
                continue
            return run is not None and not run.is_finished
        return stop.is_set()

    def close(self) -> None:
        if self._connection is not None:
            with suppress(DBAPIError):
                self._connection.close()
            self._connection = None


def _end() -> None:
    os._exit(1)


def _key(run_id: str) -> int:
    """Second half of the key, as PostgreSQL shows it in ``pg_locks``: 31 bits of the run's id."""
    return int.from_bytes(hashlib.sha256(run_id.encode()).digest()[:4], "big") & 0x7FFFFFFF


def _storage(instance: dg.DagsterInstance) -> PostgresEventLogStorage:
    storage = instance.event_log_storage
    if not isinstance(storage, PostgresEventLogStorage):
        raise ConfigurationError("runs on other machines need Dagster's storage in PostgreSQL, as dagster.yaml has it")
    return storage
