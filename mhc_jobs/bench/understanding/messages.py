"""How well labelled messages that no model was taught are read: slots, acts, topics, and who needs a person."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from mhc_core.business.pricing import Business
from mhc_core.concierge.agents import handover
from mhc_core.concierge.facts.memory import Facts, Source
from mhc_core.concierge.facts.updating import update
from mhc_core.understanding import labelled, measures
from mhc_core.understanding.labelled import LabelledMessage
from mhc_core.understanding.measures import Marks
from mhc_core.understanding.reader import Reader
from mhc_core.understanding.result import Act, PersonNeed, Understood
from mhc_core.understanding.values.resolve import resolve
from mhc_jobs.bench.understanding.policies import TODAY

NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 20, tzinfo=UTC)
SETS = Path(__file__).parent / "sets"
HALVES = ("dev", "test")
"""The half that was looked at while the platform was built, and the one that is only measured."""


def load(half: str, name: str) -> list[LabelledMessage]:
    """The labelled messages of a set."""
    path = SETS / half / f"{name}.txt"
    return labelled.parse(path.read_text("utf-8").splitlines(), path.name)


def measure(business: Business, reader: Reader, messages: Sequence[LabelledMessage]) -> dict[str, Any]:
    """Shares over the messages, and how long reading one takes (median, milliseconds of processor time).

    Whether a person is called is the concierge's decision on the message as the first of a conversation.
    ``complaints_on_questions`` counts messages in which something is asked and nothing complained of, and which are
    read as a complaint.
    """
    marks, mistaken, spent = [], 0, []
    for message in messages:
        started = time.process_time()
        read = reader.read(message.text, message.context)
        spent.append(time.process_time() - started)
        marks.append(marked(business, read, message))
        acts = {segment.act for segment in message.segments}
        mistaken += Act.ASK in acts and Act.COMPLAIN not in acts and Act.COMPLAIN in read.acts
    shares = {name: round(value, 4) for name, value in measures.totals(marks).items()}
    return {
        **shares,
        "messages": len(messages),
        "need_a_person": sum(mark.person_seen is not None for mark in marks),
        "complaints_on_questions": mistaken,
        "median_ms": round(median(spent) * 1000, 2),
    }


def marked(business: Business, read: Understood, message: LabelledMessage) -> Marks:
    """How well a message was read, a person being called where the concierge would call one."""
    return measures.mark(message, replace(read, person=_called(business, message, read)))


def _called(business: Business, message: LabelledMessage, read: Understood) -> PersonNeed | None:
    resolved = resolve(read, business, TODAY, message.context)
    facts = update(business, Facts(), resolved, message.context, Source(1, NOON))
    offered = message.context.offered_person
    reason = handover.check(business, handover.Situation(message.text, resolved, facts, offered=offered))
    by_arithmetic = reason in (handover.LARGE, handover.FAR) or (offered and message.reason is None)
    return None if reason is None or by_arithmetic else PersonNeed(reason, 1.0)
