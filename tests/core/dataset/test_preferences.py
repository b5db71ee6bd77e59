"""Preference pairs: what people replaced is kept, scrubbed, beside what they wrote, on one side of the split."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
import sqlalchemy as sa
from fakes.stored import DAY, NOW, WordEmbedder, example, opinion, say, talk

from mhc_core.artifacts import store
from mhc_core.business import pricing
from mhc_core.dataset import build, preferences
from mhc_core.db import engine as engines
from mhc_core.db.queries import dataset as queries
from mhc_core.db.queries import marks
from mhc_core.db.rows.dataset import VerifiedExample
from mhc_core.db.tables import review_items, training_examples
from mhc_core.errors import ScrubRefused
from mhc_core.review import decisions
from mhc_core.scrubbing import Scrubber
from mhc_core.scrubbing.findings import Risk, ScrubResult
from mhc_core.scrubbing.stage import scrub_day
from mhc_core.settings import Settings
from mhc_core.vocabulary import Decision, Intent

BUSINESS = pricing.load()
SMALL = Settings(dataset_min_examples=10)
SECRET = "SECRET-7"


class Names(Scrubber):
    """Takes Xavier for a name and twelve digits for an account, and refuses to read the secret."""

    def __init__(self) -> None:
        pass

    def scrub(self, text: str, memory: Any = None, known: Any = ()) -> ScrubResult:
        if SECRET in text:
            raise ScrubRefused("too hard to read; shorten it")
        return ScrubResult(text.replace("Xavier", "[PERSON_1]"), (), Risk.NONE, "123456789012" not in text)

    def scrub_conversation(self, texts: Sequence[str], known: Any = None) -> list[ScrubResult]:
        return [self.scrub(text) for text in texts]


def scrub(connection: sa.Connection, hours: float = 0) -> int:
    return scrub_day(connection, Names(), WordEmbedder(), SMALL, DAY, NOW + timedelta(hours=hours))


def verified(number: int) -> VerifiedExample:
    question = f"unique{number} words{number * 7}"
    return VerifiedExample(
        id=UUID(int=number),
        sequence=number,
        customer_hash=f"customer-{number // 2}",
        day=DAY + timedelta(days=number % 20),
        intent=Intent.MENU,
        origin="score",
        channel="web",
        quality=0.9,
        context=({"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}) if number % 3 else (),
        question=question,
        answer=f"answer {number}",
        vector=WordEmbedder().embed([question])[0],
    )


def rejected(connection: sa.Connection, answer: UUID) -> str | None:
    found: str | None = connection.scalar(
        sa.select(training_examples.c.rejected_answer).where(training_examples.c.answer_message_id == answer)
    )
    return found


def decide(connection: sa.Connection, example_id: UUID, decision: Decision, answer: str | None = None) -> None:
    decisions.enqueue(connection, SMALL)
    item = connection.scalar(sa.select(review_items.c.id).where(review_items.c.example_id == example_id))
    assert item is not None
    decisions.decide(connection, item, decision, "kim", NOW, Names, answer)


def records(data: bytes) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in data.splitlines()]


def test_what_an_editor_replaced_is_kept_scrubbed_under_the_same_placeholders(connection: sa.Connection) -> None:
    edited = {"edited_content": "Xavier, it is $100.", "edited_by": "marcus", "edited_at": NOW}
    conversation, (_, answer) = talk(
        connection, say("user", "Xavier here, deposit?"), say("assistant", "Xavier, it is $50.", **edited), score=0.2
    )
    opinion(connection, conversation, answer, vote="down")
    scrub(connection)
    assert rejected(connection, answer) == "[PERSON_1], it is $50."
    decisions.enqueue(connection, SMALL)
    decisions.apply_carried(connection, Names)
    [found] = queries.verified(connection, WordEmbedder.id)
    [pair] = records(preferences.line(found, dict.fromkeys(Intent, "be kind"), "train"))
    assert [turn["role"] for turn in pair["prompt"]] == ["system", "user"]
    assert pair["prompt"][-1]["content"] == "[PERSON_1] here, deposit?"
    assert pair["chosen"] == [{"role": "assistant", "content": "[PERSON_1], it is $100."}]
    assert pair["rejected"] == [{"role": "assistant", "content": "[PERSON_1], it is $50."}]
    assert pair["metadata"] == {
        "example_id": str(found.id), "intent": found.intent.value, "split": "train", "vote": "down",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "agent"),
    [(f"{SECRET} is $50", None), ("account 123456789012", None), ("It is $712 for your party", "quote")],
)
def test_a_text_that_is_not_clean_or_not_the_models_own_is_not_kept(
    connection: sa.Connection, content: str, agent: str | None
) -> None:
    edited = {"edited_content": "it is $100", "message_metadata": {"agent": agent} if agent else {}}
    _, (_, answer) = talk(connection, say("user", "deposit?"), say("assistant", content, **edited), score=0.2)
    assert scrub(connection) == 1
    assert rejected(connection, answer) is None


def test_what_a_reviewer_replaced_first_stays_the_rejected_text(connection: sa.Connection) -> None:
    identifier = example(connection, "deposit?", "it is $50")
    decide(connection, identifier, Decision.APPROVE)
    assert not preferences.is_pair(queries.verified(connection, WordEmbedder.id)[0])
    for text in ("it is $90", "it is $100"):
        decide(connection, identifier, Decision.EDIT, text)
    [found] = queries.verified(connection, WordEmbedder.id)
    assert (found.answer, found.rejected_answer) == ("it is $100", "it is $50")
    assert preferences.is_pair(found)
    decide(connection, identifier, Decision.REJECT)
    assert queries.verified(connection, WordEmbedder.id) == []


def test_a_stricter_scrubber_cleans_what_was_kept_too(connection: sa.Connection) -> None:
    edited = {"edited_content": "it is $100", "edited_by": "marcus", "edited_at": NOW}
    _, (_, answer) = talk(connection, say("user", "deposit?"), say("assistant", "Xavier: $50", **edited), score=0.2)
    scrub(connection)
    kept = training_examples.c.answer_message_id == answer
    connection.execute(sa.update(training_examples).where(kept).values(rejected_answer="Xavier: $50", verified=True))
    connection.execute(sa.text("update ai.conversation_scores set scrubbed_at = null"))
    scrub(connection, hours=1)
    assert rejected(connection, answer) == "[PERSON_1]: $50"


def test_what_was_missed_in_a_replaced_text_withdraws_its_example(connection: sa.Connection) -> None:
    example(
        connection, "deposit?", "it is $100", rejected_answer="ask Barnaby", verified=True, verified_by="kim",
        verified_at=NOW,
    )  # fmt: skip
    assert marks.withdraw_wherever(connection, "barnaby") == 1
    assert queries.verified(connection, WordEmbedder.id) == []


@pytest.mark.parametrize(
    ("chosen", "replaced", "pair"),
    [
        ("It is $100.", "It is $50.", True),
        ("It is $100.", None, False),
        ("It is $100.", "it is 100", False),
        ("Hi, it is $100.", "Hi Barnaby, it is $100.", False),
        ("Hi [PERSON_1], it is $100.", "Hi Barnaby, it is $100.", False),
        ("It is $100.", "[PERSON_1]", False),
    ],
)
def test_only_an_edit_that_says_something_else_is_a_preference(chosen: str, replaced: str | None, pair: bool) -> None:
    assert preferences.is_pair(replace(verified(1), answer=chosen, rejected_answer=replaced)) is pair


def test_pairs_stand_on_the_side_of_their_example_and_belong_to_the_version() -> None:
    plain = [verified(number) for number in range(1, 61)]
    examples = [
        replace(one, rejected_answer=f"wrong {one.sequence}", vote="down") if one.sequence % 2 else one for one in plain
    ]
    built = build.build(examples, BUSINESS, SMALL)
    assert build.build(examples[::-1], BUSINESS, SMALL).preferences == built.preferences
    sides = {str(identifier): side for identifier, side, _ in built.members}
    found = records(built.preferences)
    assert {pair["metadata"]["example_id"] for pair in found} == {str(one.id) for one in examples if one.sequence % 2}
    assert all(pair["metadata"]["split"] == sides[pair["metadata"]["example_id"]] for pair in found)
    assert built.manifest["preferences"] == {
        side: sum(pair["metadata"]["split"] == side for pair in found) for side in ("train", "validation")
    }
    lines = {record["metadata"]["example_id"]: record for record in records(built.train + built.validation)}
    for pair in found:
        told = lines[pair["metadata"]["example_id"]]["messages"]
        assert [*pair["prompt"], *pair["chosen"]] == [
            {"role": turn["role"], "content": turn["content"]} for turn in told
        ]
    without = build.build(plain, BUSINESS, SMALL)
    assert (without.train, without.preferences) == (built.train, b"")
    assert without.id != built.id, "another content is another version"
    assert "preferences" not in without.manifest


def test_the_pairs_of_a_stored_version_are_a_file_beside_the_others(fresh_database_url: str, tmp_path: Path) -> None:
    engine = engines.create(fresh_database_url)
    chosen = Settings(dataset_min_examples=10, artifact_uri=tmp_path.as_uri())
    with engine.begin() as connection:
        for number in range(20):
            example(
                connection, f"topic{number} thing{number * 3}", f"answer {number}", verified=True, verified_by="kim",
                verified_at=NOW, customer_hash=f"c{number // 2}", rejected_answer="no idea" if number < 9 else None,
            )  # fmt: skip
        available = queries.verified(connection, WordEmbedder.id)
    version = build.store(engine, available, BUSINESS, chosen)
    assert version.files.preferences_uri is not None
    data = store.read_verified(version.files.preferences_uri, version.manifest["sha256"]["preferences"])
    assert len(records(data)) == 9 == sum(version.manifest["preferences"].values())
    with engine.begin() as connection:
        connection.execute(sa.update(training_examples).values(rejected_answer=None))
        available = queries.verified(connection, WordEmbedder.id)
    assert build.store(engine, available, BUSINESS, chosen).files.preferences_uri is None
    engine.dispose()
