"""A threshold that is crossed asks for one run, by a key that every tick computes alike."""

from typing import Any

import pytest
import sqlalchemy as sa
from fakes.stored import NOW, example

from mhc_core.db.queries import evaluation as evaluations
from mhc_core.db.queries.training import BASELINE_ID, ensure_baseline
from mhc_core.db.tables import dataset_members, dataset_versions, model_versions, review_items, training_jobs
from mhc_core.evaluation.compare import Comparison
from mhc_core.monitoring.triggers import Due, evaluation_due, knowledge_due, training_due
from mhc_core.review import decisions
from mhc_core.rollout import promotion
from mhc_core.settings import Settings
from mhc_core.statistics.cluster_bootstrap import Interval
from mhc_core.training import jobs
from mhc_core.vocabulary import Decision, Verdict

SETTINGS = Settings(retraining_threshold=3, knowledge_threshold=2)
NOTHING = Due("", "0 new verified examples, 3 start a training run")


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


def job(connection: sa.Connection, dataset: str, status: str = "succeeded", provider: str = "local") -> int:
    values = {"key": f"{dataset}-{provider}", "dataset_id": dataset, "provider": provider, "base_model": "b"}
    made = connection.scalar(
        sa.insert(training_jobs).values(**values, hyperparameters={}, status=status).returning(training_jobs.c.id)
    )
    assert made is not None
    return made


def test_training_is_due_once_for_each_crossing(connection: sa.Connection) -> None:
    assert training_due(connection, SETTINGS) == NOTHING
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
    job(connection, "ds-1")
    assert training_due(connection, SETTINGS) == NOTHING
    verify(connection, 3)
    later = training_due(connection, SETTINGS).key
    assert "ds-1" in later
    assert later != first.key


def test_what_a_full_data_set_left_out_is_not_new(connection: sa.Connection) -> None:
    members = verify(connection, 8)
    store(connection, "ds-1", members[:4], available=8)
    job(connection, "ds-1")
    assert training_due(connection, SETTINGS) == NOTHING
    verify(connection, 3)
    assert training_due(connection, SETTINGS).key


@pytest.mark.parametrize(
    ("status", "provider", "due"),
    [
        (None, "local", True),
        ("intended", "local", True),
        ("running", "lora", True),
        ("succeeded", "local", False),
        ("failed", "local", False),
        ("cancelled", "openai", False),
        ("intended", "openai", True),
        ("submitted", "openai", False),
        ("running", "azure", False),
    ],
)
def test_a_data_set_whose_training_was_interrupted_is_trained_on(
    connection: sa.Connection, status: str | None, provider: str, due: bool
) -> None:
    """What failed is a person's to decide, and what a provider works on goes on by itself."""
    store(connection, "ds-1", verify(connection, 3))
    if status:
        job(connection, "ds-1", status, provider)
    assert training_due(connection, SETTINGS).key == ("train:unfinished:ds-1" if due else "")


def test_a_failed_training_that_was_set_aside_is_asked_for_again(connection: sa.Connection) -> None:
    store(connection, "ds-1", verify(connection, 3))
    failed = job(connection, "ds-1", "failed")
    jobs.retry(connection, failed)
    assert training_due(connection, SETTINGS).key == "train:unfinished:ds-1"


def test_a_trained_model_is_evaluated_unless_it_was(connection: sa.Connection) -> None:
    assert evaluation_due(connection, SETTINGS).key == ""
    store(connection, "ds-1", verify(connection, 3))
    trained = job(connection, "ds-1")
    assert evaluation_due(connection, SETTINGS).key == ""
    model = {"id": "m1", "provider": "local", "base_model": "b", "dataset_id": "ds-1", "training_job_id": trained}
    connection.execute(sa.insert(model_versions).values(model))
    ensure_baseline(connection)
    assert evaluation_due(connection, SETTINGS)[::2] == ("evaluate:m1", trained)
    comparison = Comparison(9, 8, {}, {}, Interval(0.2, 0.1, 0.3), Verdict.PROMOTE, ("better",))
    stored = evaluations.save(connection, comparison.row("k", "m1", BASELINE_ID, "ds-1"), [])
    assert evaluation_due(connection, SETTINGS).key == "evaluate:m1", "killed between verdict and rollout"
    promotion.open_for(connection, stored)
    assert evaluation_due(connection, SETTINGS).key == ""
    nobody_asks = SETTINGS.model_copy(update={"auto_approve": True})
    assert evaluation_due(connection, nobody_asks)[::2] == ("approve:m1", trained)
    promotion.apply_verdict(connection, stored, nobody_asks, NOW)
    assert evaluation_due(connection, nobody_asks).key == ""


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

    assert knowledge_due(connection, SETTINGS) == Due("", "2 more approvals start the next knowledge update")
    assert decide(decision) == ""
    assert decide(Decision.REJECT) == ""
    first = decide(decision)
    assert first
    assert decide(Decision.SKIP) == first
    assert decide(decision) == first
    assert decide(decision) not in ("", first)
