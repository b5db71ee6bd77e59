"""How messages in other languages are read: slots, acts, topics, needs of a person, on the sets beside this module."""

import statistics
import time
from collections.abc import Sequence
from datetime import time as clock
from typing import Any

from mhc_core.business import pricing
from mhc_core.business.rules import Business
from mhc_core.understanding.multilingual import release, script
from mhc_core.understanding.result import Act, SlotName, Understood
from mhc_core.understanding.values import dishes
from mhc_core.understanding.values.resolve import resolve
from mhc_jobs.bench.languages import understanding_sets as sets
from mhc_jobs.bench.languages.understanding_sets import SetMessage

_OWNERS = ("mi ", "una ", "un ", "我的", "我", "うちの", "私の")


def measure(halves: Sequence[str] = ("dev", "test")) -> dict[str, Any]:
    """For each half and language: how many messages of a booking had every slot right and no other, how many acts and
    topics were right, which needs of a person were seen and how many messages without one were handed over, and
    processor time a message (ms, median)."""
    business = pricing.load()
    model = release.load()
    model.read("hola", sets.messages(halves[0], "es")[0].context, script.SPANISH)  # loads what it needs
    return {
        half: {language: _measured(sets.messages(half, language), language, business) for language in sets.LANGUAGES}
        for half in halves
    }


def _measured(messages: Sequence[SetMessage], language: str, business: Business) -> dict[str, Any]:
    counts = dict.fromkeys(("slots", "slots_right", "acts_right", "topics", "topics_right"), 0)
    needs = dict.fromkeys(
        ("persons", "persons_seen", "asked_for_one", "asked_for_one_seen", "others", "false_calls"), 0
    )
    spent = []
    for message in messages:
        began = time.process_time()
        found = read(message, language, business)
        spent.append((time.process_time() - began) * 1000)
        counts["slots"] += bool(message.slots)
        counts["slots_right"] += bool(message.slots) and told(found) == wanted(message, business)
        counts["acts_right"] += message.act in found.acts
        counts["topics"] += message.topic is not None
        counts["topics_right"] += message.topic in {segment.topic for segment in found.segments}
        called = found.person is not None or Act.PERSON in found.acts
        asked = message.act == Act.PERSON
        needs["asked_for_one"] += asked
        needs["asked_for_one_seen"] += asked and called
        needs["persons" if message.person else "others"] += 1
        needs["persons_seen" if message.person else "false_calls"] += called
    return {"messages": len(messages), **counts, **needs, "ms": round(statistics.median(spent), 1)}


def read(message: SetMessage, language: str, business: Business) -> Understood:
    """The message as the concierge reads it, with values."""
    reading = script.reading(language)
    found = release.load().read(message.text, message.context, reading or "")
    return resolve(found, business, sets.WRITTEN, message.context)


def told(found: Understood) -> list[tuple[str, str]]:
    """Slots and values as the sets write them; how bad an allergy is counts once, and "my cousin" is a cousin."""
    slots = [(slot.name.value, _shown(slot.name, slot.value)) for slot in found.slots]
    severities = {slot for slot in slots if slot[0] == SlotName.SEVERITY}
    return sorted([*(slot for slot in slots if slot[0] != SlotName.SEVERITY), *severities])


def wanted(message: SetMessage, business: Business) -> list[tuple[str, str]]:
    """The slots of a message of a set in the same form."""
    return sorted((name, _meant(name, value, business)) for name, value in message.slots)


def _meant(name: str, value: str, business: Business) -> str:
    return (dishes.dish(value, business) or value).casefold() if name == SlotName.DISH else value.casefold()


def _shown(name: SlotName, value: object) -> str:
    text = f"{value:%H:%M}" if isinstance(value, clock) else str(value).casefold()
    if name is SlotName.WHOM:
        text = next((text.removeprefix(owner) for owner in _OWNERS if text.startswith(owner)), text)
    return text
