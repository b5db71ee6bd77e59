"""Dishes and offers of the business file: what is not known suits nobody, and what is not on the menu is refused."""

import pytest
from pydantic import ValidationError

from mhc_core.business import pricing
from mhc_core.business.offering import Dish
from mhc_core.business.rules import Business

SAMPLE = pricing.load()


def test_an_allergen_is_held_or_not_and_a_diet_must_be_named() -> None:
    dish = Dish(holds=("egg",), fits=("vegetarian",))
    assert not dish.suits("egg")
    assert dish.suits("sesame")
    assert dish.suits("vegetarian")
    assert not dish.suits("vegan")
    assert not dish.suits("kiwi")


def test_an_offer_of_something_that_nobody_serves_is_refused() -> None:
    document = SAMPLE.model_dump()
    document["offers"]["suggested"]["sushi"] = {"says": "sushi rolls", "items": ["sushi"], "dishes": ["shrimp"]}
    with pytest.raises(ValidationError, match=r"offers\.suggested\.sushi names sushi"):
        Business.model_validate(document)


def test_a_word_for_an_allergen_that_is_none_of_the_nine_is_refused() -> None:
    with pytest.raises(ValidationError):
        Dish(holds=("kiwi",))


def test_a_business_without_offers_is_one_too() -> None:
    document = SAMPLE.model_dump()
    del document["offers"]
    document["food"]["dishes"] = {}
    assert Business.model_validate(document).offers.suggested == {}


def test_dishes_agree_with_what_the_rest_of_the_file_says() -> None:
    food = SAMPLE.food
    for allergen, names in food.allergens.items():
        for name, dish in food.dishes.items():
            if any(name == one or name.startswith(one) for one in names):
                assert allergen in dish.holds, name
    for name in food.contains_wheat:
        assert "wheat" in food.dishes[name].holds
        assert "gluten-free" not in food.dishes[name].fits
