"""Replies that deterministic models gave to messages that began a conversation.

Such a reply follows from the message, the versions and the day alone. It is worked out once and then given again for
some minutes, where the response cache holds none: that one never keeps answers about bookings, dates or complaints, nor
those given with a doubt. Replies are found by the hash of the message, and all go when any version changes.
"""

import hashlib
import time
from datetime import date
from threading import Lock

from cachetools import TTLCache

from mhc_core.response_cache.scope import MAX_CHARS
from mhc_serving.agents.reply import Question, Reply
from mhc_serving.live import Live
from mhc_serving.memory import Facts

KEPT = 2_000
KEPT_SECONDS = 600.0


class RecentReplies:
    """The replies of one process. Safe to use from several threads."""

    def __init__(self) -> None:
        self._live = Live()
        self._known: TTLCache[tuple[bytes, date], Reply] = TTLCache(KEPT, KEPT_SECONDS, time.monotonic)
        self._lock = Lock()

    def find(self, live: Live, question: Question, today: date) -> Reply | None:
        """The reply given to this very message today by these very versions."""
        if not _begins(question):
            return None
        with self._lock:
            return self._known.get(_key(question, today)) if live is self._live else None

    def keep(self, live: Live, question: Question, today: date, reply: Reply) -> None:
        """Remember a reply where the next customer with this message would get the same one: it rests on passages that
        were found, no model failed, and no time of day is in it."""
        if not _begins(question) or not reply.evidence or reply.escalation is not None or "fallback" in reply.notes:
            return
        if not all(getattr(model, "deterministic", False) for model in live.models):
            return
        with self._lock:
            if live is not self._live:
                self._live = live
                self._known.clear()
            self._known[_key(question, today)] = reply


def _begins(question: Question) -> bool:
    return not question.turns and question.before == Facts() and len(question.text) <= MAX_CHARS


def _key(question: Question, today: date) -> tuple[bytes, date]:
    return hashlib.sha256(question.text.encode("utf-8", "surrogatepass")).digest(), today
