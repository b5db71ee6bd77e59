"""Which of the examples that say the same stays: found exactly, and the same in whatever order they came."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import numpy as np
import pytest
import sqlalchemy as sa
from fakes.scrubbers import Clean
from fakes.stored import DAY, NOW, START, WordEmbedder, say, talk

from mhc_core.db.queries import merging as queries
from mhc_core.db.tables import messages, training_examples
from mhc_core.review import decisions
from mhc_core.scrubbing import merging
from mhc_core.scrubbing.merging import unusual
from mhc_core.scrubbing.stage import scrub_day
from mhc_core.settings import Settings

SETTINGS = Settings()


WORDS = [f"word{number}" for number in range(90)]


def scrub(connection: sa.Connection, day: date) -> None:
    scrub_day(connection, Clean(), WordEmbedder(), SETTINGS, day, NOW)


def review(connection: sa.Connection) -> None:
    decisions.enqueue(connection, SETTINGS)
    decisions.apply_carried(connection, Clean)
    merging.merge(connection, WordEmbedder(), SETTINGS)


def standing(connection: sa.Connection) -> set[tuple[UUID, str, bool]]:
    """The examples that stay, and whether a data set would hold them now."""
    row = training_examples.c
    found = connection.execute(sa.select(row.answer_message_id, row.answer, row.verified).where(row.active))
    return {(one.answer_message_id, one.answer, one.verified) for one in found}


def on(day: int, question: str, answer: str, connection: sa.Connection, decision: str = "", **columns: Any) -> None:
    """An exchange of a day, with a decision that came with it: ``edit`` answers "about a hundred dollar"."""
    carried = {"decision": decision, "by": "ann", "answer": "about a hundred dollar"}
    metadata = {"review": carried} if decision else {}
    turns = say("user", question), say("assistant", answer, message_metadata=metadata, **columns)
    talk(connection, *turns, at=START + timedelta(days=day), score=0.9)


def test_a_twin_is_found_among_many_nearer_looking_ones(connection: sa.Connection) -> None:
    for price in range(100, 140):
        talk(connection, say("user", "what does it cost"), say("assistant", f"it is ${price} in all"), score=0.9)
    scrub(connection, DAY)
    later = START + timedelta(days=1)
    for price in range(100, 140):
        turns = say("user", "what does it cost"), say("assistant", f"it is ${price} in all")
        talk(connection, *turns, at=later, score=0.9)
    scrub(connection, later.date())

    row = training_examples.c
    merged = connection.scalars(sa.select(row.duplicate_of.is_not(None)).order_by(row.day, row.answer)).all()
    assert list(merged) == [False] * 40 + [True] * 40


def test_the_same_conversations_teach_the_same_in_any_order(connection: sa.Connection) -> None:
    question = " ".join(WORDS)
    drift = [" ".join([*WORDS[step:], *(f"other{n}" for n in range(step))]) for step in range(0, 6, 2)]
    on(0, question, "it is $100", connection, "approve")
    on(1, question, "it is $100", connection, edited_content="it is exactly $100", edited_by="kim")
    on(1, question, "about a hundred dollar", connection, "approve")
    on(2, question, "it was once $90", connection, "edit")
    on(2, question, "it is $100", connection, "reject")
    on(0, "can you hold a date", "yes for a day", connection, "reject")
    on(2, "can you hold a date", "yes for a day", connection)
    on(0, "do you serve wine", "we do not", connection, "edit")
    on(1, "do you serve wine", "we do not", connection)
    for day, text in enumerate(drift):
        on(day, text, "yes we do", connection, "approve")
        on(2 - day, text, "no we never do that", connection, "approve" if day == 1 else "reject")
    chain = [WordEmbedder().embed([text])[0] for text in drift]
    assert chain[0] @ chain[1] > SETTINGS.near_duplicate_similarity > chain[0] @ chain[2]

    days = [START.date() + timedelta(days=day) for day in range(3)]
    found = []
    for order in permutations(days):
        for reviewed_between in (False, True):
            with connection.begin_nested() as attempt:
                for day in order:
                    scrub(connection, day)
                    if reviewed_between:
                        review(connection)
                review(connection)
                review(connection)
                found.append(standing(connection))
                attempt.rollback()

    assert len(found[0]) > 5
    assert all(one == found[0] for one in found)


def test_what_a_data_set_holds_stays(connection: sa.Connection) -> None:
    on(1, "what deposit", "it is $100", connection, "approve")
    scrub(connection, DAY + timedelta(days=1))
    review(connection)
    held = connection.execute(sa.select(training_examples.c.id)).scalar_one()
    connection.execute(
        sa.text("""
            insert into ai.dataset_versions
                (id, train_uri, validation_uri, train_count, validation_count, last_sequence)
            values ('ds-1', 't', 'v', 1, 0, 1)
        """)
    )
    connection.execute(sa.text("insert into ai.dataset_members values ('ds-1', :held, 'train', 0)"), {"held": held})

    on(0, "what deposit", "no", connection, edited_content="it is $100", edited_by="kim")
    scrub(connection, DAY)
    review(connection)

    row = training_examples.c
    assert connection.scalars(sa.select(row.id).where(row.active)).all() == [held]


def test_what_was_merged_stands_again_when_the_other_says_something_else(connection: sa.Connection) -> None:
    on(0, "what deposit", "it is $100", connection)
    on(1, "what deposit", "it is $100", connection)
    for day in (0, 1):
        scrub(connection, DAY + timedelta(days=day))
    row = training_examples.c
    first, second = connection.execute(sa.select(row.answer_message_id, row.active).order_by(row.day)).all()
    assert (first.active, second.active) == (True, False)

    changed = sa.update(messages).where(messages.c.id == first.answer_message_id)
    connection.execute(changed.values(edited_content="it is $150", edited_by="kim"))
    connection.execute(sa.text("update ai.conversation_scores set scrubbed_at = null"))
    scrub(connection, DAY)

    assert connection.scalars(sa.select(row.active)).all() == [True, True]


def test_an_edited_answer_is_compared_with_its_new_numbers(connection: sa.Connection) -> None:
    on(0, "what deposit", "it is $150", connection, "approve")
    on(1, "what deposit", "it is $100", connection)
    for day in (0, 1):
        scrub(connection, DAY + timedelta(days=day))
    review(connection)
    row = training_examples.c
    second = connection.execute(sa.select(row.id).where(row.answer == "it is $100")).scalar_one()
    item = connection.scalar(sa.text("select id from ai.review_items where example_id = :id"), {"id": second})
    decisions.decide(connection, item, decisions.Decision.EDIT, "ann", NOW, Clean, "it is $150")
    review(connection)

    assert not connection.scalar(sa.select(row.active).where(row.id == second))


@pytest.mark.parametrize("known", [0, 3])
def test_a_question_is_unusual_by_its_nearest_known_one(known: int) -> None:
    vectors = np.eye(4, dtype=np.float32)
    ids = [UUID(int=number) for number in range(4)]
    new = queries.Placed(ids[:1], np.array([[0.8, 0.6, 0, 0]], dtype=np.float32))
    reference = queries.Placed(ids[:known], vectors[:known])

    assert unusual(new, reference) == {ids[0]: pytest.approx(0.4 if known else 1)}


def test_a_part_of_the_vectors_rules_out_none_that_is_near() -> None:
    drawn = np.random.default_rng(3).standard_normal((60, 384)).astype(np.float32)
    vectors = np.vstack([drawn, drawn + 0.2 * np.random.default_rng(4).standard_normal(drawn.shape)])
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16).astype(np.float32)
    ids = [UUID(int=number) for number in range(len(vectors))]
    new = np.arange(len(ids)) % 3 == 0
    cosine = vectors @ vectors.T - 2 * np.eye(len(ids))
    pairs = np.argwhere((cosine >= 0.97) & (new[:, np.newaxis] | new))
    assert len(pairs) > 20

    found = merging.near([queries.SameNumbers(ids, new, vectors[:, :64])], 0.97)
    assert {ids[place] for place in pairs.ravel()} <= set(found)
    assert merging.near([queries.SameNumbers(ids[:60], new[:60], vectors[:60, :64])], 0.97) == []


def test_rounding_of_the_search_decides_nothing() -> None:
    """A question at the very threshold is in or out by itself, however many others are searched with it."""
    vector = WordEmbedder().embed(["deposit"])[0]
    near = vector + 0.2 * WordEmbedder().embed(["unrelated"])[0]
    similarity = float(np.sum(vector.astype(np.float64) * (near / np.linalg.norm(near))))
    lines = [_line(vector, near, others) for others in (0, 1, 7, 64, 300)]
    verdicts = []
    for threshold in np.linspace(similarity - 1e-6, similarity + 1e-6, 21):
        (verdict,) = {len(merging.yielding(examples, vectors, threshold)) for examples, vectors in lines}
        verdicts.append(verdict)
    assert verdicts == sorted(verdicts, reverse=True)
    assert (verdicts[0], verdicts[-1]) == (1, 0)


def _line(
    vector: np.ndarray[Any, Any], near: np.ndarray[Any, Any], others: int
) -> tuple[Sequence[queries.Mergeable], np.ndarray[Any, Any]]:
    drawn = np.random.default_rng(others).standard_normal((others, len(vector))).astype(np.float32)
    ids = [UUID(int=number) for number in range(others + 2)]
    examples = [queries.Mergeable(key, "n", True, False, None, "q", f"answer {key}") for key in ids]
    examples[1] = examples[1]._replace(answer=examples[0].answer)
    return examples, np.vstack([vector, near, drawn])


def test_what_is_near_is_found_in_parts_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(5)
    vectors = random.normal(size=(57, 8)).astype(np.float32)
    vectors[40:50] = vectors[:10] + random.normal(scale=0.01, size=(10, 8)).astype(np.float32)
    vectors[50] = vectors[49]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [UUID(int=number) for number in range(len(vectors))]
    new = np.arange(len(vectors)) >= 45
    near = 2 * (1 - vectors @ vectors.T) <= 2 * (1 - 0.97) + merging._ROUNDED
    np.fill_diagonal(near, False)
    wanted = {ids[place] for place in np.flatnonzero((near & new).any(axis=1) | (new & near.any(axis=1)))}
    for wide, block in ((7, 3), (16, 1024), (1000, 4), (1000, 1000)):
        monkeypatch.setattr(merging, "_WIDE", wide)
        monkeypatch.setattr(merging, "_BLOCK", block)
        assert set(merging.near([queries.SameNumbers(ids, new, vectors)], 0.97)) == wanted
    assert len(wanted) == 11
