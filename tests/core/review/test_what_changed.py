"""The review looks at examples that are new or changed, however many others wait."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from fakes.scrubbers import Clean
from fakes.stored import DAY, NOW, WordEmbedder, example, opinion, row_versions, say, talk

from mhc_core.db.queries import review as queries
from mhc_core.db.queries import review_order as order
from mhc_core.db.tables import conversation_scores, conversations, messages, review_items, training_examples
from mhc_core.review import decisions
from mhc_core.scrubbing.stage import scrub_day
from mhc_core.settings import Settings

SETTINGS = Settings()
LATER = NOW + timedelta(hours=1)


def looked(connection: sa.Connection) -> list[bool]:
    return list(connection.scalars(sa.select(review_items.c.looked).order_by(review_items.c.id)))


def night(connection: sa.Connection) -> int:
    scrub_day(connection, Clean(), WordEmbedder(), SETTINGS, DAY, LATER)
    queued = decisions.enqueue(connection, SETTINGS)
    decisions.apply_carried(connection, Clean)
    return queued


def rescored(connection: sa.Connection) -> None:
    connection.execute(sa.update(conversation_scores).values(scored_at=LATER + timedelta(hours=1), scorer="again"))


def test_what_waits_is_not_looked_at_again(connection: sa.Connection) -> None:
    for number in range(3):
        example(connection, f"question {number}", f"answer {number}", confidence=0.3)
    assert decisions.enqueue(connection, SETTINGS) == 3
    decisions.apply_carried(connection, Clean)
    before = row_versions(connection, "training_examples", "review_items")
    assert order.changed(connection, WordEmbedder.id, SETTINGS.confidence_threshold) == []
    assert decisions.enqueue(connection, SETTINGS) == 0
    decisions.apply_carried(connection, Clean)
    assert row_versions(connection, "training_examples", "review_items") == before
    assert looked(connection) == [True] * 3


def test_another_threshold_looks_at_all_of_them_once(connection: sa.Connection) -> None:
    example(connection, "unsure", "answer", confidence=0.3)
    example(connection, "sure", "answer", confidence=0.7)
    lower = SETTINGS.model_copy(update={"confidence_threshold": 0.5})
    decisions.enqueue(connection, SETTINGS.model_copy(update={"confidence_threshold": 0.8}))
    assert decisions.enqueue(connection, lower) == 1
    reasons = {item.question: item.reasons for item in queries.queue(connection, 5)}
    assert "low_confidence" in reasons["unsure"]
    assert "low_confidence" not in reasons["sure"]
    assert order.changed(connection, WordEmbedder.id, 0.5) == []


def test_a_dislike_that_comes_late_gives_a_waiting_example_another_place(connection: sa.Connection) -> None:
    conversation, (_, answer) = talk(connection, say("user", "deposit?"), say("assistant", "it is $100"), score=0.9)
    assert night(connection) == 1
    assert night(connection) == 0
    opinion(connection, conversation, answer, vote="down")
    rescored(connection)
    scrub_day(connection, Clean(), WordEmbedder(), SETTINGS, DAY, LATER + timedelta(hours=2))
    assert decisions.enqueue(connection, SETTINGS) == 1
    assert "disliked" in queries.queue(connection, 1)[0].reasons


@pytest.mark.parametrize("changed", [True, False])
def test_a_decision_that_comes_late_with_a_message_is_found_where_its_conversation_changed(
    connection: sa.Connection, changed: bool
) -> None:
    conversation, (_, answer) = talk(connection, say("user", "deposit?"), say("assistant", "it is $100"), score=0.9)
    night(connection)
    assert looked(connection) == [True]
    given = {"review": {"decision": "approve", "by": "ann"}}
    connection.execute(sa.update(messages).where(messages.c.id == answer).values(message_metadata=given))
    if changed:  # as an import does
        later = LATER + timedelta(minutes=1)
        connection.execute(sa.update(conversations).where(conversations.c.id == conversation).values(updated_at=later))
    scrub_day(connection, Clean(), WordEmbedder(), SETTINGS, DAY, LATER + timedelta(hours=2))
    assert decisions.apply_carried(connection, Clean) == (int(changed), 0)
    assert connection.scalar(sa.select(training_examples.c.verified)) is changed
