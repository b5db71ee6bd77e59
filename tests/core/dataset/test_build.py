"""A data set version: reproducible, without leaks between its sides, stratified, complete and never changed."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
import orjson
import pytest
import sqlalchemy as sa
from fakes.stored import WordEmbedder, example, row_versions
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mhc_core.artifacts import store
from mhc_core.business import pricing
from mhc_core.dataset import build
from mhc_core.dataset import split as dataset_split
from mhc_core.dataset.file_format import problems
from mhc_core.db import engine as engines
from mhc_core.db.queries import dataset as queries
from mhc_core.db.rows.dataset import VerifiedExample
from mhc_core.db.tables import training_examples
from mhc_core.errors import DataError
from mhc_core.pseudonyms import customer_hash as hashed
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent

BUSINESS = pricing.load()
INTENTS = list(Intent)
SMALL = Settings(dataset_min_examples=10)


def verified(
    number: int, customer: str = "", question: str = "", intent: Intent = Intent.MENU, quality: float = 0.9
) -> VerifiedExample:
    asked = question or f"unique{number} words{number * 7}"
    return VerifiedExample(
        id=UUID(int=number),
        sequence=number,
        customer_hash=customer or f"customer-{number}",
        day=date(2026, 3, 1 + number % 20),
        intent=intent,
        origin="score",
        channel="web",
        quality=quality,
        context=({"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"})
        if number % 3 == 0
        else (),
        question=asked,
        answer=f"answer {number}",
        vector=WordEmbedder().embed([asked])[0],
    )


def many(count: int) -> list[VerifiedExample]:
    return [verified(number, f"customer-{number // 2}", intent=INTENTS[number % 4]) for number in range(1, count + 1)]


def test_the_same_examples_make_the_same_bytes_in_any_order() -> None:
    examples = many(60)
    first = build.build(examples, BUSINESS, SMALL)
    second = build.build(examples[::-1], BUSINESS, SMALL)
    assert (first.id, first.train, first.validation) == (second.id, second.train, second.validation)
    assert first.members == second.members
    digest = hashlib.sha256(first.train + b"\x1e" + first.validation).hexdigest()
    assert first.id == f"ds-{digest[:12]}"


def test_other_content_or_another_seed_is_another_version() -> None:
    examples = many(60)
    known = build.build(examples, BUSINESS, SMALL).id
    changed = [replace(examples[0], answer="something else"), *examples[1:]]
    assert build.build(changed, BUSINESS, SMALL).id != known
    assert build.build(examples[:-1], BUSINESS, SMALL).id != known
    assert build.build(examples, BUSINESS, Settings(dataset_min_examples=10, seed=1)).id != known


def test_every_line_is_its_member_with_prompt_context_question_and_answer() -> None:
    examples = {found.id: found for found in many(60)}
    built = build.build(list(examples.values()), BUSINESS, SMALL)
    lines = {"train": built.train.splitlines(), "validation": built.validation.splitlines()}
    assert len(built.members) == 60 == len(lines["train"]) + len(lines["validation"])
    assert len({(split, place) for _, split, place in built.members}) == 60
    prompts = set()
    for identifier, split, place in built.members:
        record, source = orjson.loads(lines[split][place]), examples[identifier]
        assert record["metadata"] == {"example_id": str(identifier), "intent": source.intent.value}
        assert [turn["role"] for turn in record["messages"]] == [
            "system", *(turn["role"] for turn in source.context), "user", "assistant",
        ]  # fmt: skip
        earlier = [turn for turn in record["messages"][:-1] if turn["role"] == "assistant"]
        assert all(turn["weight"] == 0 for turn in earlier), "only the last answer was approved"
        assert "weight" not in record["messages"][-1]
        assert record["messages"][-2]["content"] == source.question
        assert record["messages"][-1]["content"] == source.answer
        prompts.add((source.intent, record["messages"][0]["content"]))
    assert len(prompts) == 4, "one system prompt for each intent"
    assert built.last_sequence == 60
    assert built.manifest["examples"] == {split: len(found) for split, found in lines.items()}
    assert built.manifest["sha256"]["train"] == hashlib.sha256(built.train).hexdigest()
    assert sum(built.manifest["intents"]["train"].values()) == len(lines["train"])


def test_neither_the_order_of_arrival_nor_the_salt_of_an_installation_changes_a_data_set() -> None:
    examples = [verified(number, f"customer-{number // 3}", f"same{number // 5} words") for number in range(1, 90)]
    elsewhere = [
        replace(one, sequence=1000 - one.sequence, customer_hash=hashed(b"another salt", one.customer_hash))
        for one in examples
    ]
    chosen = SMALL.model_copy(update={"dataset_max_examples": 60})
    assert build.build(examples, BUSINESS, chosen).id == build.build(elsewhere[::-1], BUSINESS, chosen).id


GROUPED = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 40), st.sampled_from(INTENTS[:3])), min_size=10, max_size=80
)


@given(GROUPED, st.integers(0, 5))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_no_customer_and_no_near_duplicate_stands_on_both_sides(
    rows: Sequence[tuple[int, int, Intent]], seed: int
) -> None:
    examples = [
        verified(number, f"c{customer}", f"question{topic} about{topic}", intent)
        for number, (customer, topic, intent) in enumerate(rows, 1)
    ]
    chosen = Settings(dataset_min_examples=10, seed=seed)
    try:
        built = build.build(examples, BUSINESS, chosen)
    except DataError:
        assume(False)
    held = {identifier for identifier, split, _ in built.members if split == "validation"}
    train = [found for found in examples if found.id not in held]
    validation = [found for found in examples if found.id in held]
    assert train
    assert validation
    assert len(train) + len(validation) == len(examples)
    assert not {found.customer_hash for found in train} & {found.customer_hash for found in validation}
    nearest = np.stack([found.vector for found in train]) @ np.stack([found.vector for found in validation]).T
    assert nearest.max() < chosen.near_duplicate_similarity
    assert len(validation) <= 0.2 * len(examples) + 0.5


def test_links_run_over_customers_and_questions_alike() -> None:
    examples = [
        verified(1, "ann", "alpha"), verified(2, "ann", "beta"), verified(3, "bob", "beta"),
        verified(4, "bob", "gamma"), verified(5, "cid", "delta"),
    ]  # fmt: skip
    groups = dataset_split.group(examples, 0.97)
    assert len(set(groups[:4])) == 1
    assert groups[4] not in groups[:4]


def test_a_fifth_is_held_out_of_every_intent() -> None:
    built = build.build(many(400), BUSINESS, SMALL)
    counts = built.manifest["examples"]
    assert counts["validation"] / 400 == pytest.approx(0.2, abs=0.02)
    for intent, count in built.manifest["intents"]["validation"].items():
        assert count / 100 == pytest.approx(0.2, abs=0.05), intent


def test_too_few_examples_say_how_many_and_what_to_do() -> None:
    with pytest.raises(DataError, match=r"199 verified examples, 200 needed.*mhc review"):
        build.build(many(199), BUSINESS, Settings())


def test_examples_of_one_customer_can_not_be_split() -> None:
    examples = [verified(number, "only") for number in range(1, 21)]
    with pytest.raises(DataError, match="more customers"):
        build.build(examples, BUSINESS, SMALL)


def test_the_cap_keeps_every_intent_in_proportion_and_the_best() -> None:
    examples = [
        verified(number, intent=Intent.MENU if number <= 150 else Intent.TRAVEL if number <= 199 else Intent.ALLERGY,
                 quality=number % 10 / 10)
        for number in range(1, 201)
    ]  # fmt: skip
    kept = build.sample(examples, 40, seed=1)
    assert len(kept) == 40
    assert Counter(found.intent for found in kept) == {Intent.MENU: 30, Intent.TRAVEL: 9, Intent.ALLERGY: 1}
    worst = min(found.quality for found in kept if found.intent is Intent.MENU)
    left = [found for found in examples if found not in kept and found.intent is Intent.MENU]
    assert max(found.quality for found in left) <= worst
    assert build.sample(examples, 40, seed=1) == kept
    assert build.sample(examples, 200, seed=1) == examples


@given(st.lists(st.sampled_from(INTENTS), min_size=12, max_size=60), st.integers(10, 60))
@settings(deadline=None)
def test_a_sample_has_the_size_that_was_asked_for(intents: list[Intent], limit: int) -> None:
    examples = [replace(TEMPLATE, id=UUID(int=number), intent=intent) for number, intent in enumerate(intents)]
    kept = build.sample(examples, limit, seed=3)
    assert len(kept) == min(limit, len(examples))
    assert len({found.id for found in kept}) == len(kept)


TEMPLATE = verified(1)


def fill(connection: sa.Connection, count: int) -> None:
    for number in range(count):
        example(
            connection, f"topic{number} thing{number * 3}", f"answer {number}", verified=True, verified_by="kim",
            verified_at=datetime(2026, 3, 4, tzinfo=UTC), customer_hash=f"c{number // 2}",
            intent=INTENTS[number % 3].value,
        )  # fmt: skip


def test_a_stored_version_is_complete_and_never_changed(fresh_database_url: str, tmp_path: Path) -> None:
    engine = engines.create(fresh_database_url)
    chosen = Settings(dataset_min_examples=10, artifact_uri=tmp_path.as_uri())
    with engine.begin() as connection:
        fill(connection, 40)
        example(connection, "not verified", "x")
        example(connection, "switched off", "x", verified=True, active=False)
        example(connection, "another embedder", "x", verified=True, embedder="other")
        available = queries.verified(connection, WordEmbedder.id)
    assert len(available) == 40
    version = build.store(engine, available, BUSINESS, chosen)
    files = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert set(files) == {"train.jsonl", "validation.jsonl", "manifest.json"}
    assert store.read_bytes(version.train_uri) == files["train.jsonl"]
    assert orjson.loads(files["manifest.json"]) == version.manifest
    assert list(problems(version.train_uri)) == []

    with engine.connect() as connection:
        members = queries.members(connection, version.id)
        before = row_versions(connection, "dataset_versions", "dataset_members")
        sources = connection.execute(
            sa.select(training_examples.c.id, training_examples.c.answer_message_id, training_examples.c.answer)
        ).all()
        assert queries.new_verified(connection, None) == 41
        assert queries.new_verified(connection, version.id) == 1
    answers = {row.id: (row.answer_message_id, row.answer) for row in sources}
    assert len(members) == 40 == version.train_count + version.validation_count
    for member in members:
        record = orjson.loads(files[f"{member.split}.jsonl"].splitlines()[member.position])
        message, answer = answers[member.example_id]
        assert (record["messages"][-1]["content"], member.answer_message_id) == (answer, message)
        assert (member.verified_by, record["metadata"]["example_id"]) == ("kim", str(member.example_id))

    assert build.store(engine, available, BUSINESS, chosen) == version
    with engine.connect() as connection:
        assert row_versions(connection, "dataset_versions", "dataset_members") == before
        assert queries.latest(connection) == version
    assert {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == files

    with engine.begin() as connection:
        connection.execute(sa.update(training_examples).values(answer="changed later"))
        newer = queries.verified(connection, WordEmbedder.id)
    second = build.store(engine, newer, BUSINESS, chosen)
    with engine.connect() as connection:
        assert second.id != version.id
        assert queries.get(connection, version.id) == version
        assert [found.id for found in queries.versions(connection)] == [second.id, version.id]
        assert queries.latest(connection) == second
    assert store.read_bytes(version.train_uri) == files["train.jsonl"]
    engine.dispose()


def test_a_run_killed_before_the_row_is_written_leaves_no_version(
    fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = engines.create(fresh_database_url)
    chosen = Settings(dataset_min_examples=10, artifact_uri=tmp_path.as_uri())
    with engine.begin() as connection:
        fill(connection, 20)
        available = queries.verified(connection, WordEmbedder.id)

    class Killed(BaseException):
        pass

    def killed(*_: object) -> bool:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(queries, "save", killed)
        with pytest.raises(Killed):
            build.store(engine, available, BUSINESS, chosen)
    with engine.connect() as connection:
        assert queries.latest(connection) is None
    version = build.store(engine, available, BUSINESS, chosen)
    assert version.train_count + version.validation_count == 20
    engine.dispose()


def test_what_was_said_on_the_telephone_is_marked_and_opens_with_the_rules_of_speaking() -> None:
    prompts = dict.fromkeys(Intent, "Be kind.")
    written, spoken = (
        orjson.loads(build.line(replace(verified(1), channel=name), prompts)) for name in ("web", "phone")
    )
    assert written["messages"][0]["content"] == "Be kind."
    assert "channel" not in written["metadata"]
    assert spoken["messages"][0]["content"].startswith("Be kind.")
    assert "read aloud" in spoken["messages"][0]["content"]
    assert spoken["metadata"]["channel"] == "phone"
