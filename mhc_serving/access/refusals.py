"""Refused API keys in the audit log: which key, how often, never the key itself; a flood is a row a minute.

The first refusal is written at once. Those of the next ``PERIOD`` are counted and written together with the first one
after it, or when any key is looked up after it. Counts that a process had not yet written end with it.
"""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from mhc_serving.access.keys import KeyRefused

PERIOD = timedelta(minutes=1)
ACTION = "key.refused"


@dataclass
class _Count:
    """Refusals of one kind since the last row."""

    written_at: datetime
    since: datetime
    times: int = 0


class Refusals:
    """Counts the refusals of one process. Safe to use from several threads.

    There are as many counts as keys that once existed, and one for all that never did.
    """

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], _Count] = {}
        self._lock = threading.Lock()

    def note(self, refused: KeyRefused, now: datetime) -> None:
        """Count a refusal."""
        kind = (f"api_key:{'unknown' if refused.key_id is None else refused.key_id}", refused.reason)
        with self._lock:
            count = self._counts.setdefault(kind, _Count(now - PERIOD, now))
            count.since = count.since if count.times else now
            count.times += 1

    def due(self, now: datetime) -> list[tuple[str, dict[str, str | int]]]:
        """(subject, details) of the rows that are to be written now; they count as written."""
        rows: list[tuple[str, dict[str, str | int]]] = []
        with self._lock:
            for (subject, reason), count in self._counts.items():
                if count.times and now - count.written_at >= PERIOD:
                    rows.append((subject, {"reason": reason, "times": count.times, "since": count.since.isoformat()}))
                    count.times, count.written_at = 0, now
        return rows
