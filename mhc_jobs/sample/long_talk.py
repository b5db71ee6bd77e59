"""Long conversations: the party is told at the beginning, then come many questions about everything else."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from random import Random

from mhc_core.business.pricing import Business, quote
from mhc_core.vocabulary import Channel, Intent
from mhc_jobs.sample.business_slots import business_slots
from mhc_jobs.sample.customers import invent
from mhc_jobs.sample.dialogue import Director
from mhc_jobs.sample.known import given
from mhc_jobs.sample.staff import AGENTS
from mhc_jobs.sample.talk import Record, Talk
from mhc_jobs.sample.topic_files import Topic, topics

_TOLD = {"party", "miles"}
_AGAIN = {"party", "kids", "upgrade_n", "add_on_n"}


@dataclass(frozen=True, slots=True)
class LongTalk:
    """A conversation with the price (USD) of the party as it stands at its end."""

    messages: list[Record]
    today: date
    total: Decimal


def long_talks(seed: int, count: int, messages: int, today: date, business: Business) -> Iterator[LongTalk]:
    """Conversations of about so many messages. The same arguments give the same ones."""
    rng, base = Random(seed), business_slots(business)
    opening, others = _opening(), _others()
    found = number = 0
    while found < count:
        number += 1
        talk = Talk(rng, Channel.WEB, invent(rng, f"long-{seed}-{number}"), rng.choice(AGENTS), "sample",
                    datetime.combine(today, time(17), UTC))  # fmt: skip
        director = Director(talk, business, base, today, long=messages)
        while len(talk.messages) < messages and director.questions(_drawn(rng, opening, others, talk), returning=False):
            pass
        if len(talk.messages) >= messages:
            found += 1
            yield LongTalk(talk.messages, today, quote(business, director.scene.request()).total)


def _drawn(rng: Random, opening: list[Topic], others: list[Topic], talk: Talk) -> list[Topic]:
    first = [] if talk.messages else [rng.choice(opening)]
    return [*first, *rng.sample(others, len(others))]


def _opening() -> list[Topic]:
    """Questions that tell who comes and how far it is."""
    found = []
    for topic in topics():
        asks = tuple(ask for ask in topic.asks if ask.fields >= _TOLD)
        if asks and not topic.escalate:
            found.append(replace(topic, asks=asks, follow_ups=(), wrong=()))
    return found


def _others() -> list[Topic]:
    """Questions that say nothing new of the party; of their follow-ups, those that change who comes stay."""
    found = []
    for topic in topics():
        asks = tuple(ask for ask in topic.asks if not given(ask.fields) & _AGAIN)
        personal = topic.escalate or topic.party or topic.identity or topic.intent is Intent.COMPLAINT
        if asks and not personal:
            follow_ups = tuple(one for one in topic.follow_ups if one.change != "extras")
            found.append(replace(topic, asks=asks, follow_ups=follow_ups, wrong=()))
    return found
