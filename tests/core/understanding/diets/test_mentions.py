"""Words for allergens and diets are found in any spelling people use, and ordinary words are not taken for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.understanding import examples
from mhc_core.understanding.diets import mentions
from mhc_core.understanding.diets.mentions import UNNAMED


def values(text: str) -> list[str]:
    return [one.value for one in mentions.find(text)]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("prawns", "shellfish"),
        ("camarones", "shellfish"),
        ("shrmp", "shellfish"),
        ("Lácteos", "milk"),
        ("pnuts", "peanuts"),
        ("peanut butter", "peanuts"),
        ("almonds", "tree nuts"),
        ("celíaca", "wheat"),
        ("gluten-free", "gluten-free"),
        ("glutenfree", "gluten-free"),
        ("vejetarianos", "vegetarian"),
        ("halaal", "halal"),
        ("ajonjolí", "sesame"),
    ],
)
def test_a_need_has_one_name_however_it_is_written(said: str, meant: str) -> None:
    assert values(f"my wife and {said} you know") == [meant]


@pytest.mark.parametrize(
    "text", ["what is the price", "Megan and the dish", "a vague idea of the wheel", "see you at the lobby, fist bump"]
)
def test_ordinary_words_are_no_slips_of_typing(text: str) -> None:
    assert values(text) == []


def test_an_allergy_has_no_name_only_where_nobody_names_it() -> None:
    assert values("my son has allergies") == [UNNAMED]
    assert values("he is allergic to crab") == ["shellfish"]
    assert values("one is allergic, one is vegan") == [UNNAMED, "vegan"]


@given(st.text(max_size=80))
def test_places_are_those_of_the_text(text: str) -> None:
    for one in mentions.find(text):
        assert 0 <= one.start < one.end <= len(text)


def test_few_of_the_words_of_ordinary_messages_are_taken_for_slips() -> None:
    texts = [message.text for message in examples.gold()[::40]]
    exact = sum(len(mentions._pattern().findall(text.lower())) for text in texts)
    assert sum(len(mentions.find(text)) for text in texts) <= exact * 1.15 + 5
