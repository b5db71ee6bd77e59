"""Dishes by the names of the menu, allergens and how bad they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.business import pricing
from mhc_core.understanding.values import allergies, dishes

BUSINESS = pricing.load()


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("chix", "chicken"),
        ("chiken", "chicken"),
        ("grilled chicken", "chicken"),
        ("pollo", "chicken"),
        ("carne", "NY strip steak"),
        ("stake", "NY strip steak"),
        ("ny strip", "NY strip steak"),
        ("shirmp", "shrimp"),
        ("prawns", "shrimp"),
        ("camarón", "shrimp"),
        ("filets", "filet mignon"),
        ("filet minion", "filet mignon"),
        ("lobsters", "lobster tail"),
        ("salmon upgrade", "salmon"),
        ("noodles", "yakisoba"),
        ("veggies", "extra vegetables"),
        ("arroz frito", "extra fried rice"),
        ("potstickers", "gyoza"),
        ("extra meat", "extra protein"),
        ("extra steak", "extra NY strip steak"),
        ("extra lobster", "extra lobster tail"),
        ("salad", "salad"),
        ("fish", None),
        ("chicken nuggets", None),
        ("venison", None),
        ("steak and chicken", None),
        ("", None),
    ],
)
def test_dishes(words: str, wanted: str | None) -> None:
    assert dishes.dish(words, BUSINESS) == wanted


def test_every_dish_of_the_menu_is_known_by_its_own_name() -> None:
    names = [*BUSINESS.menu.proteins, *BUSINESS.upgrades, *BUSINESS.add_ons]
    assert {name: dishes.dish(name.upper(), BUSINESS) for name in names} == {name: name for name in names}


def test_another_business_serves_its_own_menu_only() -> None:
    menu = BUSINESS.menu.model_copy(update={"proteins": ("pork belly", "steak frites")})
    other = pricing.load().model_copy(update={"menu": menu, "upgrades": {}, "add_ons": {}})
    assert dishes.dish("beef", other) == "steak frites"
    assert dishes.dish("pollo", other) is None


@pytest.mark.parametrize(
    ("words", "wanted", "group"),
    [
        ("Crab", "crab", "shellfish"),
        ("camarones", "shrimp", "shellfish"),
        ("shelfish", "shellfish", "shellfish"),
        ("eggs", "egg", "egg"),
        ("cacahuates", "peanut", "peanuts"),
        ("tree nuts", "tree nut", "tree nuts"),
        ("cashews", "cashew", "tree nuts"),
        ("gluten", "gluten", "wheat"),
        ("lactose", "lactose", "milk"),
        ("tofu", "tofu", "soy"),
        ("anchovies", "anchovy", "fish"),
        ("sesame seeds", "sesame", "sesame"),
        ("garlic", "garlic", None),
        ("pineapple", "pineapple", None),
    ],
)
def test_allergens(words: str, wanted: str, group: str | None) -> None:
    assert allergies.allergen(words) == wanted
    assert allergies.allergen_group(wanted) == group


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("mildly", "mild"),
        ("hives", "mild"),
        ("just a stomach ache", "mild"),
        ("not severe", "mild"),
        ("nothing too serious", "mild"),
        ("epi pens", "severe"),
        ("throat closes up", "severe"),
        ("cant breathe", "severe"),
        ("no puede respirar", "severe"),
        ("anaphilactic", "severe"),
        ("could die", "severe"),
        ("to the ER", "severe"),
        ("purple", None),
    ],
)
def test_severity(words: str, wanted: str | None) -> None:
    assert allergies.severity(words) == wanted


@given(st.text(max_size=80))
def test_no_text_is_too_odd(words: str) -> None:
    dishes.dish(words, BUSINESS)
    allergies.allergen(words)
    allergies.severity(words)
