"""Choosing among approved answers by what is known of their questions."""

import numpy as np
import pytest

from mhc_core.errors import DataError
from mhc_core.knowledge import selection
from mhc_core.knowledge.selection import AnswerGroup, Selector
from mhc_core.providers.minilm import embedder as minilm

GROUPS = [
    AnswerGroup("tip", ["is the tip included", "do you add a service charge", "how much for the chef on top"],
                ["Gratuity is not included; most hosts give 20 to 35 percent."]),
    AnswerGroup("rain", ["what if it rains", "do you cook in bad weather", "is a storm a problem"],
                ["The host provides cover when it rains."]),
    AnswerGroup("halal", ["is the meat halal", "can muslims eat this", "do you use pork"],
                ["Our meat comes from halal-certified suppliers and there is no pork."]),
    AnswerGroup("space", ["how much room do you need", "will the grill fit on my patio", "how big is the area"],
                ["The chef needs a clear level area of 8 by 6 feet."]),
]  # fmt: skip


@pytest.fixture(scope="module")
def selector() -> Selector:
    return selection.train(GROUPS, minilm.load())


@pytest.mark.parametrize(
    ("question", "group"),
    [
        ("do we pay gratuity to the chef", "tip"),
        ("weather looks wet that day", "rain"),
        ("is there ham in anything", "halal"),
        ("my terrace is small, is it enough", "space"),
    ],
)
def test_a_question_in_other_words_finds_its_answer(selector: Selector, question: str, group: str) -> None:
    assert selector.choose(question, minilm.load().embed([question])[0])[0].group == group


def test_a_stranger_is_less_likely_answered_than_a_question_that_was_taught(selector: Selector) -> None:
    taught, stranger = (
        selector.choose(text, minilm.load().embed([text])[0])[0].probability
        for text in ("what if it rains", "which stocks should I buy")
    )
    assert stranger < 0.25 < taught


def test_the_same_answers_make_the_same_selection(selector: Selector) -> None:
    again = selection.train(GROUPS, minilm.load())
    assert np.array_equal(again.weights, selector.weights)
    assert np.array_equal(again.classifier, selector.classifier)


def test_without_two_answers_that_have_questions_there_is_nothing_to_choose() -> None:
    with pytest.raises(DataError, match="add questions"):
        selection.train([GROUPS[0], AnswerGroup("x", [], ["Something."])], minilm.load())
