"""What somebody cannot eat, in Chinese and Japanese: an allergen is never lost, and nobody is allergic to an order."""

import pytest

from mhc_core.understanding.diets import mentions, stances
from mhc_core.understanding.diets.mentions import Stance

BINDING = (Stance.STATED, Stance.AVOIDED)


@pytest.mark.parametrize(
    ("message", "value"),
    [("我儿子吃花生会过敏", "peanuts"), ("我先生對海鮮過敏", "shellfish"), ("外婆不能吃鸡蛋", "egg"),
     ("有两位客人吃素", "vegetarian"), ("娘は卵が食べられません", "egg"), ("妻がえびアレルギーです", "shellfish"),
     ("牛乳はだめです、アレルギーがあります", "milk"), ("一人ヴィーガンがいます", "vegan")],
)  # fmt: skip
def test_needs_are_heard(message: str, value: str) -> None:
    found = [one for one in stances.of_text(message).judge(message) if one.mention.value == value]
    assert [one.stance in BINDING for one in found] == [True]


@pytest.mark.parametrize("message", ["没有人过敏", "アレルギーは特にありません", "肉是清真的吗", "ハラールですか"])
def test_what_nobody_needs_binds_nobody(message: str) -> None:
    assert [one for one in stances.of_text(message).judge(message) if one.stance in BINDING] == []


def test_places_are_those_of_the_message() -> None:
    message = "請注意：我女兒對堅果過敏"
    [found] = mentions.find(message)
    assert (found.value, message[found.start : found.end]) == ("tree nuts", "堅果")


def test_english_words_are_found_as_before() -> None:
    assert [one.value for one in mentions.find("no soy for my son, he's vegan")] == ["soy", "vegan"]
    assert mentions.find("soy Ana", "es") == []
