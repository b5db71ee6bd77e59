"""Customers whose needs are known ask the concierge; whether they got what they needed, and how they rate it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import sqlalchemy as sa

from mhc_core.business.pricing import Business
from mhc_core.concierge.models.providers import ConfiguredProviders
from mhc_core.concierge.turn.concierge import Concierge, Incoming
from mhc_core.db.queries import ratings
from mhc_core.language.similarity import RIGHT, similarities
from mhc_core.providers import select
from mhc_core.response_cache import cache as response_cache
from mhc_core.settings import Settings
from mhc_core.vocabulary import Channel, FeedbackVia
from mhc_jobs.simulation.customers import Need

RATED_SHARE, RATED_WRONGLY = 0.4, 0.1
"""Customers who rate their answer, and those of them whose thumb says the opposite of what they got."""


class Clock:
    """The time of the simulation, for serving and for the pipeline."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class Given:
    """A need with the answer that serving gave."""

    need: Need
    conversation_id: UUID
    message_id: UUID
    answer: str
    escalated: bool
    met: bool


@contextmanager
def serving(settings: Settings, business: Business, engine: sa.Engine, clock: Clock) -> Iterator[Concierge]:
    """The concierge without a server around it."""
    concierge = Concierge(settings, business, engine, ConfiguredProviders(settings), clock)
    concierge.start()
    try:
        yield concierge
    finally:
        concierge.stop()


def ask(concierge: Concierge, clock: Clock, settings: Settings, needs: Sequence[Need]) -> list[Given]:
    """Each asks at its time and gets its answer."""
    replies = []
    for need in needs:
        clock.now = need.asked_at
        replies.append(concierge.answer(Incoming(need.question, need.customer_id, Channel(need.channel))))
    alike = _likeness([given.reply.text for given in replies], needs, settings)
    return [
        Given(
            need,
            given.conversation_id,
            given.message_id,
            given.reply.text,
            given.escalated,
            _met(need, given.reply.text, given.escalated, likeness),
        )
        for need, given, likeness in zip(needs, replies, alike, strict=True)
    ]


def rate(engine: sa.Engine, clock: Clock, rng: Random, given: Sequence[Given]) -> None:
    """Some rate their answer by thumb, five minutes later."""
    for one in given:
        if rng.random() >= RATED_SHARE:
            continue
        pleased = one.met != (rng.random() < RATED_WRONGLY)
        clock.now = one.need.asked_at + timedelta(minutes=5)
        vote = "up" if pleased else "down"
        with engine.begin() as connection:
            rated = ratings.answer(connection, one.message_id, one.need.customer_id)
            assert rated is not None
            ratings.save(connection, rated, ratings.Rating(vote), FeedbackVia.CHAT, clock.now)
            response_cache.rated(connection, rated.message_id, vote, clock.now)


def _met(need: Need, answer: str, escalated: bool, likeness: float) -> bool:
    """Whether the answer is right: a person where one is needed, the total where one was asked for, else the words."""
    if need.person or escalated:
        return need.person and escalated
    return likeness >= RIGHT or (need.price is not None and need.price in answer)


def _likeness(answers: Sequence[str], needs: Sequence[Need], settings: Settings) -> list[float]:
    """How close each answer comes to the wording of its right answer that is closest."""
    repeated = [answer for answer, need in zip(answers, needs, strict=True) for _ in need.right]
    right = [wording for need in needs for wording in need.right]
    found = iter(similarities(repeated, right, select.embedder(settings)))
    return [max(float(next(found)) for _ in need.right) for need in needs]
