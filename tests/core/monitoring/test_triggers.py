"""A threshold that is crossed asks for one run, by a key that every tick computes alike."""

from typing import Any

import pytest
import sqlalchemy as sa
from fakes.stored import NOW, example

from mhc_core.db.tables import dataset_members, dataset_versions, review_items
from mhc_core.monitoring.triggers import knowledge_due, training_due
from mhc_core.review import decisions
from mhc_core.settings import Settings
from mhc_core.vocabulary import Decision

SETTINGS = Settings(retraining_threshold=3, knowledge_threshold=2)


def verify(connection: sa.Connection, count: int) -> list[Any]:
    return [example(connection, f"q{number}", "x", verified=True) for number in range(count)]


def store(connection: sa.Connection, name: str, members: list[Any], available: int | None = None) -> None:
    connection.execute(
        sa.insert(dataset_versions).values(
            id=name, train_uri="t", validation_uri="v", train_count=len(members), validation_count=0, last_sequence=1,
            manifest={"available": len(members) if available is None else available},
        )
    )  # fmt: skip
    connection.execute(
        sa.insert(dataset_members),
        [
            {"dataset_id": name, "example_id": member, "split": "train", "position": number}
            for number, member in enumerate(members)
        ],
    )


def test_training_is_due_once_for_each_crossing(connection: sa.Connection) -> None:
    assert training_due(connection, SETTINGS) == ("", "0 new verified examples, 3 start a training run")
    example(connection, "not verified", "x")
    example(connection, "switched off", "x", verified=True, active=False)
    members = verify(connection, 2)
    assert training_due(connection, SETTINGS).key == ""
    members += verify(connection, 1)
    first = training_due(connection, SETTINGS)
    assert first.key
    assert training_due(connection, SETTINGS) == first, "overlapping ticks ask for the same run"
    members += verify(connection, 2)
    assert training_due(connection, SETTINGS).key == first.key, "more of the same crossing"
    members += verify(connection, 1)
    assert training_due(connection, SETTINGS).key not in ("", first.key)

    store(connection, "ds-1", members)
    assert training_due(connection, SETTINGS) == ("", "0 new verified examples, 3 start a training run")
    verify(connection, 3)
    later = training_due(connection, SETTINGS).key
    assert "ds-1" in later
    assert later != first.key


def test_what_a_full_data_set_left_out_is_not_new(connection: sa.Connection) -> None:
    members = verify(connection, 8)
    store(connection, "ds-1", members[:4], available=8)
    assert training_due(connection, SETTINGS) == ("", "0 new verified examples, 3 start a training run")
    verify(connection, 3)
    assert training_due(connection, SETTINGS).key


def test_another_threshold_is_another_crossing(connection: sa.Connection) -> None:
    verify(connection, 4)
    keys = {training_due(connection, Settings(retraining_threshold=threshold)).key for threshold in (2, 3, 4)}
    assert len(keys) == 3


@pytest.mark.parametrize("decision", [Decision.APPROVE, Decision.EDIT])
def test_knowledge_is_due_once_for_each_crossing(connection: sa.Connection, decision: Decision) -> None:
    class Plain:
        text, safe_for_training = "better", True

        def scrub(self, text: str) -> "Plain":
            return self

    def decide(as_what: Decision) -> str:
        identifier = example(connection, "q", "x")
        decisions.enqueue(connection, SETTINGS)
        item = connection.execute(
            sa.select(review_items.c.id).where(review_items.c.example_id == identifier)
        ).scalar_one()
        text = "better" if as_what is Decision.EDIT else None
        decisions.decide(connection, item, as_what, "kim", NOW, Plain, text)  # type: ignore[arg-type]
        return knowledge_due(connection, SETTINGS).key

    assert knowledge_due(connection, SETTINGS) == ("", "2 more approvals start the next knowledge update")
    assert decide(decision) == ""
    assert decide(Decision.REJECT) == ""
    first = decide(decision)
    assert first
    assert decide(Decision.SKIP) == first
    assert decide(decision) == first
    assert decide(decision) not in ("", first)
