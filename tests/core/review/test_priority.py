"""What is worth a person's time comes first, and of what is alike one."""

from uuid import UUID, uuid4

import numpy as np
import pytest
import sqlalchemy as sa
from fakes.stored import WordEmbedder, example

from mhc_core.db.queries import review as queries
from mhc_core.db.rows.review import Head, Unplaced
from mhc_core.db.tables import training_examples
from mhc_core.review import decisions, priority
from mhc_core.review.intent_model import MINIMUM, Intents
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent

SETTINGS = Settings()
NOBODY = Head([], [], np.zeros((0, 0), np.float32))
LONG = "could you tell me whether the chef brings tables and chairs along"
EMBEDDER = WordEmbedder()


def waiting(question: str = LONG, answer: str = LONG, **given: object) -> Unplaced:
    facts = {"intent": "policy", "confidence": None, "vote": None, "novelty": 0.2, "coherence": 0.5, "signals": ()}
    words = {"question_words": len(set(question.split())), "answer_words": len(set(answer.split()))}
    return Unplaced(**{"example_id": uuid4(), "conversation_id": uuid4(), **facts, **words, **given})  # type: ignore[arg-type]


def placed(*items: tuple[str, Unplaced], head: Head = NOBODY) -> list[UUID]:
    """Example ids, the most valuable first."""
    vectors = EMBEDDER.embed([text for text, _ in items])
    found = [one for _, one in items]
    intents = Intents(np.zeros((0, 384), np.float32), [], [one.intent for one in found])
    return [one.example_id for one in sorted(priority.place(found, vectors, intents, head, 0.7), key=lambda p: -p[1])]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (waiting(vote="down"), waiting(confidence=0.01, intent="complaint", novelty=1.0)),
        (waiting(vote="down", confidence=0.9), waiting(vote="down", confidence=0.6, novelty=0.9)),
        (waiting(confidence=0.1), waiting(confidence=0.6)),
        (waiting(), waiting(question="thanks")),
        (waiting(), waiting(answer="goodbye")),
        (waiting(), waiting(intent="smalltalk")),
        (waiting(intent="complaint"), waiting()),
        (waiting(novelty=0.8), waiting()),
        (waiting(coherence=0.1), waiting(coherence=0.9)),
        (waiting(), waiting(coherence=None, novelty=None)),
    ],
)
def test_what_teaches_more_comes_first(better: Unplaced, worse: Unplaced) -> None:
    assert placed(("one", worse), ("other", better)) == [better.example_id, worse.example_id]


def test_of_questions_alike_one_comes_first_and_the_others_after_a_different_one() -> None:
    best, twin, other = waiting(novelty=0.9), waiting(novelty=0.8), waiting(novelty=0.4)
    same = "is parking free"
    assert placed((same, twin), (same, best), ("what about rain", other)) == [
        best.example_id, other.example_id, twin.example_id,
    ]  # fmt: skip


def test_of_one_conversation_one_comes_first() -> None:
    conversation = uuid4()
    best, next_one = (waiting(novelty=n, conversation_id=conversation) for n in (0.9, 0.8))
    other = waiting(novelty=0.4)
    found = placed(("parking", best), ("rain", next_one), ("allergies", other))
    assert found == [best.example_id, other.example_id, next_one.example_id]


def test_what_waits_already_at_the_head_counts_as_seen() -> None:
    twin, other = waiting(novelty=0.8), waiting(novelty=0.4)
    head = Head([uuid4()], [5.0], EMBEDDER.embed(["is parking free"]))
    assert placed(("is parking free", twin), ("rain", other), head=head) == [other.example_id, twin.example_id]
    lower = Head([uuid4()], [0.0], EMBEDDER.embed(["is parking free"]))
    assert placed(("is parking free", twin), ("rain", other), head=lower) == [twin.example_id, other.example_id]


def test_many_neighbours_outweigh_one_wrong_label() -> None:
    idle = [f"cool no problem {word}" for word in ("then", "thanks", "bye", "all", "good")] * 20
    angry = [f"this was awful {word}" for word in ("food", "service", "again", "really", "and")] * 20
    texts, labels = idle + angry, ["smalltalk"] * 100 + ["complaint"] * 100
    labels[0] = labels[5] = "complaint"
    intents = Intents(EMBEDDER.embed(texts), labels, [])
    asked = EMBEDDER.embed(["cool no problem then", "this was awful food"])
    assert intents.probability(asked, (Intent.COMPLAINT,)).round().tolist() == [0, 1]
    assert intents.probability(asked, (Intent.SMALLTALK,)).round().tolist() == [1, 0]


def test_with_little_to_learn_from_a_question_is_what_it_came_as() -> None:
    texts = [f"word{number}" for number in range(MINIMUM - 1)]
    given = Intents(EMBEDDER.embed(texts), ["complaint", "menu"] * 49 + ["menu"], ["complaint", "menu"])
    assert given.probability(EMBEDDER.embed(["a", "b"]), (Intent.COMPLAINT,)).tolist() == [1, 0]


def test_a_dislike_that_comes_later_moves_an_item_up_and_nothing_else_is_placed_again(
    connection: sa.Connection,
) -> None:
    example(connection, "is parking free", "yes")
    second = example(connection, "what about rain", "a tent")
    assert decisions.enqueue(connection, SETTINGS) == 2
    connection.execute(
        sa.update(training_examples).where(training_examples.c.id == second).values(vote="down", placed_for=None)
    )
    assert decisions.enqueue(connection, SETTINGS) == 1
    shown = queries.queue(connection, 5)
    assert [item.question for item in shown] == ["what about rain", "is parking free"]
    assert shown[0].reasons == ("disliked",)
    connection.execute(
        sa.update(training_examples).where(training_examples.c.id == second).values(vote=None, placed_for=None)
    )
    assert decisions.enqueue(connection, SETTINGS) == 1
    assert {item.reasons for item in queries.queue(connection, 5)} == {()}, "an item is not like itself"
