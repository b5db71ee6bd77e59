"""How well labelled messages that no model was taught are read: slots, acts, topics, and who needs a person."""

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from mhc_core.understanding import labelled, measures
from mhc_core.understanding.labelled import LabelledMessage
from mhc_core.understanding.reader import Reader
from mhc_core.understanding.result import Act

SETS = Path(__file__).parent / "sets"
HALVES = ("dev", "test")
"""The half that was looked at while the platform was built, and the one that is only measured."""


def load(half: str, name: str) -> list[LabelledMessage]:
    """The labelled messages of a set."""
    path = SETS / half / f"{name}.txt"
    return labelled.parse(path.read_text("utf-8").splitlines(), path.name)


def measure(reader: Reader, messages: Sequence[LabelledMessage]) -> dict[str, Any]:
    """Shares over the messages, and how long reading one takes (median, milliseconds of processor time).

    ``complaints_on_questions`` counts messages in which something is asked and nothing complained of, and which are
    read as a complaint.
    """
    marks, mistaken, spent = [], 0, []
    for message in messages:
        started = time.process_time()
        read = reader.read(message.text, message.context)
        spent.append(time.process_time() - started)
        marks.append(measures.mark(message, read))
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
