"""The memo of first messages: what this process worked out a while ago and need not work out again.

Most customers begin with one of the same questions. What such a message says follows from its text and the day; what it
is answered follows from the versions too. So everything is forgotten when a version changes or an erasure makes
progress, and after ten minutes. Messages are known by their hashes; one that tells who somebody is is not remembered.
"""

import hashlib
import re
import time
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any, Literal

from cachetools import TTLCache

from mhc_core.concierge.models.live import Live, LiveVersions
from mhc_core.concierge.turn.request import TurnRequest
from mhc_core.response_cache.scope import MAX_CHARS

ENTRIES = 10_000
SECONDS = 600.0

_REACHES = re.compile(r"@|\d(?:[ ().-]{0,2}\d){6}")
Kind = Literal["understanding", "result"]


@dataclass(frozen=True, slots=True)
class MessageKey:
    """A first message on one day, by the hash of its text."""

    day: date
    text: bytes


def message_key(request: TurnRequest, today: date) -> MessageKey | None:
    """The key of a message that begins a conversation; None for any other, a long one, and one with an address or a
    number to reach somebody at, whatever else it is understood to say."""
    if not request.first or len(request.message) > MAX_CHARS or _REACHES.search(request.message):
        return None
    return MessageKey(today, hashlib.sha256(request.message.encode("utf-8", "surrogatepass")).digest())


class FirstMessageMemo:
    """Safe to use from several threads. Holds only what was worked out with the present versions.

    Both are found by the very same text, since punctuation and capitals carry tone and are read by models. Without a
    key nothing is found or kept.
    """

    def __init__(self, live: LiveVersions) -> None:
        self._live = live
        self._entries: TTLCache[tuple[Kind, date, bytes], Any] = TTLCache(ENTRIES, SECONDS, time.monotonic)
        self._lock = Lock()
        live.on_change(self.clear)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()

    def find(self, kind: Kind, live: Live, key: MessageKey | None) -> Any:
        """What was kept of this kind; None where nothing was."""
        if key is None:
            return None
        with self._lock:
            return self._entries.get(_place(kind, key)) if live is self._live.now else None

    def keep(self, kind: Kind, live: Live, key: MessageKey | None, value: object) -> None:
        """Keep what was worked out with ``live``, unless that is the past by now."""
        if key is None:
            return
        with self._lock:
            if live is self._live.now:
                self._entries[_place(kind, key)] = value


def _place(kind: Kind, key: MessageKey) -> tuple[Kind, date, bytes]:
    return kind, key.day, key.text
