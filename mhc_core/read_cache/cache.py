"""Kept results of reads. A result is given again only while what it was read from is as it was.

*Stale* is a result that lacks a write whose commit was acknowledged before the read began. In the mode ``checked`` none
is given: each look at the cache reads the versions of all kinds first, one row each, and the trigger of a write
raises the version in the write's own transaction. The data are read after the version, so what is kept under a version
is as new as that version or newer.

In the mode ``notified`` the version is not read; a NOTIFY of the writing transaction drops the results. It reaches
another process a moment after the commit, and a read in that moment may be stale. In both modes nothing is kept or
given while this process does not listen.
"""

import threading
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, Protocol, TypeVar

import sqlalchemy as sa
from cachetools import LRUCache

from mhc_core.db.queries import read_versions
from mhc_core.db.queries.read_versions import Kind

Mode = Literal["checked", "notified", "off"]
LIFETIME_SECONDS: Mapping[Kind, float] = {Kind.AVAILABILITY: 60, Kind.CALENDAR: 300, Kind.KNOWLEDGE: 300}
"""The longest that a result is given. What no trigger sees (a clock, a hand in the database) shows after it."""
RESULTS = 512
"""So many results are kept at most; those longest not asked for go first."""

T = TypeVar("T")


class Result(StrEnum):
    """What a read came to: kept, loaded and kept, or loaded because nothing may be kept now."""

    HIT = "hit"
    MISS = "miss"
    BYPASS = "bypass"


class Counting(Protocol):
    """Where reads are counted. ``saved`` are the statements that were not sent because of a hit."""

    def read(self, kind: str, result: str, saved: int) -> None:
        """A read was answered."""

    def checked(self) -> None:
        """The versions were read: one statement."""


@dataclass(frozen=True, slots=True)
class _Kept:
    version: int
    until: float
    value: Any


class ReadCache:
    """The results that one process keeps. Safe to use from several threads.

    Args:
        counting: told of each read.
        listen: called when the cache is first looked at: begins to listen (``listener.Listener.start``).
        clock: seconds, for lifetimes.
    """

    def __init__(
        self,
        mode: Mode,
        counting: Counting,
        listen: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.mode = mode
        self.counting = counting
        self._listen = listen
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: LRUCache[tuple[Kind, Hashable], _Kept] = LRUCache(RESULTS)
        self._changes = 0
        self._listening = False

    def look(self, connection: sa.Connection) -> "Look":
        """A look at the cache, for one request: what is asked of it is as new as the moment of its first question."""
        if self.mode != "off":
            self._listen()
        return Look(self, connection)

    def begin(self) -> None:
        """This process listens from now on. What was kept before is dropped: writes may have been missed."""
        with self._lock:
            self._forget(None)
            self._listening = True

    def lost(self) -> None:
        """This process hears of no write any more: everything is dropped, and nothing kept until it listens again."""
        with self._lock:
            self._forget(None)
            self._listening = False

    def changed(self, kind: Kind) -> None:
        """A write has changed what results of a kind are read from."""
        with self._lock:
            self._forget(kind)

    def _forget(self, kind: Kind | None) -> None:
        self._changes += 1
        for place in [place for place in self._kept if kind in (None, place[0])]:
            del self._kept[place]

    def state(self) -> tuple[bool, int]:
        """Whether results may be kept and given now, and a number that changes with each drop."""
        with self._lock:
            return self._listening and self.mode != "off", self._changes

    def kept(self, kind: Kind, key: Hashable, version: int) -> tuple[Any] | None:
        """A result of this version that has not expired, in a tuple; None where there is none."""
        with self._lock:
            found = self._kept.get((kind, key))
        return (found.value,) if found and found.version == version and found.until > self._clock() else None

    def keep(self, kind: Kind, key: Hashable, version: int, value: object, since: int) -> None:
        """Keep a result, unless something was dropped after ``since`` (``state``): it may have been meant too."""
        until = self._clock() + LIFETIME_SECONDS[kind]
        with self._lock:
            if self._listening and self._changes == since:
                self._kept[kind, key] = _Kept(version, until, value)


class Look:
    """One request's use of the cache, over its connection. The versions are read once, with the first question."""

    def __init__(self, cache: ReadCache, connection: sa.Connection) -> None:
        self._cache = cache
        self._connection = connection
        self._versions: Mapping[Kind, int] | None = None

    def read(self, kind: Kind, key: Hashable, load: Callable[[sa.Connection], T], statements: int = 1) -> T:
        """The kept result of ``key``, or what ``load`` reads now.

        Args:
            load: reads from the database with so many ``statements``. What it gives is shared by all who ask: nobody
                may change it.
        """
        cache = self._cache
        usable, since = cache.state()
        if not usable:
            cache.counting.read(kind, Result.BYPASS, 0)
            return load(self._connection)
        version = self._version(kind)
        if (found := cache.kept(kind, key, version)) is not None:
            cache.counting.read(kind, Result.HIT, statements)
            value: T = found[0]
            return value
        value = load(self._connection)
        cache.keep(kind, key, version, value, since)
        cache.counting.read(kind, Result.MISS, 0)
        return value

    def _version(self, kind: Kind) -> int:
        if self._cache.mode == "notified":
            return 0
        if self._versions is None:
            self._cache.counting.checked()
            self._versions = read_versions.read(self._connection)
        return self._versions.get(kind, -1)
