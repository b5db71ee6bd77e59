"""Customers' messages whose right reading is known: the live version reads them, staff correct what it got wrong.

They are the gold messages that the simulated platform does not begin with. Each is a customer's only message, and each
is read once, by the version that is live then, so that a week's share is measured on messages nobody trained on.
"""

from collections.abc import Sequence
from datetime import datetime
from random import Random
from uuid import UUID

import sqlalchemy as sa

from mhc_core.business.pricing import Business
from mhc_core.db.queries import simulation, versions
from mhc_core.db.queries import understanding as examples_queries
from mhc_core.db.queries import understanding_versions as stored
from mhc_core.db.queries.simulation import ReadMessage
from mhc_core.errors import DataError
from mhc_core.scrubbing import loading
from mhc_core.settings import Settings
from mhc_core.understanding import correcting, examples, learning, masking, measures, recipe
from mhc_core.understanding.labelled import LabelledMessage, written
from mhc_core.understanding.measures import Marks
from mhc_core.understanding.notes import READING, reading_notes
from mhc_jobs.simulation.report import Read, Reader

FIRST_PERCENT = 20
"""Of the gold messages that are not held out: what the platform begins with."""
CORRECTED_SHARE = 0.9
"""Misread messages that staff correct in a week."""


def known_at_first() -> list[LabelledMessage]:
    """What the platform begins with, and the messages that versions are judged on."""
    hashed = ((one, examples.text_hash(one)) for one in examples.gold())
    return [one for one, name in hashed if examples.is_held_out(name) or int(name, 16) // 100 % 100 < FIRST_PERCENT]


def to_come(seed: int) -> list[LabelledMessage]:
    """All other gold messages, in the order in which customers write them."""
    others = {one.text: one for one in examples.gold()}
    for one in known_at_first():
        others.pop(one.text, None)
    return Random(f"{seed}:messages").sample([*others.values()], len(others))


def read_week(
    engine: sa.Engine,
    settings: Settings,
    business: Business,
    now: datetime,
    rng: Random,
    said: Sequence[LabelledMessage],
) -> Read:
    """Let the live version read these messages, and staff correct what it misread."""
    with engine.connect() as connection:
        live = versions.live(connection, stored.KIND)
        assert live is not None
        judged = stored.latest_evaluation(connection, live)
        reader = learning.load(recipe.standard(), learning.required(connection, live))
        scrubber = loading.scrubber(connection, settings)
    rows, marks, wrong = list[ReadMessage](), list[Marks](), list[tuple[UUID, LabelledMessage]]()
    for message in said:
        understood = reader.read(message.text, message.context)
        row = ReadMessage(
            UUID(int=rng.getrandbits(128), version=4),
            f"writer-{rng.getrandbits(64):x}",
            message.text,
            {READING: reading_notes(understood, message.context, message.text)},
        )
        mark = measures.mark(message, understood)
        rows.append(row)
        marks.append(mark)
        if not mark.right:
            wrong.append((row.id, message))
    with engine.begin() as connection:
        simulation.store_messages(connection, rows, now)
        for message_id, message in rng.sample(wrong, round(CORRECTED_SHARE * len(wrong))):
            try:
                line = written(masking.scrubbed(scrubber, message))
                reasons = business.handover.reasons
                correcting.correct(connection, scrubber, reasons, message_id, line, "simulated staff", now)
            except DataError:
                continue
        corrections = examples_queries.counts(connection).get("correction", 0)
    measured = measures.totals(marks)
    held_out = judged.candidate_metrics if judged else {}
    right = sum(mark.right for mark in marks)
    return Read(live, len(said), right, measured["slots_f1"], measured["topics"], held_out, corrections, None)


def candidate(engine: sa.Engine, sabotaged: bool) -> Reader | None:
    """The version that was trained last, if it was judged."""
    with engine.connect() as connection:
        judged = stored.latest_evaluation(connection)
        live = versions.live(connection, stored.KIND)
    if judged is None:
        return None
    return Reader(judged.candidate_id, sabotaged, judged.verdict.value, judged.messages, live == judged.candidate_id)
