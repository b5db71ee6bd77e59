"""Counts of people and of portions."""

import re

from mhc_core.language.misspellings import meant
from mhc_core.language.number_words import VALUES
from mhc_core.scrubbing.lexicon import given_names
from mhc_core.understanding.result import EVERYONE
from mhc_core.understanding.values.spelling import plain
from mhc_core.understanding.values.word_lists import meaning

_NONE = re.compile(
    r"\b(?:none|nobody|no one|ningun[oa]?s?|nadie|without|sin)\b|\b(?:no|not any)\b(?! (?:more|less|fewer|later) than)"
    r"|\b0\b"
)
_RANGE = re.compile(r"\d\s?(?:-|to|or|a|o|/)\s?\d")
_PARTS = re.compile(r"\s*(?:[,+&]|\bplus\b|\band\b|\bn\b|\by\b|\bwith\b)\s*")
_AGES = re.compile(
    r"\b(?:under|over|above|below|aged?|ages|menor(?:es)? de|mayor(?:es)? de)\s*\d{1,3}\+?"
    r"|\b\d{1,3}[- ]?(?:years?|yrs?|months?|mos?|yo|y/o|anos?|mes(?:es)?)\b(?:[- ]?olds?)?"
)
_ONE_AGED = re.compile(r"an? \d{1,3}[- ]?(?:years?|yrs?|months?|mos?|yo|y/o)\b(?:[- ]?old)?")
_NUMBER = re.compile(r"(?<![\d.])\d{1,4}(?!\d|\.\d)")
_TOTAL = re.compile(r"\b(?:total|altogether|in all|all together)\b")
_PAIRS = re.compile(r"\b(?:couples?|pairs?|parejas?|sets? of twins)\b")
_NUMBER_WORDS = {"one": 1, "two": 2, "three": 3}
_APPOSITION = re.compile(r"1 ?, ?\D+$")
"""``one, my stepdaughter`` is one."""
_PARTNERS = re.compile(r"\b(?:their|sus) (?:wives|husbands|partners|spouses|girlfriends|boyfriends|esposas|esposos)\b")
_WORD = re.compile(r"[a-z]+")
_NO_NUMBERS = {"several", "teen", "teens", "for"}
_LONG = 6
_WORDS_OF_A_NAME = 2
_NO_NAMES = {"many", "so", "my", "in", "an", "see", "tu", "young", "yung", "long", "tiny", "love"}
"""Given names of the census that mean nobody beside a count."""
_MEMBERS = 50
"""More people than anybody names one by one."""
_EVERYONE = re.compile(
    r"\b(?:every(?:one|body|1)|all|each|todos?|todas?|(?:the )?(?:whole|entire) (?:crew|party|group|family|table|gang)"
    r"|cada uno)\b"
)
_SHARE = re.compile(r"[%/]|\.\d|\ball but\b")
_REST = re.compile(r"\b(?:else|rest|others?|half|third|remaining|demas|mitad|almost|nearly|mostly|most)\b")


def people(words: str, before: int | None = None) -> int | None:
    """How many people the words count: ``just me`` 1, ``six couples`` 12, ``no kids`` 0; a range counts nobody.

    ``before`` is the count that stands before these words in the message, for ``their wives``.
    """
    text = plain(words).replace("in-laws", "inlaws").replace("in laws", "inlaws")
    without_ages = _AGES.sub(" ", text)
    none = _NONE.search(without_ages)
    if none and not _NUMBER.search(without_ages, 0, none.start()):
        return 0
    if _RANGE.search(without_ages):
        return None
    if before and before > 1 and _PARTNERS.search(text):
        return before
    parts = [part for part in _PARTS.split(without_ages)[:_MEMBERS] if part.strip()]
    numbers = [_number(part) for part in parts]
    totals = [number for part, number in zip(parts, numbers, strict=True) if number is not None and _TOTAL.search(part)]
    if totals:
        return totals[-1]
    if _APPOSITION.match(text) and len(parts) == 2 and _persons(parts[1]) == 1:
        return 1
    if any(number is not None for number in numbers):
        alone = [_persons(part) for part in parts]
        return sum(number if number is not None else other or 0 for number, other in zip(numbers, alone, strict=True))
    named = [_persons(part) for part in parts]
    if named and None not in named:
        return sum(count or 0 for count in named)
    if _ONE_AGED.fullmatch(text):
        return 1
    return _misspelt(text)


def portions(words: str) -> int | None:
    """How many portions: a number, ``EVERYONE``, or ``None`` for a share that must be worked out or asked about."""
    text = plain(words)
    found = _number(_AGES.sub(" ", text))
    if found is not None:
        return None if _RANGE.search(text) or _SHARE.search(text) else found
    if _REST.search(text):
        return None
    return EVERYONE if _EVERYONE.search(text) else people(words)


def _number(part: str) -> int | None:
    found = _NUMBER.search(re.sub(r"(?<=\d)x\b|\bx(?=\d)", "", part))
    if found is None:
        return None
    return int(found[0]) * (2 if _PAIRS.search(part, found.end()) else 1)


def _persons(part: str) -> int | None:
    """How many the words name without a number: ``my parents`` 2, ``uncle Rey`` and ``Ron`` 1, ``friends`` nobody
    knows."""
    words = _WORD.findall(part)
    known = [meaning("persons")[word] for word in words if word in meaning("persons") and word not in _NUMBER_WORDS]
    if known:
        return _NUMBER_WORDS[known[0]]
    named = 0 < len(words) <= _WORDS_OF_A_NAME and words[-1] in given_names() and words[-1] not in _NO_NAMES
    return 1 if named else None


def _misspelt(text: str) -> int | None:
    for word in _WORD.findall(text)[:_MEMBERS]:
        near = meant(word, VALUES, 80 if len(word) > _LONG else 85) if word not in _NO_NUMBERS else None
        if near is not None:
            return VALUES[near]
    return None
