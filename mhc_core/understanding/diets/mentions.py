"""Words for allergens and diets in a message, slips of typing included. What is said about them is not here."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from mhc_core.scrubbing import lexicon
from mhc_core.understanding.multilingual import lexicon as lexicon_of
from mhc_core.understanding.multilingual import script
from mhc_core.understanding.values.spelling import unaccented
from mhc_core.understanding.values.word_lists import entries, meaning

UNNAMED = "unnamed"
"""The value of an allergy of which nobody said to what."""
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST_MISSPELT = 3
_ALIKE = 80


class Kind(StrEnum):
    """What a need is: an allergen of the FDA's nine or another, or a diet or taste."""

    ALLERGEN = "allergen"
    DIET = "diet"


class Stance(StrEnum):
    """What is said of a need: that somebody who eats along has it, that a dish is not wanted, nothing that binds, or
    that it holds no longer."""

    STATED = "stated"
    AVOIDED = "avoided"
    MENTIONED = "mentioned"
    WITHDRAWN = "withdrawn"


class Whom(StrEnum):
    """Who has a need. ``guest`` is one or some of the grown-ups, ``all`` also where nobody in particular is named."""

    SELF = "self"
    CHILD = "child"
    GUEST = "guest"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Mention:
    """A word for a need at its place (characters, end exclusive). ``value``: ``shellfish`` for "prawns"."""

    kind: Kind
    value: str
    start: int
    end: int


_NO_SPANISH_FOOD = ("soy", "mayo")
"""In a Spanish message "I am" and a month; the bean is "soya" there."""
_SHORTEST_MISSPELT_SPANISH = 7
"""Most Spanish words are in no English dictionary, and short ones are near to many: "traigo" is no "trigo"."""


def find(text: str, language: str = "") -> list[Mention]:
    """The mentions of a text in its order; ``language`` is what it was read in, where that is known.

    An allergy without a name counts only where no allergen is named: "allergic to crab" is one mention.
    """
    written = script.written_in(text)
    if written is not None:
        return _named(_by_signs(text, written))
    plain = unaccented(text)
    if len(plain) != len(text):  # a letter that is several without its accent: places would not agree
        plain = text.lower()
    known = _known()
    found = [Mention(*known[match[0]], match.start(), match.end()) for match in _pattern().finditer(plain)]
    taken = {place for one in found for place in range(one.start, one.end)}
    shortest = _SHORTEST_MISSPELT_SPANISH if language == script.SPANISH else 0
    for match in _WORD.finditer(plain):
        if len(match[0]) >= shortest and match.start() not in taken and (meant := _misspelt(match[0])):
            found.append(Mention(*known[meant], match.start(), match.end()))
    if language == script.SPANISH:
        found = [one for one in found if plain[one.start : one.end] not in _NO_SPANISH_FOOD]
        found += _listed(plain, language, found)
    return _named(found)


def _named(found: list[Mention]) -> list[Mention]:
    """The mentions in order, without an unnamed allergy where an allergen is named."""
    found.sort(key=lambda one: one.start)
    named = any(one.kind is Kind.ALLERGEN and one.value != UNNAMED for one in found)
    return [one for one in found if one.value != UNNAMED or not named]


def _by_signs(text: str, written: str) -> list[Mention]:
    """The mentions of a text in Chinese or Japanese; one without kana is looked through for the words of both."""
    found: list[Mention] = []
    for language in dict.fromkeys((written, script.JAPANESE)):
        found += _listed(script.normal(text, language), language, found)
    return found


def _listed(plain: str, language: str, found: Sequence[Mention]) -> list[Mention]:
    """The words for needs of a language's own lexicon, but for those that were found."""
    known = _known_in(language)
    return [
        Mention(*known[match[0]], match.start(), match.end())
        for match in _pattern_of(language).finditer(plain)
        if not any(one.start < match.end() and match.start() < one.end for one in found)
    ]


@cache
def _known_in(language: str) -> Mapping[str, tuple[Kind, str]]:
    """Kind and value by every way to write a need in a language."""
    groups = meaning("allergen_groups")
    found = {written: (Kind.DIET, diet) for written, diet in lexicon_of.meanings(language, "diets").items()}
    found |= dict.fromkeys(lexicon_of.meanings(language, "any_allergy"), (Kind.ALLERGEN, UNNAMED))
    for written, word in lexicon_of.meanings(language, "allergens").items():
        found.setdefault(written, (Kind.ALLERGEN, groups.get(word, word)))
    for written, word in lexicon_of.meanings(language, "dishes").items():
        if word in groups:
            found.setdefault(written, (Kind.ALLERGEN, groups[word]))
    return found


@cache
def _pattern_of(language: str) -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, _known_in(language)), key=len, reverse=True))
    return re.compile(rf"\b(?:{words})\b" if language == script.SPANISH else words)


def allergen_value(said: str) -> str:
    """The allergen that a word is, where it is one of the nine; else the word itself."""
    kind, value = _known().get(unaccented(said).strip(), (Kind.ALLERGEN, said.casefold().strip()))
    return value if kind is Kind.ALLERGEN else said.casefold().strip()


def _misspelt(word: str) -> str | None:
    """The listed word that an unknown one was meant to be: one slip away, or much alike and begun alike."""
    if len(word) < _SHORTEST_MISSPELT or lexicon.ordinary(word):
        return None
    near = [
        (OSA.distance(word, other), other)
        for other in _known()
        if " " not in other
        and other[0] == word[0]
        and (OSA.distance(word, other) == 1 or (len(word) > 4 and fuzz.ratio(word, other) >= _ALIKE))
    ]
    return min(near)[1] if near else None


@cache
def _known() -> Mapping[str, tuple[Kind, str]]:
    """Kind and value by every way to write a need."""
    found = {written: (Kind.DIET, diet) for written, diet in meaning("diets").items()}
    found |= dict.fromkeys(meaning("any_allergy"), (Kind.ALLERGEN, UNNAMED))
    groups = meaning("allergen_groups")
    for word, group in groups.items():
        for written in (word, f"{word}s", f"{word}es"):
            found.setdefault(written, (Kind.ALLERGEN, group))
    for written, word in meaning("allergens").items():
        if word in groups:
            found.setdefault(written, (Kind.ALLERGEN, groups[word]))
    for dish, ways in entries("dishes").items():  # "prawns" are shrimp
        if dish in groups:
            for written in ways:
                found.setdefault(written, (Kind.ALLERGEN, groups[dish]))
    return found


@cache
def _pattern() -> re.Pattern[str]:
    longest = sorted(map(re.escape, _known()), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(longest)})\b")
