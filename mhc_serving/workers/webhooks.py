"""Sends webhooks in a thread of its own, so that no customer ever waits for another system."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from mhc_core.support.webhooks import AT_ONCE, Sender

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often the outbox is looked at."""


class WebhookWorker:
    """One thread that sends what is due. Several servers may run one each."""

    def __init__(self, engine: sa.Engine, sender: Sender | None, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._sender = sender
        self._clock = clock
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, where there is something to send to."""
        if self._sender is not None:
            self._thread = threading.Thread(target=self._run, args=(self._sender,), name="webhooks", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop after the one that is being sent."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=15)

    def _run(self, sender: Sender) -> None:
        pause = 0.0
        while not self._stop.wait(pause):
            pause = LOOK_SECONDS
            try:
                if sender.send_due(self._engine, self._clock) == AT_ONCE:
                    pause = 0.0
            except Exception as error:
                log.warning("webhooks are not sent now (%s); trying again", type(error).__name__)
        sender.close()
