"""Reviewers may ask first for what customers would probably dislike."""

import numpy as np
import pytest
import sqlalchemy as sa
from fakes.stored import NOW, WordEmbedder, example

from mhc_core.db.queries import review as queries
from mhc_core.db.tables import training_examples
from mhc_core.errors import DataError
from mhc_core.review import decisions, ordering, vote_predictor
from mhc_core.settings import Settings
from mhc_core.vocabulary import Decision

LONG = "we come with all that is needed for it"


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vote_predictor, "TREES", 20)


def voted(connection: sa.Connection, count: int, honest: bool = True) -> None:
    """Customers like an answer and dislike an apology; or they vote as a coin falls."""
    coin = np.random.default_rng(5).random(count) < 0.5
    for number in range(count):
        liked = number % 2 == 0
        answer = f"the deposit is {number} dollars" if liked else f"sorry unfortunately {number} cannot be said"
        vote = liked if honest else coin[number]
        example(connection, f"deposit for party {number}?", answer, vote="up" if vote else "down")


def test_an_answer_like_the_disliked_ones_comes_first(connection: sa.Connection) -> None:
    voted(connection, 64)
    good = example(connection, "deposit for party 101?", "the deposit is 101 dollars")
    example(connection, "deposit for party 103?", "the deposit is 103 dollars", vote="up")
    bad = example(connection, "deposit for party 102?", "sorry unfortunately 102 cannot be said")
    decisions.enqueue(connection, Settings())
    found = ordering.likely_disliked(connection, WordEmbedder(), 10, seed=1)
    asked = {row.id: row.question for row in connection.execute(sa.select(training_examples))}
    assert [item.question for item, _ in found.items] == [asked[bad], asked[good]]
    assert found.items[0][1] < 0.4 < 0.6 < found.items[1][1]
    assert (found.votes, found.auc) == (65, 1.0)
    assert found.ece < 0.1


def test_votes_that_tell_nothing_order_nothing(connection: sa.Connection) -> None:
    voted(connection, 80, honest=False)
    with pytest.raises(DataError, match="mhc review list"):
        ordering.likely_disliked(connection, WordEmbedder(), 10, seed=1)


def test_without_enough_votes_it_says_what_is_missing(connection: sa.Connection) -> None:
    with pytest.raises(DataError, match="collect feedback first"):
        ordering.likely_disliked(connection, WordEmbedder(), 10, seed=1)
    voted(connection, 10)
    with pytest.raises(DataError, match="collect more feedback"):
        ordering.likely_disliked(connection, WordEmbedder(), 10, seed=1)


def test_an_edited_answer_is_not_what_the_customer_voted_on(connection: sa.Connection) -> None:
    example(connection, "deposit?", "it is $100", vote="down")
    decisions.enqueue(connection, Settings())
    (item,) = queries.queue(connection, 1)
    assert [one.vote for one in queries.voted(connection, 10)] == ["down"]
    queries.record(connection, [item.id], Decision.EDIT, "kim", NOW, "the deposit is $100", None, None)
    assert queries.voted(connection, 10) == []


def test_what_teaches_most_comes_first(connection: sa.Connection) -> None:
    decided = [example(connection, f"is parking free {number}", LONG) for number in range(3)]
    connection.execute(sa.update(training_examples).where(training_examples.c.id.in_(decided)).values(verified=True))
    like_decided = example(connection, "is parking free 7", LONG)
    odd = example(connection, "zebra quartz", LONG)
    many = [example(connection, f"what happens when it rains {number}", LONG) for number in range(6)]
    decisions.enqueue(connection, Settings())
    found = [item.question for item in ordering.most_instructive(connection, WordEmbedder(), 10)]
    asked = {row.id: row.question for row in connection.execute(sa.select(training_examples))}
    assert found[0] in {asked[one] for one in many}
    assert found.index(asked[odd]) == 1, "one of a kind stands for its kind, then comes what nothing stands for"
    assert found.index(asked[odd]) < found.index(asked[like_decided])
    assert len(found) == 8
    assert len(ordering.most_instructive(connection, WordEmbedder(), 3)) == 3


def test_an_empty_queue_teaches_nothing(connection: sa.Connection) -> None:
    assert ordering.most_instructive(connection, WordEmbedder(), 3) == []
