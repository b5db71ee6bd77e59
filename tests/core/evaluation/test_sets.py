"""Frozen evaluation sets: never changed, never trained on, and gone with the people in them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from fakes.stored import DAY, NOW, WordEmbedder, example, row_versions

from mhc_core.business import pricing
from mhc_core.dataset import build
from mhc_core.db import engine as engines
from mhc_core.db.queries import dataset as datasets
from mhc_core.db.queries import evaluation_sets, redaction
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.db.queries.evaluation_sets import EvaluationSet
from mhc_core.errors import DataError
from mhc_core.evaluation import contamination, sets
from mhc_core.settings import Settings

BUSINESS = pricing.load()
CUSTOMERS = 20


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    found = engines.create(fresh_database_url)
    yield found
    found.dispose()


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    return Settings(dataset_min_examples=10, artifact_uri=tmp_path.as_uri())


def ask(connection: sa.Connection, customer: int, topic: str, day: int = 0) -> UUID:
    return example(
        connection,
        f"what about {topic}",
        f"{topic} is fine",
        customer_hash=f"customer-{customer}",
        day=DAY + timedelta(days=day),
        verified=True,
    )


def built(engine: sa.Engine, chosen: Settings) -> DatasetVersion:
    with engine.connect() as connection:
        verified = datasets.verified(connection, WordEmbedder.id)
    return build.store(engine, verified, BUSINESS, chosen)


def frozen(engine: sa.Engine, version: DatasetVersion) -> EvaluationSet:
    with engine.begin() as connection:
        return sets.ensure(connection, version)


def start(engine: sa.Engine, chosen: Settings) -> tuple[DatasetVersion, EvaluationSet]:
    """Two questions of each of 20 customers, who came one after the other."""
    with engine.begin() as connection:
        for customer in range(CUSTOMERS):
            for number in range(2):
                ask(connection, customer, f"subject{customer}x{number} matter{customer}x{number}", customer)
    version = built(engine, chosen)
    return version, frozen(engine, version)


def customers(engine: sa.Engine, version: DatasetVersion, split: str) -> set[str]:
    with engine.connect() as connection:
        owners = datasets.customers(connection, version.id)
        members = datasets.members(connection, version.id)
    return {owners[str(member.example_id)] for member in members if member.split == split}


def test_the_customers_who_came_last_are_frozen_under_a_name_of_their_content(
    engine: sa.Engine, chosen: Settings
) -> None:
    version, found = start(engine, chosen)
    with engine.connect() as connection:
        questions = sets.read(connection, found)
    assert found.id == sets.content_id(questions)
    assert found.questions == len(questions) == version.validation_count
    assert {question.customer_hash for question in questions} == {f"customer-{n}" for n in range(16, 20)}
    assert found.manifest["days"][0] > found.manifest["training_days"][1], "a time after what was learned"
    assert sets.content_id(questions[::-1]) != found.id
    with engine.connect() as connection:
        before = row_versions(connection, "evaluation_sets", "evaluation_set_members")
    assert frozen(engine, built(engine, chosen)) == found
    with engine.connect() as connection:
        assert row_versions(connection, "evaluation_sets", "evaluation_set_members") == before


def test_a_changed_question_is_noticed(engine: sa.Engine, chosen: Settings) -> None:
    _, found = start(engine, chosen)
    with engine.begin() as connection:
        connection.execute(
            sa.text("""
                update ai.evaluation_set_members set messages = jsonb_set(messages, '{-1,content}', '"another answer"')
                where position = 3
            """)
        )
        with pytest.raises(DataError, match=found.id):
            sets.read(connection, found)


def test_later_data_sets_never_train_on_it_and_what_was_trained_on_never_joins_it(
    engine: sa.Engine, chosen: Settings
) -> None:
    first, found = start(engine, chosen)
    trained = customers(engine, first, "train")
    with engine.begin() as connection:
        ask(connection, 17, "something new of a frozen customer", day=60)
        duplicate = ask(connection, 50, "subject18x1 matter18x1", day=61)
        for customer in range(60, 72):
            ask(connection, customer, f"fresh{customer} thing{customer}", day=-5)
        for known in sorted(trained):
            ask(connection, int(known.rpartition("-")[2]), f"returning {known}", day=90)
    second = built(engine, chosen)
    assert trained < customers(engine, second, "train")
    held_out = customers(engine, second, "validation")
    assert {"customer-16", "customer-17", "customer-18", "customer-19"} < held_out
    assert not held_out & trained
    with engine.connect() as connection:
        assert duplicate not in {member.example_id for member in datasets.members(connection, second.id)}
        questions = sets.read(connection, found)
        clean = contamination.overlaps(connection, questions, second.id, WordEmbedder(), 0.97)
    assert second.manifest["asks_a_frozen_question"] == 1
    assert clean == []
    assert frozen(engine, second) == found


def test_a_planted_duplicate_and_a_known_customer_are_found(engine: sa.Engine, chosen: Settings) -> None:
    version, found = start(engine, chosen)
    with engine.begin() as connection:
        planted = {
            "question": ask(connection, 99, "subject16x0 matter16x0"),
            "customer": ask(connection, 19, "nothing alike at all"),
        }
        other = example(
            connection,
            "what about subject17x1 matter17x1",
            "x",
            embedder="another",
            vector=WordEmbedder().embed(["z"])[0],
        )
        connection.execute(
            sa.text("""
                insert into ai.dataset_members (dataset_id, example_id, split, position)
                select :dataset, id, 'train', 900 + row_number() over () from unnest(cast(:ids as uuid[])) as id
            """),
            {"dataset": version.id, "ids": [*planted.values(), other]},
        )
        questions = sets.read(connection, found)
        overlaps = contamination.overlaps(connection, questions, version.id, WordEmbedder(), 0.97)
    asked = [question.messages[-2]["content"] for question in questions]
    seen = {(asked[one.position], one.example_id, one.why) for one in overlaps}
    assert seen == {
        ("what about subject16x0 matter16x0", planted["question"], "question"),
        ("what about subject17x1 matter17x1", other, "question"),
        ("what about subject19x0 matter19x0", planted["customer"], "customer"),
        ("what about subject19x1 matter19x1", planted["customer"], "customer"),
    }
    assert all(one.similarity >= 0.97 for one in overlaps if one.why == "question")


def test_it_serves_until_held_out_conversations_have_doubled(engine: sa.Engine, chosen: Settings) -> None:
    _, first = start(engine, chosen)
    with engine.begin() as connection:
        for customer in range(100, 150):
            ask(connection, customer, f"later{customer} point{customer}", day=100 + customer)
    version = built(engine, chosen)
    second = frozen(engine, version)
    assert second.id != first.id
    assert second.manifest["before"] == first.id
    with engine.connect() as connection:
        known = {question.example_id for question in sets.read(connection, first)}
        assert known < {question.example_id for question in sets.read(connection, second)}
        assert evaluation_sets.current(connection) == second


def test_an_erased_customer_leaves_it_and_the_next_one_is_frozen_without_them(
    engine: sa.Engine, chosen: Settings
) -> None:
    _, first = start(engine, chosen)
    with engine.begin() as connection:
        erasure = connection.scalar(
            sa.text("""
                insert into ai.erasures (customer_hash, requested_by, requested_at)
                values ('customer-18', 'kim', :now) returning id
            """),
            {"now": NOW},
        )
        counts = redaction.erase(connection, int(str(erasure)), "customer-18", [], NOW).counts
    assert counts["evaluation_set_members"] == 2
    assert counts["evaluation_sets"] == 1
    with engine.connect() as connection:
        assert evaluation_sets.current(connection) is None
        assert len(evaluation_sets.members(connection, first.id)) == first.questions - 2
    version = built(engine, chosen)
    second = frozen(engine, version)
    with engine.connect() as connection:
        owners = {question.customer_hash for question in sets.read(connection, second)}
    assert "customer-18" not in owners
    assert {"customer-16", "customer-17", "customer-19"} <= owners, "who was held out stays held out"
