"""Customers whose needs are known: what each asks, and every answer that would be right."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from mhc_core.business.pricing import Business
from mhc_core.vocabulary import Channel, Intent
from mhc_jobs.sample.business_slots import business_slots
from mhc_jobs.sample.customers import invent
from mhc_jobs.sample.known import EVERYTHING, fitting_pair, given, learn, sayable
from mhc_jobs.sample.phrasing import opening, sentences
from mhc_jobs.sample.scene import draw_scene, scene_slots
from mhc_jobs.sample.staff import AGENTS
from mhc_jobs.sample.talk import Talk
from mhc_jobs.sample.topic_files import topics

DAYS = 6
"""Customers write from Monday to Saturday; on Sunday the pipeline works."""
_PRICES = {"quote": "total", "total": "total", "quote_plain": "plain_total", "quote_full": "full_total"}
"""Slots of an answer that is a price, and the slot with its total."""


@dataclass(frozen=True, slots=True)
class Need:
    """One customer's question. ``right`` holds the right answer in each wording that the business would use.

    ``price`` is the total that the customer asks for, if so. ``person`` says that the matter must reach a person,
    whatever is answered.
    """

    customer_id: str
    channel: Channel
    asked_at: datetime
    question: str
    intent: Intent
    right: tuple[str, ...]
    price: str | None
    person: bool


def draw(rng: Random, business: Business, monday: date, count: int, name: str) -> list[Need]:
    """The customers of a week in the order they write, each a new one with one question.

    Topics come as often as in the sample conversations' files. ``name`` goes into the customers' ids.
    """
    seconds = sorted(rng.randrange(DAYS * 86_400) for _ in range(count))
    midnight = datetime.combine(monday, time(), UTC)
    return [
        _need(rng, business, midnight + timedelta(seconds=second), f"{name}-{number:04d}")
        for number, second in enumerate(seconds, 1)
    ]


def _need(rng: Random, business: Business, at: datetime, customer_id: str) -> Need:
    topic = rng.choices(topics(), [topic.weight for topic in topics()])[0]
    channel = rng.choice(list(Channel))
    customer = invent(rng, customer_id)
    talk = Talk(rng, channel, customer, rng.choice(AGENTS), "", at)
    scene = draw_scene(rng, business, customer, at.date(), topic.party)
    slots = scene_slots(rng, business, business_slots(business), scene, customer) | {"agent": talk.agent}
    on_file = EVERYTHING if topic.identity or topic.intent is Intent.COMPLAINT else frozenset[str]()
    ask, answer = fitting_pair(rng, topic.asks, topic.answers, on_file)
    known = learn(on_file, given(ask.fields))
    question = opening(talk, slots, ask.render(rng, slots), topic, returning=False)
    return Need(
        customer_id=customer_id,
        channel=channel,
        asked_at=at,
        question=talk.user(question, topic.intent)["content"],
        intent=topic.intent,
        right=tuple(sentences(wording.render(rng, slots)) for wording in sayable(topic.answers, known) or [answer]),
        price=next((slots[total] for slot, total in _PRICES.items() if slot in answer.fields), None),
        person=bool(topic.escalate),
    )
