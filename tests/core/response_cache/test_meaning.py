"""What two questions must share to share an answer."""

import pytest

from mhc_core.response_cache.meaning import contrasted, meaning
from mhc_core.understanding.result import Slot, SlotName


def _key(question: str, *slots: Slot, answer: str = "price") -> str:
    return meaning(answer, question, slots)


def test_other_words_for_the_same_keep_the_meaning() -> None:
    assert _key("how much is it for 10 people") == _key("price for a party of ten, please")


@pytest.mark.parametrize(
    "asked",
    [
        "what is the price for 20 people",
        "what is not in the price for 10 people",
        "what is the price for 10 people except the kids",
        "what is the price for 10 people without the tip",
        "what do 10 people pay before the party",
    ],
)
def test_another_number_a_negation_or_a_condition_is_another_meaning(asked: str) -> None:
    assert _key(asked) != _key("what is the price for 10 people")


def test_another_value_of_a_slot_or_another_answer_is_another_meaning() -> None:
    peanuts, eggs = (Slot(SlotName.ALLERGEN, 0, 4, word, word) for word in ("peanuts", "eggs"))
    assert _key("allergic", peanuts) != _key("allergic", eggs)
    assert _key("allergic", peanuts) != _key("allergic", peanuts, answer="other")


def test_questions_that_differ_in_one_telling_word_contrast_and_courtesies_do_not_count() -> None:
    assert contrasted("can we pay by card", "can we pay by check")
    assert not contrasted("hi, can we pay by card please", "can we pay by card")
    assert not contrasted("is plastic accepted", "do you take visa")
