"""Watches for alerts and sends them, in a thread beside the API and the console, so that neither needs the pipeline."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import sqlalchemy as sa

from mhc_core.monitoring.alerts.watching import LOOK_SECONDS, Watcher, watcher
from mhc_core.settings import Settings

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The time of the system, in UTC."""
    return datetime.now(UTC)


@contextmanager
def watching(engine: sa.Engine, settings: Settings, clock: Callable[[], datetime] = utc_now) -> Iterator[None]:
    """Watch as long as the context lasts. Any number of processes may.

    Raises:
        ConfigurationError: the rules or an address of a channel cannot be read.
    """
    made, stop = watcher(engine, settings), threading.Event()
    thread = threading.Thread(target=_run, args=(made, clock, stop), name="alerts", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=20)


def _run(made: Watcher, clock: Callable[[], datetime], stop: threading.Event) -> None:
    while not stop.wait(LOOK_SECONDS):
        try:
            made.watch(clock)
        except Exception as error:
            log.warning("alerts are not watched for now (%s); trying again", type(error).__name__)
