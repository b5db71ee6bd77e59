"""Looking answers up, keeping them, and hearing how they did.

Everything is in the database and nothing in the process, so a withdrawal counts for every replica at once.
"""

import functools
import hashlib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries import response_cache as queries
from mhc_core.db.queries.turns import CachedAnswer
from mhc_core.response_cache.meaning import contrasted
from mhc_core.response_cache.scope import Scope

LIFETIME = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Hit:
    """A kept answer for a question. ``exact`` says that it was kept for the very same words."""

    cached: CachedAnswer
    answer: Mapping[str, Any]
    exact: bool

    @property
    def notes(self) -> dict[str, Any]:
        """What the answer's message must carry in its metadata, so that a thumb finds the entry again."""
        return {"cache_entry": self.cached.entry_id}


@dataclass(frozen=True, slots=True)
class CacheCandidate:
    """Under which bounds an answer may be kept. ``meaning`` is that of its question (``meaning.meaning``), if any."""

    scope: Scope
    question: str
    meaning: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """An answer to keep for the next customer who asks the same. ``message_id`` is the stored message that gave it."""

    candidate: CacheCandidate
    answer: Mapping[str, Any]
    message_id: UUID


def find(connection: sa.Connection, asked: CacheCandidate, now: datetime) -> Hit | None:
    """The answer kept for the very question, else the newest for one that means the same."""
    spelled = _spelled(asked.question)
    if not spelled:
        return None
    for kept in queries.find(connection, asked.scope.digest, _sha256(spelled), asked.meaning, now):
        if kept.same or not contrasted(asked.question, kept.question):
            return Hit(CachedAnswer(kept.id, kept.admitted_at), kept.answer, kept.same)
    return None


def admit(
    connection: sa.Connection, offers: Sequence[Offer], now: datetime, harmless: Callable[[str], bool]
) -> list[int]:
    """Keep answers for an hour; the entries made.

    ``harmless`` says whether a text holds no personal data (:func:`harmless_by`). Not kept: a question with personal
    data or without words, one that is kept already or whose answer was withdrawn, one whose customer was erased
    meanwhile, and all but the first of several offers for one question.
    """
    harmless = functools.cache(harmless)
    entries: dict[tuple[str, str], queries.Entry] = {}
    for offer in offers:
        asked = offer.candidate
        spelled = _spelled(asked.question)
        if any(map(str.isalnum, spelled)) and harmless(asked.question) and harmless(str(offer.answer.get("text", ""))):
            key = (asked.scope.digest, _sha256(spelled))
            entries.setdefault(key, queries.Entry(*key, asked.question, asked.meaning, offer.answer, offer.message_id))
    return queries.admit(connection, list(entries.values()), now, now + LIFETIME) if entries else []


def harmless_by(scrub: Callable[[str], Any]) -> Callable[[str], bool]:
    """A check that a scrubber finds nothing in a text; a text it refuses is not harmless."""
    from mhc_core.errors import ScrubRefused

    def harmless(text: str) -> bool:
        try:
            result = scrub(text)
        except ScrubRefused:
            return False
        return not result.findings and bool(result.safe_for_training)

    return harmless


def thumb(connection: sa.Connection, message_id: UUID, up: bool, now: datetime) -> int:
    """Hear a customer's thumb on an answer: down withdraws every entry it came from or became; how many were withdrawn.

    Raises nothing for an answer that has no entry.
    """
    return 0 if up else queries.withdraw(connection, queries.entries_of_message(connection, message_id), now)


def rated(connection: sa.Connection, message_id: UUID | None, verdict: str | None, now: datetime) -> None:
    """:func:`thumb` for a stored rating, which may be of no answer and without a verdict."""
    if message_id is not None and verdict is not None:
        thumb(connection, message_id, verdict == "up", now)


def _spelled(question: str) -> str:
    """The question in one case and Unicode form with single blanks: all else in it may change what a model says."""
    return " ".join(unicodedata.normalize("NFKC", question).casefold().split())


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
