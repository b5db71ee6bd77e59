"""Storing turns durably by group commit: who comes first writes for all who wait, in one transaction.

``put`` returns when its turn is on disk. There is no thread of its own: the first caller writes at once; those who come
meanwhile wait, and when the writing is done the first of them writes for all of them. So a lone turn costs one
transaction without a switch of threads, and under load many turns share one transaction.
"""

import logging
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mhc_core.db.engine import autocommit
from mhc_core.db.queries import turns as queries
from mhc_core.db.queries.serving import NewTurn
from mhc_core.db.queries.turns import Turn
from mhc_core.errors import DatabaseUnavailable, NotFound, TransientError
from mhc_core.vocabulary import ConversationStatus

log = logging.getLogger(__name__)

GROUP = 64
"""Turns in one transaction, at most."""
CAPACITY = 1_000
"""Turns waiting, at most; more are refused."""


@dataclass(frozen=True, slots=True)
class Stored:
    """The answer that was stored. ``handed_over`` says that a person had the conversation by then."""

    answer: NewTurn
    handed_over: bool


class CachedAnswerWithdrawn(TransientError):
    """The cached answer that a turn gives was withdrawn, judged or replaced since it was found."""


@dataclass(eq=False, slots=True)
class _Waiting:
    turn: Turn
    result: Stored | Exception | None = None
    wake: threading.Lock = field(default_factory=threading.Lock)


class TurnStore:
    """Writes the turns of one process. Safe to use from several threads; several processes may write at once."""

    def __init__(self, engine: sa.Engine, capacity: int = CAPACITY) -> None:
        self._engine = engine
        self._at_once = autocommit(engine)
        self._capacity = capacity
        self._state = threading.Condition()
        self._queue: deque[_Waiting] = deque()
        self._writing = False
        self._closed = False

    def put(self, turn: Turn) -> Stored:
        """Store a turn; when this returns it is committed. Turns of one conversation are stored in order of arrival.

        Raises:
            NotFound: the conversation does not exist any more, or its words were erased since it was opened.
            CachedAnswerWithdrawn: the cached answer it gives must not be given any more. Nothing was written.
            TransientError: too many turns wait, or the store is closed. Nothing was written.
            DatabaseUnavailable: the connection broke; whether the turn was written is not known.
            sqlalchemy.exc.DBAPIError: the database refused this turn. Other turns are not affected.
        """
        mine = _Waiting(turn)
        mine.wake.acquire()
        with self._state:
            if self._closed:
                raise TransientError("the server is stopping; send the message again")
            if len(self._queue) >= self._capacity:
                raise TransientError("too many messages are waiting; send it again in a few seconds")
            self._queue.append(mine)
            leads, self._writing = not self._writing, True
        if not leads:
            mine.wake.acquire()
        if mine.result is None:
            self._lead(mine)
        if isinstance(mine.result, Stored):
            return mine.result
        raise mine.result or TransientError("the message was not stored; send it again")

    def close(self, timeout: float = 10.0) -> bool:
        """Take no more turns and wait (seconds) until those that wait are stored; whether they all are."""
        with self._state:
            self._closed = True
            return self._state.wait_for(lambda: not self._writing, timeout)

    def _lead(self, mine: _Waiting) -> None:
        """Write a group that holds one's own turn, wake those who are in it, and leave the lead to who waits next."""
        group = self._take()
        try:
            self._write(group)
        finally:
            with self._state:
                following = self._queue[0] if self._queue else None
                if following is None:
                    self._writing = False
                    self._state.notify_all()
            for waiting in (*group, *([following] if following else [])):
                if waiting is not mine:
                    waiting.wake.release()

    def _take(self) -> list[_Waiting]:
        """The next turns from the queue, of each conversation only the first."""
        group: dict[object, _Waiting] = {}
        with self._state:
            later: list[_Waiting] = []
            while self._queue and len(group) < GROUP:
                waiting = self._queue.popleft()
                if group.setdefault(waiting.turn.conversation_id, waiting) is not waiting:
                    later.append(waiting)
            self._queue.extendleft(reversed(later))
        return list(group.values())

    def _write(self, group: Sequence[_Waiting]) -> None:
        """Store a group; when the database refuses it, one by one, so that only the turn at fault fails."""
        try:
            self._store(group)
        except Exception as error:
            if _gone(error):
                for waiting in group:
                    waiting.result = DatabaseUnavailable("the database does not answer; try again in a few seconds")
                log.warning("%d turns were not stored: the database does not answer", len(group))
            elif len(group) == 1:
                group[0].result = error
            else:
                log.warning("a group of %d turns was refused (%s): one by one", len(group), type(error).__name__)
                for waiting in group:
                    self._write([waiting])

    def _store(self, group: Sequence[_Waiting]) -> None:
        if all(_stands_alone(waiting.turn) for waiting in group):
            with self._at_once.connect() as connection:
                refused = queries.write(connection, [(waiting.turn, waiting.turn.answer) for waiting in group])
            results = {waiting: _decide(waiting.turn, {}) for waiting in group}
        else:
            with self._engine.begin() as connection:
                existing = [waiting.turn.conversation_id for waiting in group if waiting.turn.begins is None]
                states = queries.lock(connection, existing) if existing else {}
                results = {waiting: _decide(waiting.turn, states) for waiting in group}
                given = [(one.turn, result.answer) for one, result in results.items() if isinstance(result, Stored)]
                refused = queries.write(connection, given) if given else set()
        for waiting, result in results.items():
            gone = waiting.turn.conversation_id in refused
            waiting.result = (
                CachedAnswerWithdrawn("this answer was just withdrawn; send the message again") if gone else result
            )


def _stands_alone(turn: Turn) -> bool:
    """Whether a turn is written with the one statement that all turns share: then no transaction has to be opened."""
    return turn.begins is not None and not turn.rows and not turn.effects


def _decide(turn: Turn, states: dict[UUID, tuple[ConversationStatus, bool]]) -> Stored | Exception:
    """Which answer to store, now that nobody else can change the conversation."""
    if turn.begins is not None:
        return Stored(turn.answer, False)
    if turn.conversation_id not in states:
        return NotFound("there is no such conversation any more; leave its id out to start one")
    status, erased = states[turn.conversation_id]
    if erased:
        return NotFound("this conversation was erased; leave its id out to start another")
    handed_over = status is ConversationStatus.ESCALATED
    if handed_over and turn.waiting is not None:
        return Stored(turn.waiting(), True)
    return Stored(turn.answer, handed_over)


def _gone(error: Exception) -> bool:
    """Whether the connection broke or could not be had: then trying each turn alone makes no sense."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    broken = type(error).__name__ in ("OperationalError", "InterfaceError") and state is None
    return error.connection_invalidated or broken or (state or "").startswith(("08", "57P"))
