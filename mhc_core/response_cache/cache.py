"""Looking answers up, keeping them, and hearing how they did.

Everything is in the database and nothing in the process, so a withdrawal counts for every replica at once.
"""

import functools
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from mhc_core.db.queries import response_cache as queries
from mhc_core.db.queries.turns import CachedAnswer
from mhc_core.language.similarity import RIGHT, similarities
from mhc_core.protocols import Embedder
from mhc_core.response_cache import admission, verifier
from mhc_core.response_cache.normalise import normalised
from mhc_core.response_cache.question_facts import read, read_stored
from mhc_core.response_cache.scope import Scope

LIFETIME = timedelta(hours=1)
EXPLORED = 0.02
"""Share of similar-question hits that are answered anew all the same, to learn whether the cached answer was right."""
CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """A cached answer for a question. ``log_odds`` is infinite for the very same question."""

    cached: CachedAnswer
    answer: Mapping[str, Any]
    log_odds: float
    allowed: bool = True

    @property
    def exact(self) -> bool:
        """Whether it was kept for the same question, apart from spelling."""
        return self.log_odds == float("inf")

    @property
    def notes(self) -> dict[str, Any]:
        """What the answer's message must carry in its metadata, so that a thumb finds the entry again."""
        odds = {} if self.exact else {"cache_log_odds": round(self.log_odds, 4)}
        return {"cache_entry": self.cached.entry_id} | odds


@dataclass(frozen=True, slots=True)
class CacheCandidate:
    """Under which bounds an answer may be cached. ``compared`` is a cached one that this one shows right or wrong."""

    scope: Scope
    question: str
    vector: NDArray[np.float32]
    compared: Hit | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """An answer to cache for the next customer who asks the same. ``message_id`` is the stored message that gave it."""

    candidate: CacheCandidate
    answer: Mapping[str, Any]
    message_id: UUID


def similar(
    connection: sa.Connection,
    scope: Scope,
    question: str,
    vector: NDArray[np.float32],
    now: datetime,
    max_error: float,
) -> Hit | None:
    """The best cached answer whose question is the same or has the same facts; ``allowed`` says if it may be given.

    One that may not is still worth comparing with the new answer: see :func:`explored`.
    """
    if not (normal := normalised(question)):
        return None
    asked, best = read(question), None
    for near in queries.nearest(connection, scope.digest, _sha256(normal), vector, now, CANDIDATES):
        if near.same:
            return _very_same(near)
        log_odds = verifier.log_odds(asked, read_stored(near.question), near.cosine)
        if log_odds is None:
            continue
        allowed = max_error > 0 and admission.may_answer(log_odds, near.outcomes, max_error)
        if best is None or (allowed, log_odds) > (best.allowed, best.log_odds):
            best = Hit(CachedAnswer(near.id, near.admitted_at, True, near.judged_at), near.answer, log_odds, allowed)
    return best


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
        normal = normalised(asked.question)
        if normal and harmless(asked.question) and harmless(str(offer.answer.get("text", ""))):
            key = (asked.scope.digest, _sha256(normal))
            entry = queries.Entry(*key, asked.question, asked.vector, offer.answer, offer.message_id)
            entries.setdefault(key, entry)
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


def explored(
    connection: sa.Connection, hit: Hit, message_id: UUID, new_text: str, embedder: Embedder, now: datetime
) -> bool:
    """Compare a similar question's cached answer with one made anew, note the outcome, and return it."""
    similarity = float(similarities([new_text], [str(hit.answer["text"])], embedder)[0])
    correct = similarity >= RIGHT
    queries.record_outcome(connection, hit.cached.entry_id, message_id, "explore", hit.log_odds, correct, now)
    return correct


def thumb(connection: sa.Connection, message_id: UUID, up: bool, now: datetime) -> int:
    """Hear a customer's thumb on an answer: down withdraws every entry it came from or became; how many were withdrawn.

    Raises nothing for an answer that has no entry.
    """
    entries = queries.entries_of_message(connection, message_id)
    for entry_id, log_odds in entries:
        if log_odds:
            queries.record_outcome(connection, entry_id, message_id, "thumb", log_odds, up, now)
    return 0 if up or not entries else queries.withdraw(connection, [entry for entry, _ in entries], now)


def rated(connection: sa.Connection, message_id: UUID | None, verdict: str | None, now: datetime) -> None:
    """:func:`thumb` for a stored rating, which may be of no answer and without a verdict."""
    if message_id is not None and verdict is not None:
        thumb(connection, message_id, verdict == "up", now)


def _very_same(kept: queries.CachedEntry) -> Hit:
    return Hit(CachedAnswer(kept.id, kept.admitted_at), kept.answer, float("inf"))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
