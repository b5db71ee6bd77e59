"""The sample conversations: seeded, the same bytes for the same arguments, as many as asked for."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random

from mhc_core.business.pricing import Business
from mhc_core.vocabulary import Channel, ConversationStatus, Intent, Outcome
from mhc_jobs.sample.booking_flow import book
from mhc_jobs.sample.business_slots import business_slots
from mhc_jobs.sample.customers import Customer, customer_id, invent
from mhc_jobs.sample.dialogue import Director
from mhc_jobs.sample.opinions import give_feedback
from mhc_jobs.sample.staff import AGENTS, correct, review
from mhc_jobs.sample.talk import Record, Talk, stamp
from mhc_jobs.sample.topic_files import Topic, topics

SAMPLE_SEED = 20_261_115
SAMPLE_CONVERSATIONS = 2_400
SAMPLE_DAYS = 42
SAMPLE_START = date(2026, 10, 5)

_CHANNELS = {
    Channel.WEB: 34, Channel.SMS: 22, Channel.EMAIL: 12, Channel.INSTAGRAM: 14, Channel.FACEBOOK: 9, Channel.PHONE: 9,
}  # fmt: skip
# Share of contacts by hour of the day in UTC: a quiet night in California is 08 to 14 UTC.
_HOURS = (9, 9, 10, 9, 7, 5, 3, 1.5, 0.7, 0.4, 0.3, 0.3, 0.4, 0.7, 1.5, 2.5, 4, 5, 6, 6.5, 6.5, 6, 6, 7.5)
_WEEKDAYS = (0.95, 0.9, 1.0, 1.15, 1.3, 1.2, 1.05)
_KINDS = {"sale": 36, "question": 33, "existing": 11, "complaint": 6, "escalation": 9, "smalltalk": 5}
_SIDE_INTENTS = (
    Intent.PRICING, Intent.BOOKING, Intent.MENU, Intent.POLICY, Intent.AVAILABILITY, Intent.TRAVEL, Intent.ALLERGY,
)  # fmt: skip
_REPEAT_SHARE = 0.26
_REMEMBERED = 4_000
_MODELS = ((0.45, "concierge-2026-08"), (1.0, "concierge-2026-10"))


def generate(seed: int, conversations: int, start: date, days: int, business: Business) -> Iterator[Record]:
    """Conversations in the order they began, from ``start`` (a UTC day) over ``days`` days.

    Each is a record as ``mhc import`` reads it. The same arguments give the same records.
    """
    rng = Random(seed)
    cast = _Cast(seed)
    base = business_slots(business)
    for number, begun in enumerate(_beginnings(rng, conversations, start, days), 1):
        progress = (begun.date() - start).days / max(days, 1)
        yield _conversation(rng, cast, business, base, f"sample-{seed}-{number:06d}", begun, progress)


def default_sample(business: Business) -> Iterator[Record]:
    """The six weeks of conversations that the demo learns from."""
    return generate(SAMPLE_SEED, SAMPLE_CONVERSATIONS, SAMPLE_START, SAMPLE_DAYS, business)


def personal_values(records: Iterable[Record]) -> set[str]:
    """Full names, phone numbers, e-mail addresses and street addresses of everybody in the records.

    Phones and addresses are spelled as their owner spells them; case may differ in the messages.
    """
    found: set[str] = set()
    for record in records:
        customer = record["customer"]
        found |= {customer["name"], customer["phone"], customer["email"], customer["address"].split(",")[0]}
        found |= set(record["meta"]["mentioned"])
    return found


@dataclass(slots=True)
class _Cast:
    """The customers so far; a quarter of the conversations are with one of them again."""

    seed: int
    known: list[Customer] = field(default_factory=list)
    count: int = 0

    def enter(self, rng: Random) -> tuple[Customer, bool]:
        if self.known and rng.random() < _REPEAT_SHARE:
            return rng.choice(self.known), True
        self.count += 1
        customer = invent(rng, customer_id(self.seed, self.count))
        if len(self.known) < _REMEMBERED:
            self.known.append(customer)
        else:
            self.known[rng.randrange(_REMEMBERED)] = customer
        return customer, False


def _beginnings(rng: Random, count: int, start: date, days: int) -> list[datetime]:
    weights = [_WEEKDAYS[(start + timedelta(day)).weekday()] * (1 + 0.4 * day / max(days, 1)) for day in range(days)]
    midnight = datetime(start.year, start.month, start.day, tzinfo=UTC)
    drawn_days = rng.choices(range(days), weights, k=count)
    drawn_hours = rng.choices(range(24), _HOURS, k=count)
    return sorted(
        midnight + timedelta(day, hour * 3600 + rng.randrange(3600))
        for day, hour in zip(drawn_days, drawn_hours, strict=True)
    )


def _conversation(
    rng: Random,
    cast: _Cast,
    business: Business,
    base: Mapping[str, str],
    record_id: str,
    begun: datetime,
    progress: float,
) -> Record:
    customer, returning = cast.enter(rng)
    channel = rng.choices(list(_CHANNELS), list(_CHANNELS.values()))[0]
    newer = rng.random() < progress
    talk = Talk(rng, channel, customer, rng.choice(AGENTS), _MODELS[newer][1], begun)
    director = Director(talk, business, base, begun.date())
    kind = rng.choices(list(_KINDS), list(_KINDS.values()))[0]
    topic = _play(rng, director, kind, returning)
    director.story.complaint = topic.intent is Intent.COMPLAINT
    story = director.story
    record: Record = {
        "id": record_id,
        "source": "sample",
        "channel": channel.value,
        "customer_id": customer.id,
        "thread_id": f"thread-{customer.id}-{channel.value}",
        "started_at": stamp(begun),
        "status": story.status.value,
        "intent": topic.intent.value,
        "outcome": story.outcome.value if story.outcome else None,
        "messages": talk.messages,
        "customer": {
            "name": customer.name,
            "phone": customer.phone,
            "email": customer.email,
            "address": customer.address,
        },
        "meta": {"sample": True, "mentioned": sorted(set(story.mentioned))},
    }
    if story.booking_value is not None:
        record["booking_value_usd"] = story.booking_value
    if story.escalation is not None:
        record["escalation"] = story.escalation
        record["agent_id"] = story.escalation["agent_id"]
    give_feedback(talk, story, director.slots, record)
    correct(talk, story, director.slots)
    votes = record.get("feedback", {})
    liked = votes.get("stars", record.get("satisfaction", 0)) >= 4
    review(talk, story, liked)
    return record


def _play(rng: Random, director: Director, kind: str, returning: bool) -> Topic:
    """Write the conversation of this kind; the topic it began with."""
    plain = [topic for topic in topics() if not topic.escalate]
    if kind == "escalation":
        topic = _draw(rng, [topic for topic in topics() if topic.escalate])
        director.escalate(topic, returning=returning)
        return topic
    if kind == "sale":
        first = _draw(rng, [topic for topic in plain if topic.sales])
        chosen = [first, *_more(rng, plain, first, (0.55, 0.35, 0.1))]
        if not director.questions(chosen, returning=returning):
            return first
        if rng.random() < 0.55 and director.scene.days_left >= 2:
            book(director)
        else:
            director.postpone()
        return first
    chosen = _chosen(rng, plain, kind)
    if director.questions(chosen, returning=returning):
        if kind == "complaint":
            director.settle_complaint()
        elif rng.random() < 0.1:
            director.story.outcome, director.story.mood = Outcome.ABANDONED, 0.0
        else:
            director.close()
        if rng.random() < 0.03:
            director.story.status, director.story.outcome = ConversationStatus.ACTIVE, None
    return chosen[0]


def _chosen(rng: Random, plain: list[Topic], kind: str) -> list[Topic]:
    wanted: tuple[Intent, ...] = {
        "existing": (Intent.ACCOUNT, Intent.POLICY, Intent.BOOKING),
        "complaint": (Intent.COMPLAINT,),
        "smalltalk": (Intent.SMALLTALK, Intent.OTHER),
    }.get(kind, _SIDE_INTENTS)
    first = _draw(rng, [topic for topic in plain if topic.intent in wanted])
    if kind in ("complaint", "smalltalk"):
        return [first]
    return [first, *_more(rng, plain, first, (0.5, 0.33, 0.17))]


def _more(rng: Random, plain: list[Topic], first: Topic, shares: tuple[float, ...]) -> list[Topic]:
    count = rng.choices(range(len(shares)), shares)[0]
    askable = [topic for topic in plain if topic.intent in _SIDE_INTENTS and not topic.party and not topic.identity]
    chosen: list[Topic] = []
    while len(chosen) < count:
        topic = _draw(rng, askable)
        if topic not in (first, *chosen):
            chosen.append(topic)
    return chosen


def _draw(rng: Random, among: list[Topic]) -> Topic:
    weights = itertools.accumulate(topic.weight for topic in among)
    return rng.choices(among, cum_weights=list(weights))[0]
