"""The connection on which a process hears that what it keeps has changed."""

import logging
import threading
from contextlib import suppress

import psycopg
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from mhc_core.db.engine import autocommit
from mhc_core.db.queries import read_versions
from mhc_core.db.queries.read_versions import Kind
from mhc_core.read_cache.cache import ReadCache

log = logging.getLogger(__name__)
_WAIT_SECONDS = 0.2
_SILENCE_SECONDS = 5.0
"""A connection on which nothing came for so long is asked whether it lives."""
_AGAIN_SECONDS = 0.5


class Listener:
    """Listens in a thread of its own, on a connection of its own, from ``start`` to ``stop``.

    When the connection breaks the cache is told (``ReadCache.lost``) and another one is made every half second.
    Behind a pool that shares connections between transactions nothing can be heard: nothing is kept then.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._cache: ReadCache | None = None
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def tell(self, cache: ReadCache) -> None:
        """Whom to tell."""
        self._cache = cache

    def start(self) -> None:
        """Begin to listen; does nothing when that was begun already, or ``stop`` was called."""
        if self._thread is not None:
            return
        with self._lock:
            if self._thread is None and not self._over.is_set():
                self._thread = threading.Thread(target=self._run, name="read-cache", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End. Returns when the thread has ended, after a quarter of a second as a rule."""
        with self._lock:
            self._over.set()
        if self._thread is not None:
            self._thread.join(timeout=15)

    def _run(self) -> None:
        cache = self._cache
        assert cache is not None
        while not self._over.is_set():
            try:
                self._hear(cache)
            except (SQLAlchemyError, psycopg.Error) as error:
                log.warning("what is kept of reads is dropped: nothing is heard of writes (%s)", type(error).__name__)
            finally:
                cache.lost()
            self._over.wait(_AGAIN_SECONDS)

    def _hear(self, cache: ReadCache) -> None:
        with autocommit(self._engine).connect() as connection:
            driver = connection.connection.driver_connection
            assert isinstance(driver, psycopg.Connection)
            connection.detach()  # it never goes back to the pool: it would go on listening there
            read_versions.listen(connection)
            cache.begin()
            silent = 0.0
            while not self._over.is_set():
                heard = list(driver.notifies(timeout=_WAIT_SECONDS, stop_after=1))
                for one in heard:
                    with suppress(ValueError):  # a kind of a later version: this one keeps none of it
                        cache.changed(Kind(one.payload))
                silent = 0.0 if heard else silent + _WAIT_SECONDS
                if silent >= _SILENCE_SECONDS:
                    driver.execute("")
                    silent = 0.0
