"""What this process worked out a while ago and need not work out again: intents of messages, and first replies.

Both are found by the hash of the message as the response cache spells it (:func:`spelling`), without case, punctuation
and courtesies, and both follow from the message and the versions alone.
"""

import hashlib
import time
from datetime import date
from threading import Lock

from cachetools import LRUCache, TTLCache

from mhc_core.concierge.agents.reply import Question, Reply
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.models.live import Live
from mhc_core.response_cache.normalise import normalised
from mhc_core.response_cache.scope import MAX_CHARS
from mhc_core.vocabulary import Intent

INTENTS = 10_000
REPLIES = 2_000
REPLIES_SECONDS = 600.0


class KnownIntents:
    """Messages that were answered, with what the live model's classifier took them for and its probability: they need
    not be embedded again. None where it was not asked."""

    def __init__(self) -> None:
        self._known: LRUCache[tuple[str | None, str | None, bytes], tuple[Intent, float] | None] = LRUCache(INTENTS)
        self._lock = Lock()

    def seen(self, live: Live, spelled: bytes) -> bool:
        """Whether a message was answered with this model a while ago."""
        with self._lock:
            return (live.model_id, live.artifact_sha256, spelled) in self._known

    def find(self, live: Live, spelled: bytes) -> tuple[Intent, float] | None:
        """The intent that this model found, if it was asked."""
        with self._lock:
            return self._known.get((live.model_id, live.artifact_sha256, spelled))

    def keep(self, live: Live, spelled: bytes, found: tuple[Intent, float] | None) -> None:
        """Remember a message, and what the model found."""
        with self._lock:
            self._known[live.model_id, live.artifact_sha256, spelled] = found


class RecentReplies:
    """Replies to messages that began a conversation, given again for some minutes. All go when any version changes.

    They are kept answers of the response cache, which are looked at once more when they are stored, and what
    deterministic models gave where that cache holds none: it never keeps answers about bookings, dates or complaints,
    nor those given with a doubt. A kept answer to another wording is not explored anew at each repetition: the same
    pair of questions would count as often as it is asked.
    """

    def __init__(self) -> None:
        self._live = Live()
        self._known: TTLCache[tuple[bytes, date], Reply] = TTLCache(REPLIES, REPLIES_SECONDS, time.monotonic)
        self._lock = Lock()

    def find(self, live: Live, question: Question, spelled: bytes, today: date) -> Reply | None:
        """The reply given to this question today by these very versions."""
        if not _anybody_could_begin_with(question):
            return None
        with self._lock:
            return self._known.get((spelled, today)) if live is self._live else None

    def keep(self, live: Live, spelled: bytes, today: date, reply: Reply) -> None:
        """Remember the reply to a message, if it is repeatable."""
        if not reply.repeatable:
            return
        with self._lock:
            if live is not self._live:
                self._live = live
                self._known.clear()
            self._known[spelled, today] = reply

    def forget(self, spelled: bytes) -> None:
        """Give the reply to this message no more."""
        with self._lock:
            for key in [key for key in self._known if key[0] == spelled]:
                del self._known[key]


def repeats(question: Question, reply: Reply, live: Live) -> bool:
    """Whether the next customer who begins with this message today would get this reply: it rests on passages that
    were found, no model failed or differs from call to call, and no time of day is in it."""
    plain = reply.escalation is None and "fallback" not in reply.notes and bool(reply.evidence)
    return (
        plain
        and _anybody_could_begin_with(question)
        and all(getattr(model, "deterministic", False) for model in live.models)
    )


def _anybody_could_begin_with(question: Question) -> bool:
    begins = not question.turns and question.before == Facts()
    return begins and not question.facts.identifying and len(question.text) <= MAX_CHARS


def spelling(message: str) -> bytes:
    """The hash by which a message is known."""
    return hashlib.sha256((normalised(message) or message).encode("utf-8", "surrogatepass")).digest()
