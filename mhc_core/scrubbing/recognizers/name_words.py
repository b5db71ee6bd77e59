"""The words of a text, and which of them belong to one name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mhc_core.scrubbing.names import WORD, Kind, kind, surnames
from mhc_core.scrubbing.recognizers import cues
from mhc_core.scrubbing.vocabulary import CALENDAR, FOOD, FUNCTION, PLACES, words

_PARTICLES = words(
    """
    van von der den de la le del della da dos di el al bin ibn ben ter ten af zu mac mc o abu y e ap bint san
    """
)
ALSO_NAMES = words(
    """
    will may best love son see long young good great ha an in so
    """
)
"""Function words that people also are called."""
NAMELIKE = (Kind.GIVEN, Kind.SURNAME, Kind.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its place in the text and what it can be."""

    text: str
    start: int
    end: int
    kind: Kind
    lower: str
    capital: bool


def words_of(text: str) -> list[Word]:
    """The words of ``text``, without digits."""
    return [
        Word(found, match.start(), match.end(), kind(found), found.lower(), found[0].isupper())
        for match in WORD.finditer(text)
        for found in [match.group()]
    ]


def shouted(words: Sequence[Word]) -> bool:
    """Whether capitals say nothing because most words are in capitals."""
    letters = sum(len(word.text) for word in words)
    return sum(len(word.text) for word in words if len(word.text) > 1 and word.text.isupper()) * 2 > letters


def end_of(word: Word) -> int:
    """Where the name ends, without a possessive ending."""
    return word.end - 2 if word.lower.endswith("'s") else word.end


def widen(text: str, words: Sequence[Word], first: int, last: int, cased: bool) -> tuple[int, int]:
    """Indices of the first and last word of the name of which ``words[first : last + 1]`` is a part."""
    capital = words[first].capital and cased
    while last + 1 < len(words) and last - first < 5 and _belongs(text, words, last, capital, first):
        last += 1
    while (
        last > first
        and words[last].lower in _PARTICLES
        and words[last].kind is Kind.ORDINARY
        and not words[last].capital
    ):
        last -= 1
    while first > 0 and last - first < 5:
        previous = words[first - 1]
        gap = text[previous.end : words[first].start]
        if gap not in (" ", "  ") and not (gap == ". " and len(previous.text) == 1):
            break
        like_name = (
            previous.kind in (Kind.SURNAME, Kind.UNKNOWN, Kind.GIVEN)
            or (previous.kind is Kind.MISSPELT and previous.lower in surnames())
            or (
                previous.capital
                and (previous.lower in _PARTICLES or (len(words[first].text) == 1 and previous.lower in surnames()))
            )
        )
        initial = len(previous.text) == 1 and previous.capital and previous.lower not in ("i", "a")
        if not (capital and previous.capital and (like_name or initial)) and not (
            not capital and like_name and first == 1 and len(previous.text) > 2
        ):
            break
        if part_of_place(text, words, first - 1):
            break
        first -= 1
    return first, last


def _belongs(text: str, words: Sequence[Word], last: int, capital: bool, first: int) -> bool:
    """Whether the name goes on with the word after ``words[last]``."""
    here, word = words[last], words[last + 1]
    gap = text[here.end : word.start]
    initial_before = len(here.text) == 1 and last > first
    if here.lower.endswith("'s") or not (gap in (" ", "  ") or (gap in (". ", ".") and len(here.text) <= 2)):
        return False
    if len(word.text) == 1:
        dotted = text[word.end : word.end + 1] == "."
        return word.capital == here.capital and (
            dotted or word.lower not in ("i", "u", "n", "a", "r", "k", "b", "c", "y")
        )
    if word.lower in _PARTICLES:
        after = words[last + 2] if last + 2 < len(words) else None
        if after is None or text[word.end : after.start] not in (" ", "'"):
            return False
        return after.capital if capital else after.kind in NAMELIKE and word.lower not in FUNCTION
    if word.lower in FUNCTION:
        return capital and word.capital and (word.lower in ALSO_NAMES or len(word.text) == 2) and closes(text, word.end)
    if word.kind in (Kind.GIVEN, Kind.UNKNOWN, Kind.SURNAME, Kind.MISSPELT):
        if capital:
            return word.capital
        return word.kind is not Kind.MISSPELT and (len(word.text) > 2 or closes(text, word.end))
    if capital and word.capital:
        return (
            word.lower not in FOOD
            and word.lower not in CALENDAR
            and (word.lower not in cues.PLACE_TAILS or initial_before or word.lower in surnames())
        )
    return (
        not capital
        and not word.capital
        and word.lower in surnames()
        and word.lower not in FOOD
        and closes(text, word.end)
    )


def closes(text: str, end: int) -> bool:
    """Whether the clause ends at ``end`` or goes on with what follows names."""
    rest = text[end : end + 30]
    return (
        not rest.strip(" .!?\n")
        or rest[0] in ",.;:!?\n)"
        or bool(cues.VERB_AFTER.match(rest))
        or bool(re.match(r"\s{1,2}[\d(+]", rest))
    )


def next_word(text: str, words: Sequence[Word], index: int) -> Word | None:
    """The word after, when only a blank lies between."""
    if index + 1 < len(words) and text[words[index].end : words[index + 1].start] in (" ", "  "):
        return words[index + 1]
    return None


def part_of_place(text: str, words: Sequence[Word], index: int) -> bool:
    """Whether the word belongs to the name of a place: "San Jose", "in Davis", "Madison Park"."""
    word = words[index]
    before = words[index - 1] if index else None
    after = next_word(text, words, index)
    if before and before.lower in cues.PLACE_HEADS and text[before.end : word.start] in (" ", ". "):
        return True
    if after and after.lower in cues.PLACE_TAILS and (after.capital or not word.capital):
        return True
    if word.lower not in PLACES:
        return False
    context = text[max(0, word.start - 60) : word.start]
    return (
        bool(cues.PLACE_BEFORE.search(context))
        or not cues.MEDIUM.search(context)
        or bool(cues.PLACE_LINK.search(context))
    )
