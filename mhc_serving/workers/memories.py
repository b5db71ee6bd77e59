"""Lets the console forget the texts it remembers when an erasure makes progress. The API looks for itself."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from mhc_core.db.queries import privacy
from mhc_core.language import memories

LOOK_SECONDS = 5.0
log = logging.getLogger(__name__)


@contextmanager
def forgetting(engine: sa.Engine, seconds: float = LOOK_SECONDS) -> Iterator[None]:
    """Look as long as the context lasts."""
    stop = threading.Event()
    thread = threading.Thread(target=_run, args=(engine, seconds, stop), name="memories", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=20)


def _run(engine: sa.Engine, seconds: float, stop: threading.Event) -> None:
    known: object = None
    while not stop.wait(seconds):
        try:
            with engine.connect() as connection:
                found = privacy.state(connection)
        except Exception as error:  # the database is away: what is remembered goes when it is back
            log.warning("erasures are not looked for for now (%s); trying again", type(error).__name__)
            continue
        if found != known:
            memories.forget()
            known = found
