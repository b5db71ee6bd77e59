"""A candidate answers some turns unseen, in the background, and is compared with what the customer was shown.

Only scores are kept. The queue is short: when the candidate is slower than customers write, turns are left out and
counted, and nobody ever waits.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from queue import Full, Queue
from typing import Protocol

import sqlalchemy as sa

from mhc_core.db.queries import rollout_shadow as queries
from mhc_core.db.queries.rollout_shadow import Pair
from mhc_core.protocols import Embedder
from mhc_core.providers import attribution
from mhc_core.rollout.shadow import AGREES_FROM
from mhc_core.vocabulary import Intent

log = logging.getLogger(__name__)

WAITING = 32
"""Turns waiting for the candidate, at most; more are left out."""


class Said(Protocol):
    """An answer's words and how sure its model was, 0..1."""

    @property
    def text(self) -> str: ...

    @property
    def confidence(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn to compare: what was shown, and what makes the candidate's answer."""

    rollout_id: int
    intent: Intent
    shown: Said
    embedder: Embedder
    answer: Callable[[], Said]


class ShadowWorker:
    """One thread that asks the candidate. ``offer`` may be called from several threads and never waits."""

    def __init__(self, engine: sa.Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock
        self._turns: Queue[Turn | None] = Queue(WAITING)  # None wakes the thread up to see that it is to stop
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._counting = threading.Lock()
        self._counts = {"compared": 0, "dropped": 0, "failed": 0}

    @property
    def counts(self) -> dict[str, int]:
        """Turns compared, dropped because the queue was full, and failed, since this server started."""
        return dict(self._counts)

    def start(self) -> None:
        """Begin to compare."""
        self._thread = threading.Thread(target=self._run, name="rollout-shadow", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop after the turn that is being compared."""
        self._stop.set()
        with suppress(Full):
            self._turns.put_nowait(None)
        if self._thread is not None:
            self._thread.join(timeout=15)

    def offer(self, turn: Turn) -> None:
        """Compare this turn some time, or drop it."""
        try:
            self._turns.put_nowait(turn)
        except Full:
            self._count("dropped")

    def _run(self) -> None:
        while (turn := self._turns.get()) is not None and not self._stop.is_set():
            try:
                self._compare(turn)
            except Exception as error:
                self._count("failed")
                log.warning("a candidate's unseen answer failed (%s)", type(error).__name__)

    def _compare(self, turn: Turn) -> None:
        started = time.perf_counter()
        with attribution.calls_for(feature="shadow"):
            said = turn.answer()
        took_ms = (time.perf_counter() - started) * 1000
        shown, unseen = turn.embedder.embed([turn.shown.text, said.text])
        similarity = float(shown @ unseen)
        pair = Pair(
            turn.rollout_id,
            turn.intent,
            similarity,
            similarity >= AGREES_FROM,
            min(1.0, max(0.0, said.confidence)),
            min(1.0, max(0.0, turn.shown.confidence)),
            took_ms,
            self._clock(),
        )
        with self._engine.begin() as connection:
            queries.save(connection, [pair])
        self._count("compared")

    def _count(self, what: str) -> None:
        with self._counting:
            self._counts[what] += 1
