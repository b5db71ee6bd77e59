"""Cached answers as a turn uses them: looked up before an agent is asked, offered in the background after an answer.

Only a first message that tells nothing of its customer alone is looked up or cached, and only an answer that its agent
gave without reserve. What is cached is shown to hold no personal data first; the scrubber for that is loaded with the
first answer that is worth it.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from queue import Empty, Full, Queue
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from mhc_core.concierge import timing
from mhc_core.concierge.agents.reply import Question, Reply
from mhc_core.concierge.models.live import Live
from mhc_core.concierge.turn.request import TurnResult
from mhc_core.db.engine import autocommit
from mhc_core.protocols import Passage
from mhc_core.response_cache import cache
from mhc_core.response_cache.cache import CacheCandidate, Hit, Offer
from mhc_core.response_cache.meaning import meaning
from mhc_core.response_cache.scope import AGENT, Scope, shareable
from mhc_core.scrubbing import loading
from mhc_core.settings import Settings
from mhc_core.understanding.result import SlotName
from mhc_core.vocabulary import Intent

log = logging.getLogger(__name__)

WAITING = 500
"""Answers waiting to be cached, at most; more are dropped."""
GATHERED_SECONDS = 0.2
"""How long answers are gathered: they are checked and written together."""
AT_ONCE = 16
_DOUBTS = frozenset(["fallback", "offered_person", "unsupported", "withheld"])
"""Notes of an answer that stands in for a better one."""
_IDENTIFYING = frozenset({SlotName.NAME, SlotName.PHONE, SlotName.EMAIL, SlotName.ADDRESS})
"""What tells who somebody is, in whatever act it was said and whether or not it became a fact."""


class ResponseCache:
    """The cached answers of one app. Safe to use from several threads."""

    def __init__(self, settings: Settings, engine: sa.Engine, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._engine = engine
        self._reads = autocommit(engine)
        self._clock = clock
        self._offers: Queue[Offer | None] = Queue(WAITING)  # None wakes the thread up to see that it is to stop
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to keep answers."""
        self._thread = threading.Thread(target=self._run, name="response-cache", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop after the answers that are being written."""
        self._stop.set()
        with suppress(Full):
            self._offers.put_nowait(None)
        if self._thread is not None:
            self._thread.join(timeout=15)

    def find(self, question: Question, prompt_id: str, live: Live) -> tuple[TurnResult | None, CacheCandidate | None]:
        """The answer kept for this question or for its meaning; else how the one that is made now may be kept, which is
        None where answers to it are not shared."""
        scope = _scope(question, prompt_id, live)
        if scope is None:
            return None, None
        asked = CacheCandidate(scope, question.text, self._meaning(question, live))
        with timing.part("cache"), self._reads.connect() as connection:
            hit = cache.find(connection, asked, self._clock())
        return (None, asked) if hit is None else (TurnResult(_reply(hit, live), hit.cached), None)

    def _meaning(self, question: Question, live: Live) -> str | None:
        """What the question means: the words that would be quoted, its slots, numbers and conditions."""
        if live.article_selector is None or live.embedder is None or self._settings.kept_from >= 1:
            return None
        try:
            with timing.part("embedding"):
                vector = live.embedder.embed([question.text])[0]
        except Exception as error:
            log.warning("skipped the look-up by meaning: the embedder failed (%s)", type(error).__name__)
            return None
        found = live.article_selector.passages(question.text, vector, 1)
        if not found or (found[0].probability or 0.0) < self._settings.kept_from:
            return None
        slots = question.understood.slots if question.understood is not None else ()
        return meaning(f"{found[0].article_id} {found[0].content}", question.text, slots)

    @staticmethod
    def admissible(reply: Reply) -> bool:
        """Whether an answer is one to give again: it stands for itself and sets nothing in motion."""
        return reply.escalation is None and reply.booking is None and _DOUBTS.isdisjoint(reply.notes)

    def offer(self, candidate: CacheCandidate, reply: Reply, message_id: UUID) -> None:
        """Cache a stored answer in the background."""
        try:
            self._offers.put_nowait(Offer(candidate, _answer(reply), message_id))
        except Full:
            log.warning("an answer was not cached: %d are waiting already", WAITING)

    def _run(self) -> None:
        while not self._stop.is_set() and (first := self._offers.get()) is not None:
            if self._offers.qsize() < AT_ONCE - 1:
                self._stop.wait(GATHERED_SECONDS)
            offers = [first]
            with suppress(Empty):
                while len(offers) < AT_ONCE and (more := self._offers.get_nowait()) is not None:
                    offers.append(more)
            try:
                self._admit(offers)
            except Exception as error:
                log.warning("%d answers were not cached (%s)", len(offers), type(error).__name__)

    def _admit(self, offers: Sequence[Offer]) -> None:
        """Keep answers that hold nothing personal."""
        with self._reads.connect() as connection:
            scrubber = loading.scrubber_or_refusal(connection, self._settings)
        with self._engine.begin() as connection:
            cache.admit(connection, offers, self._clock(), cache.harmless_by(scrubber.scrub))


def _scope(question: Question, prompt_id: str, live: Live) -> Scope | None:
    """What an answer to this question is valid for; None where it is for nobody else."""
    if live.knowledge_id is None or live.embedder is None or not live.models:
        return None
    scope = Scope(AGENT, question.intent, prompt_id, _models(live), live.knowledge_id, live.embedder.id)
    told = question.understood.slots if question.understood is not None else ()
    remembered = bool(question.turns) or question.facts.personal or any(slot.name in _IDENTIFYING for slot in told)
    return scope if shareable(scope, question.text, remembered=remembered) else None


def _models(live: Live) -> str:
    """All models that may be asked, by version, and the artifact of the promoted one."""
    return " ".join([*(model.version_id for model in live.models), live.artifact_sha256 or "-"])


def _answer(reply: Reply) -> dict[str, Any]:
    return {
        "text": reply.text,
        "intent": reply.intent,
        "confidence": reply.confidence,
        "model": reply.model_id,
        "prompt": reply.prompt_id,
        "example": reply.example_id,
        "citations": [
            {"chunk": found.chunk_id, "article": found.article_id, "title": found.title, "score": found.score}
            for found in reply.citations
        ],
    }


def _reply(hit: Hit, live: Live) -> Reply:
    answer: Mapping[str, Any] = hit.answer
    return Reply(
        text=answer["text"],
        agent=AGENT,
        intent=Intent(answer["intent"]),
        confidence=answer["confidence"],
        model_id=answer["model"],
        citations=[
            Passage(found["chunk"], found["article"], found["title"], "", found["score"])
            for found in answer["citations"]
        ],
        prompt_id=answer["prompt"],
        knowledge_id=live.knowledge_id,
        example_id=answer["example"],
        notes=hit.notes,
    )
