"""The language of short messages, and how a conversation keeps its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.languages import detection, known
from mhc_jobs.bench.languages import detection as bench


def test_short_messages_are_told_apart() -> None:
    found = bench.measure("dev", baselines=False)["detectors"]["mhc"]
    assert found["right"] >= 0.98
    assert found["nothing_said_of_nothing"] >= 0.8
    assert found["ms"] <= 2


@pytest.mark.parametrize(
    "text", ["ok", "OK!", "12", "6:30", "(916) 555-0199", "12 Oak Street", "John Smith", "tofu", ""]
)
def test_what_decides_nothing(text: str) -> None:
    assert detection.detect(text) is None


def test_towns_of_the_business_decide_nothing() -> None:
    assert detection.detect("El Dorado Hills", saying_nothing=frozenset({"el dorado hills"})) is None


@pytest.mark.parametrize(("text", "script"), [("我们几点到", "zh-Hans"), ("我們幾點到", "zh-Hant")])
def test_scripts_are_told_apart(text: str, script: str) -> None:
    assert detection.detect(text) == script


def test_chinese_of_both_scripts_stays_in_the_script_of_the_conversation() -> None:
    assert detection.detect("可以", "zh-Hant") == "zh-Hant"
    assert detection.detect("可以") == "zh-Hans"


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    assert detection.detect(text) in (None, "zh-Hans", "zh-Hant", *detection.LANGUAGES)


def talk(*said: str | None) -> str | None:
    language, turning = None, None
    for one in said:
        language, turning = detection.heard(language, turning, one)
    return language


def test_the_first_message_that_says_so_decides() -> None:
    assert talk("es") == "es"
    assert talk(None, "ja") == "ja"
    assert talk(None) is None


def test_one_message_in_another_language_changes_nothing_and_two_in_a_row_do() -> None:
    assert talk("es", "en") == "es"
    assert talk("es", "en", "en") == "en"
    assert talk("es", "en", None, "en") == "en"
    assert talk("es", "en", "es", "en") == "es"
    assert talk("es", "en", "ja") == "es"


@given(st.lists(st.sampled_from([None, *known()]), max_size=8))
def test_a_conversation_is_only_ever_held_in_what_was_said(said: list[str | None]) -> None:
    found = talk(*said)
    assert found in said or (found is None and not any(said))
