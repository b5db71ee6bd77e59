"""What every stage holds is counted while it is little, and estimated when it is much."""

import sqlalchemy as sa
from fakes.stored import example, say, talk

from mhc_core.db.queries import review, stats, vectors
from mhc_core.db.tables import review_items


def pretend(connection: sa.Connection, relation: str, rows: int) -> None:
    """Have PostgreSQL believe that a table or an index has so many rows, as after a vacuum of as many."""
    connection.execute(
        sa.text("update pg_class set reltuples = :rows where oid = cast(:relation as regclass)"),
        {"rows": rows, "relation": f"ai.{relation}"},
    )


def test_little_is_counted(connection: sa.Connection) -> None:
    talk(connection, say("user", "a"), say("assistant", "b"), score=0.5)
    example(connection, "a question", "an answer", verified=True)
    found = stats.counted(connection)
    assert found.about == ()
    told = {"conversations": 2, "messages": 4, "scored_conversations": 1, "verified_examples": 1, "merged_examples": 0}
    assert {name: found.rows[name] for name in told} == told
    assert stats.verified(connection) == 1


def test_much_is_estimated_and_said_to_be(connection: sa.Connection) -> None:
    example(connection, "a question", "an answer", verified=True)
    pretend(connection, "messages", 6_000_000)
    pretend(connection, "ix_training_examples_verified_at", 450_000)
    pretend(connection, "conversations", stats.MANY - 1)
    found = stats.counted(connection)
    assert set(found.about) == {"messages", "verified_examples"}
    assert (found.rows["messages"], found.rows["verified_examples"]) == (6_000_000, 450_000)
    assert found.rows["conversations"] == 1
    assert list(found.rows)[:3] == ["conversations", "messages", "feedback"]


def test_every_embedder_is_found_once(connection: sa.Connection) -> None:
    assert vectors.embedders(connection) == []
    for embedder in ("one", "two", "one", "two", "three"):
        example(connection, "a question", "an answer", embedder=embedder)
    assert vectors.embedders(connection) == ["one", "three", "two"]


def test_a_long_queue_is_counted_no_further_than_asked_for(connection: sa.Connection) -> None:
    for number in range(4):
        item = example(connection, f"question {number}", "an answer", active=number > 0)
        connection.execute(sa.insert(review_items).values(example_id=item, priority=1, reasons=[]))
    assert review.length(connection) == 3
    assert review.length(connection, 2) == 2
