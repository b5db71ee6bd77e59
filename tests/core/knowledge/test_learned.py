"""What becomes a learned article, what never does, and that an article follows its example."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid5

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from pgvector import HalfVector

from mhc_core.business import pricing
from mhc_core.db.queries import knowledge as queries
from mhc_core.db.tables import conversations, knowledge_articles, messages, training_examples
from mhc_core.knowledge import index
from mhc_core.knowledge.general import general, known_numbers
from mhc_core.knowledge.learned import LIMIT, article_id, learn, title
from mhc_core.providers.minilm import embedder

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SPACE = UUID("6f6d6b1e-2b1c-4f0e-9a55-0d5a3c8f1a11")
NUMBERS = known_numbers(pricing.load())

TENT = "Yes, a carport works well as long as it is open on the sides and the smoke can leave freely."
CHARGE = "Kids under six eat free, and children from 6 to 12 are $30 each wherever you are."


@dataclass
class Example:
    question: str = "can the chef cook under our carport"
    answer: str = TENT
    intent: str = "policy"
    quality: float = 0.95
    active: bool = True
    verified: bool = True
    risk: str = "none"
    context: tuple[dict[str, str], ...] = ()


def _add(connection: sa.Connection, example: Example) -> UUID:
    key = uuid5(SPACE, example.question + example.answer)
    asked, answered = uuid5(key, "q"), uuid5(key, "a")
    connection.execute(
        sa.insert(conversations).values(
            id=key, source="test", source_id=str(key), channel="web", started_at=NOW, last_message_at=NOW
        )
    )
    connection.execute(
        sa.insert(messages),
        [
            {"id": asked, "conversation_id": key, "position": 0, "role": "user", "content": "raw", "sent_at": NOW},
            {
                "id": answered,
                "conversation_id": key,
                "position": 1,
                "role": "assistant",
                "content": "raw",
                "sent_at": NOW,
            },
        ],
    )
    connection.execute(
        sa.insert(training_examples).values(
            id=key,
            conversation_id=key,
            question_message_id=asked,
            answer_message_id=answered,
            customer_hash="c",
            day=NOW.date(),
            channel="web",
            intent=example.intent,
            origin="score",
            question=example.question,
            answer=example.answer,
            context=list(example.context),
            quality=example.quality,
            risk=example.risk,
            embedder="none",
            embedding=HalfVector(np.ones(4)),
            content_sha256=example.question + example.answer,
            active=example.active,
            verified=example.verified,
            verified_at=NOW,
        )
    )
    return key


@pytest.fixture
def clean(connection: sa.Connection) -> sa.Connection:
    connection.execute(sa.delete(conversations))
    connection.execute(sa.delete(knowledge_articles))
    return connection


def _learn(connection: sa.Connection) -> tuple[str, ...]:
    return learn(connection, embedder.load(), pricing.load(), NOW).added


def test_a_good_answer_becomes_an_article_of_its_own(clean: sa.Connection) -> None:
    key = _add(clean, Example("Hi there! can the chef cook under our carport"))
    assert _learn(clean) == (article_id(str(key)),)
    article = queries.article(clean, article_id(str(key)))
    assert article is not None
    assert (article.title, article.body, article.category) == ("Can the chef cook under our carport", TENT, "learned")
    assert (article.origin, article.example_id, article.tags) == ("learned", key, ["policy"])
    assert _learn(clean) == ()


@pytest.mark.parametrize(
    "example",
    [
        Example(quality=0.85),
        Example(active=False),
        Example(verified=False),
        Example(risk="medium"),
        Example(intent="complaint"),
        Example(intent="account"),
        Example(context=({"role": "user", "content": "we have a carport"},)),
        Example(answer="Of course [PERSON_1], a carport works well when it is open on the sides."),
    ],
)
def test_what_is_not_proven_or_not_general_never_becomes_one(clean: sa.Connection, example: Example) -> None:
    _add(clean, example)
    assert _learn(clean) == ()


@pytest.mark.parametrize(
    "answer",
    [
        "For 10 adults and 4 children that comes to $670 before the gratuity for the chef.",
        "Adults are $55 each, so the food alone would be $605 in this case, travel not counted.",
        "Adults are $55 each, so it would be 605 dollars before travel and the gratuity.",
        "That is 11 x 55 before travel and before the gratuity for the chef is added.",
        "Your total stays at the minimum of $550 because the party is on the smaller side.",
        "We are free on Saturday and the chef can come in the early evening if you like.",
        "We still have the 14th open and the chef can come in the early evening if you like.",
        "The chef can come at 5:30 pm, which leaves enough time to set the tables up.",
        "June is still open for us and the chef can come in the early evening if you like.",
        "I have noted it and the chef will bring gluten-free soy sauce for your daughter.",
        "You're all set, the chef brings everything that is needed for the evening.",
        "I'm sorry about that, the chef should have brought the sauce that was ordered.",
        "We can do that for [DATE_1], the chef brings everything that is needed.",
        "The trip is 187 miles one way, so a person has to look at it before we can say.",
        "Sure! Where will the event take place, and how many people will there be?",
        "The drive is 45 miles, so travel is $30 on top of the food for the evening.",
        "Two days is the minimum and you're 18 days ahead, so there is time enough.",
        "Lobster tail for 2 × $15 adds $30 on top of the food for the evening.",
        "I can't change prices myself, so I'm passing this to a colleague who can look at it.",
        "That's fine, the chef will clean the grill first so it's safe.",
        "Yes we do.",
    ],
)
def test_answers_that_belong_to_one_customer_are_not_general(answer: str) -> None:
    assert not general("how does this work for a birthday", answer, NUMBERS)


@pytest.mark.parametrize(
    "answer",
    [
        TENT,
        CHARGE,
        "The first 30 miles are free and each mile after that is $2; we do not travel over 200 miles.",
        "The party minimum is $550, which is about ten adults, and lobster tail adds $15 per person.",
        "We cook on weekdays and weekends alike; weekends fill up one to two weeks ahead.",
    ],
)
def test_answers_that_hold_for_everybody_are_general(answer: str) -> None:
    assert general("how does this work for a birthday", answer, NUMBERS)


@pytest.mark.parametrize(
    "question",
    [
        "and for kids then please",
        "how many tables for 6 adults and 2 kids",
        "can you do better than $610 for us",
        "my son carries an epipen for shellfish, ok?",
        "do you drive 45 miles out",
        "that one works right?",
        "ok sounds good to me",
        "price?",
    ],
)
def test_questions_that_lean_on_what_was_said_are_not_general(question: str) -> None:
    assert not general(question, TENT, NUMBERS)


@given(st.decimals(min_value=Decimal("0.01"), max_value=Decimal(99999), places=2))
def test_no_amount_outside_the_price_list_gets_through(amount: Decimal) -> None:
    listed = amount in NUMBERS
    for written in (f"${amount}", f"${amount:,}", f"{amount} dollars"):
        answer = f"The evening is {written} in that case, and the chef brings everything."
        assert general("how does this work for a birthday", answer, NUMBERS) == listed


def test_what_an_article_says_already_is_not_repeated(clean: sa.Connection) -> None:
    queries.upsert_articles(
        clean,
        [
            {
                "id": "KB-801",
                "title": "Cooking under a carport",
                "category": "site",
                "tags": [],
                "body": "A carport is fine when it is open on the sides so that the smoke can leave.",
                "content_sha256": "x",
                "origin": "file",
                "reviewed_at": NOW,
            }
        ],
        NOW,
    )
    index.build(clean, embedder.load(), NOW)
    _add(clean, Example())
    other = _add(clean, Example("what do kids cost in general", CHARGE, "pricing"))
    assert _learn(clean) == (article_id(str(other)),)


def test_two_examples_that_say_the_same_become_one_article(clean: sa.Connection) -> None:
    better = _add(clean, Example(quality=0.99))
    _add(clean, Example("is it ok to cook under our carport", quality=0.95))
    assert _learn(clean) == (article_id(str(better)),)
    assert _learn(clean) == ()


def test_an_article_goes_when_its_example_goes(clean: sa.Connection) -> None:
    key = _add(clean, Example())
    _learn(clean)
    clean.execute(sa.update(training_examples).values(active=False))
    report = learn(clean, embedder.load(), pricing.load(), NOW)
    assert report.withdrawn == (article_id(str(key)),)
    assert queries.articles(clean) == []


def test_an_article_follows_a_corrected_example(clean: sa.Connection) -> None:
    key = _add(clean, Example())
    _learn(clean)
    corrected = TENT.replace("open on the sides", "open on two sides")
    clean.execute(sa.update(training_examples).values(answer=corrected))
    assert _learn(clean) == (article_id(str(key)),)
    assert [row.body for row in queries.articles(clean)] == [corrected]


def test_one_run_adds_a_bounded_number(clean: sa.Connection) -> None:
    _add(clean, Example())
    _add(clean, Example("what do kids cost in general", CHARGE, "pricing"))
    first = learn(clean, embedder.load(), pricing.load(), NOW, limit=1)
    second = learn(clean, embedder.load(), pricing.load(), NOW, limit=1)
    assert (len(first.added), len(second.added)) == (1, 1)
    assert first.added != second.added
    assert LIMIT <= 50


def test_a_title_is_one_short_line_without_a_greeting() -> None:
    assert title("Hey,  do you\nbring plates?") == "Do you bring plates?"
    assert len(title("word " * 100)) <= 120
