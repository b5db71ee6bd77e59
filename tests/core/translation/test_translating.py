"""Figures, names, diet words and links survive a translator, or its translation is not used."""

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.errors import ConfigurationError
from mhc_core.translation.apertium import ApertiumTranslator
from mhc_core.translation.figures import stated
from mhc_core.translation.placeholders import Untranslated, protect
from mhc_core.translation.translating import translated

NAMES = ("My Hibachi Chef", "Venmo Business")
TEXT = (
    "Adults pay $55, and 10% of the $100 deposit is kept.\n\n"
    "- On December 5 we come at 6:30 pm.\n- Write to cs@myhibachichef.com or pay by Venmo Business.\n"
    "The fried rice has egg, and nothing has peanuts."
)


@dataclass(frozen=True)
class Turning:
    """A translator that turns the words of each line round, and then spoils the line."""

    spoil: Callable[[str], str] = staticmethod(lambda line: line)
    id: str = "turning"

    def translates(self, source: str, target: str) -> bool:
        return True

    def translate(self, texts: Sequence[str], source: str, target: str) -> Sequence[str]:
        return [self.spoil(" ".join(reversed(text.split()))) for text in texts]


def test_what_must_survive_stands_in_the_translation_in_the_words_of_its_language() -> None:
    found = translated(Turning(), TEXT, "es", NAMES)
    for word in ("$55", "10%", "$100", "6:30 pm", "cs@myhibachichef.com", "Venmo Business", "huevo", "cacahuates"):
        assert word in found
    assert "5 de diciembre" in found
    assert "egg" not in found
    assert [line == "" for line in found.split("\n")] == [line == "" for line in TEXT.split("\n")]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda line: re.sub(r"XQ0Z", "", line),
        lambda line: line + " XQ0Z",
        lambda line: line + " XQ9Z",
        lambda line: line.replace("XQ0Z", "XQ00Z 7"),
        lambda line: line + " por $65",
        lambda line: line + " 二十位",
        lambda line: "",
    ],
)
def test_a_translation_that_lost_or_made_up_something_is_not_used(spoil: Callable[[str], str]) -> None:
    with pytest.raises(Untranslated, match="not used"):
        translated(Turning(spoil), TEXT, "es", NAMES)


def test_lines_that_are_missing_are_noticed() -> None:
    class Short(Turning):
        def translate(self, texts: Sequence[str], source: str, target: str) -> Sequence[str]:
            return texts[:-1]

    with pytest.raises(Untranslated, match="lines"):
        translated(Short(), TEXT, "es", NAMES)


def test_a_text_with_a_placeholder_of_its_own_is_not_sent() -> None:
    with pytest.raises(Untranslated, match="of its own"):
        protect("We love XQ1Z.", "es")


_WORDS = st.sampled_from(["pay", "about", "guests", "for", "each", "the", "rain", "salmon", "and", "twelve", "vegan"])
_FIGURES = st.one_of(
    st.integers(0, 9_999).map(lambda n: f"${n:,}"),
    st.integers(0, 999).map(str),
    st.integers(0, 100).map(lambda n: f"{n}%"),
    st.decimals(0, 100, places=2).map(str),
    st.tuples(st.integers(1, 12), st.integers(0, 59)).map(lambda t: f"{t[0]}:{t[1]:02d} pm"),
)


@given(st.lists(st.one_of(_WORDS, _FIGURES), min_size=1, max_size=20), st.sampled_from(["es", "zh-Hans", "ja"]))
def test_no_figure_is_ever_changed(words: list[str], language: str) -> None:
    text = " ".join(words)
    assert stated(translated(Turning(), text, language, NAMES)) == stated(text)


@given(st.lists(st.one_of(_WORDS, _FIGURES), min_size=1, max_size=20), st.integers(0, 99), st.randoms())
def test_a_figure_slipped_in_anywhere_is_noticed(words: list[str], more: int, random: object) -> None:
    text = " ".join(words)
    with pytest.raises(Untranslated):
        translated(Turning(lambda line: f"{line} ${more}"), text, "es", NAMES)


@given(st.text())
def test_protecting_and_restoring_changes_nothing_but_the_words_of_the_language(text: str) -> None:
    try:
        guarded = protect(text, "xx")
    except Untranslated:
        return
    assert guarded.restored(guarded.text) == text or re.search(r"(?i)january|february|march|april|may|june", text)


def test_apertium_translates_in_a_process_of_its_own() -> None:
    if shutil.which("apertium") is None:
        pytest.skip("Debian's apertium-eng-spa is not installed")
    found = translated(ApertiumTranslator(), "The deposit is $100.\nWe cook with egg in 90 minutes.", "es")
    assert found.split("\n")[0].startswith("El depósito es $100")
    assert "huevo" in found
    assert "90 minutos" in found
    with pytest.raises(ConfigurationError, match="does not translate"):
        ApertiumTranslator().translate(["hello"], "en", "ja")


def test_a_program_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigurationError, match="apertium-eng-spa"):
        ApertiumTranslator("no-such-program")
