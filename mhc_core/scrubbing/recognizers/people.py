"""Names of people by rules: what announces a name, and what the census lists say about the words after it."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.names import Kind, given_names, surnames
from mhc_core.scrubbing.recognizers import cues
from mhc_core.scrubbing.recognizers.base import Span, SpanRecognizer
from mhc_core.scrubbing.recognizers.name_words import (
    ALSO_NAMES,
    NAMELIKE,
    Word,
    closes,
    end_of,
    next_word,
    part_of_place,
    shouted,
    widen,
    words_of,
)
from mhc_core.scrubbing.vocabulary import CALENDAR, FOOD, FUNCTION, PLACES, TRADES

_NEVER = FUNCTION - ALSO_NAMES - {"y", "e", "la", "el", "del", "de"}
_LISTED = (Kind.GIVEN, Kind.SURNAME)
_CLAUSE_START = re.compile(r"(?:^|[.!?:;,\n(]|[^\w\s'’\-/&])\s*$")
_CLAUSE_END = re.compile(r"\s*(?:$|[.!?\n)]|[^\w\s,;:'’\-/&$%])")
_CONTACT = re.compile(r"[\s,;:.|/()\-–]{1,4}(?:\+?\(?\d[\d\s().\-]{6,}\d|[\w.+\-]+@|\[(?:PHONE|EMAIL)_\d)")


class NameRecognizer(SpanRecognizer):
    """People by what announces them and by the census lists of given names and surnames."""

    types = (PiiType.PERSON,)

    def spans(self, text: str) -> Iterator[Span]:
        words = words_of(text)
        if not words:
            return
        cased = not shouted(words)
        whole = _whole_message(text, words)
        if whole:
            yield PiiType.PERSON, whole[0].start, end_of(whole[-1]), 0.7
        for given, surname in pairwise(words):
            if _stands_alone(text, given, surname):
                yield PiiType.PERSON, given.start, end_of(surname), 0.7
        index = 0
        while index < len(words):
            score = _begins(text, words, index, cased)
            if not score:
                index += 1
                continue
            first, last = widen(text, words, index, index, cased)
            if score < 0.88 and cues.BUSINESS_AFTER.match(text, end_of(words[last])):
                index = last + 1
                continue
            start = words[first].start
            title = cues.COURTESY.search(text[:start][-14:]) or cues.ROLE.search(text[:start][-14:])
            yield PiiType.PERSON, start - len(title.group()) if title else start, end_of(words[last]), score
            index = last + 1


def _stands_alone(text: str, given: Word, surname: Word) -> bool:
    """Whether given name and surname are a clause of their own, or stand right before a phone number or e-mail.

    This is how people sign, and what is left of "jan bishop" or "austin pate" when nothing has a capital: words that
    are also a month, a town or an office. A month, town or dish counts only when announced, or with a contact behind.
    """
    before = text[max(0, given.start - 60) : given.start]
    announced = any(cue.search(before) for cue in (cues.PERSONAL, cues.ANNOUNCED, cues.INTRODUCED))
    both = {given.lower, surname.lower}
    if (
        text[given.end : surname.start] != " "
        or min(len(given.text), len(surname.text)) < 3
        or given.lower not in given_names()
        or surname.lower not in surnames()
        or both & FUNCTION
        or not (announced or _CLAUSE_START.search(before))
    ):
        return False
    rest = text[surname.end :]
    if announced or _CONTACT.match(rest):
        return True
    return not both & (CALENDAR | PLACES | FOOD) and bool(_CLAUSE_END.match(rest))


def _begins(text: str, words: Sequence[Word], index: int, cased: bool) -> float:
    """The confidence that a name begins at ``words[index]``; 0 when none does."""
    word = words[index]
    if word.lower in _NEVER or (len(word.text) < 2 and not word.capital):
        return 0.0
    capital = word.capital and cased
    if word.kind is Kind.ORDINARY and not capital and word.lower not in surnames():
        return 0.0
    before = text[max(0, word.start - 60) : word.start]
    if (
        capital
        and word.kind is Kind.EITHER
        and cues.INTRODUCED.search(before)
        and not part_of_place(text, words, index)
    ):
        return 0.8
    courtesy = cues.COURTESY.search(before)
    if (
        courtesy
        and word.lower not in FOOD
        and (word.kind is not Kind.ORDINARY or capital)
        and word.kind is not Kind.MISSPELT
    ):
        return 0.9
    role = cues.ROLE.search(before)
    if (
        role
        and (word.kind in _LISTED or (capital and word.kind in (Kind.EITHER, Kind.UNKNOWN)))
        and word.lower not in CALENDAR
    ):
        return 0.9
    if (score := _announced(text, word, before, capital)) > 0:
        return score
    if cues.BUSINESS_CALLED.search(before):
        return 0.0
    if capital and word.kind not in (Kind.ORDINARY, Kind.MISSPELT) and _initial_follows(text, words, index):
        return 0.8
    if capital and word.lower in ALSO_NAMES and word.lower in given_names() and not text[word.end :].strip(" .!\n"):
        return 0.7 if cues.MEDIUM.search(before) else 0.0
    if word.kind is Kind.MISSPELT:
        following = next_word(text, words, index)
        surname = (
            capital and following and following.capital and following.kind in _LISTED and closes(text, following.end)
        )
        return 0.6 if surname and following and not part_of_place(text, words, index + 1) else 0.0
    if word.kind is Kind.ORDINARY or part_of_place(text, words, index):
        return 0.0
    medium = bool(cues.MEDIUM.search(before))
    if word.kind is Kind.GIVEN:
        return 0.85 if len(word.text) > 3 or capital or medium else 0.0
    return (
        _either(text, words, index, before, capital, medium)
        if word.kind is Kind.EITHER
        else _other(text, words, index, before, capital, medium)
    )


def _announced(text: str, word: Word, before: str, capital: bool) -> float:
    """After "my name is" any word is a name that is not food, a day or a function word."""
    if word.lower in ALSO_NAMES and not capital:
        return 0.0
    personal = cues.PERSONAL.search(before)
    cue = personal or cues.ANNOUNCED.search(before)
    if not cue or (not personal and cues.BUSINESS_BEFORE.search(before[: cue.start()])):
        return 0.0
    if word.kind in (Kind.ORDINARY, Kind.MISSPELT):
        if word.lower in FOOD or word.lower in CALENDAR or word.lower in TRADES:
            return 0.0
        surname = word.lower in surnames()
        return (
            0.9
            if capital
            or (personal and (surname or word.kind is Kind.MISSPELT))
            or (surname and not text[word.end :].strip(" .!"))
            else 0.0
        )
    return 0.9 if len(word.text) > 1 or capital else 0.0


def _either(text: str, words: Sequence[Word], index: int, before: str, capital: bool, medium: bool) -> float:
    """A given name that is an ordinary word too: only with a surname, or written and placed like a name."""
    word = words[index]
    following = next_word(text, words, index)
    if word.lower in CALENDAR and not (following and following.kind in _LISTED):
        return 0.0
    if following and following.kind is Kind.SURNAME and len(following.text) > 2 and (capital or not following.capital):
        return 0.75
    if cues.SIGN_OFF.search(before) and not text[word.end :].strip(" .!\n"):
        return 0.7
    if not capital:
        return 0.0
    if medium or cues.IS_MY.match(text, word.end) or _joined(text, words, index):
        return 0.75
    return (
        0.7
        if not cues.SENTENCE_START.search(before)
        and _lower_case(words, index)
        and not re.search(r"\bthe\s$", before, re.IGNORECASE)
        else 0.0
    )


def _other(text: str, words: Sequence[Word], index: int, before: str, capital: bool, medium: bool) -> float:
    """A surname or a word in no list."""
    word = words[index]
    if cues.PLACE_BEFORE.search(before):
        return 0.0
    if medium and (capital or (word.kind is Kind.SURNAME and closes(text, word.end))):
        return 0.7
    if cues.SIGN_OFF.search(before) and len(word.text) > 2 and not text[word.end :].strip(" .!\n"):
        return 0.7
    if (
        before.lower().endswith("the ")
        and (capital or word.kind is Kind.SURNAME)
        and cues.PARTY_AFTER.match(text, word.end)
    ):
        return 0.7
    following = next_word(text, words, index)
    if (
        capital
        and following
        and following.capital
        and following.kind in NAMELIKE
        and following.lower not in cues.PLACE_TAILS
    ):
        return 0.75 if Kind.SURNAME in (word.kind, following.kind) or following.kind is Kind.GIVEN else 0.6
    return 0.0


def _initial_follows(text: str, words: Sequence[Word], index: int) -> bool:
    """Whether an initial and a capitalised word follow: "Wen B. Arroyo"."""
    if index + 2 >= len(words):
        return False
    initial, surname = words[index + 1], words[index + 2]
    return (
        len(initial.text) == 1
        and initial.text.isupper()
        and surname.capital
        and surname.kind is not Kind.ORDINARY
        and text[words[index].end : initial.start] == " "
        and text[initial.end : surname.start] in (" ", ". ")
    )


def _lower_case(words: Sequence[Word], index: int) -> bool:
    """Whether the other words are in lower case, so that a capital means something."""
    others = [word for position, word in enumerate(words) if position not in (0, index) and len(word.text) > 1]
    return bool(others) and sum(word.text.islower() for word in others) * 10 >= 6 * len(others)


def _joined(text: str, words: Sequence[Word], index: int) -> bool:
    """Whether "and" joins the word to another capitalised word that can be a given name."""
    for here, there in ((index, index + 2), (index - 2, index)):
        if here >= 0 and there < len(words):
            first, link, second = words[here], words[here + 1], words[there]
            other = second if here == index else first
            if (
                link.lower in ("and", "n")
                and text[first.end : second.start].strip() == link.text
                and other.capital
                and other.kind in (Kind.GIVEN, Kind.EITHER)
            ):
                return not part_of_place(text, words, there if here == index else here)
    return False


def _whole_message(text: str, words: Sequence[Word]) -> Sequence[Word]:
    """The words of a message that is nothing but a name, as people answer "your name?"; empty otherwise."""
    if len(words) > 4 or "?" in text or "@" in text or text.count(",") > 1:
        return ()
    head = [word for word in words if len(word.text) > 1]
    if not head or any(
        word.lower in _NEVER or word.lower in FOOD or word.lower in CALENDAR or word.lower in PLACES for word in head
    ):
        return ()
    if any(word.lower in cues.PLACE_TAILS or word.lower in TRADES for word in head[1:]):
        return ()
    kinds = [word.kind for word in head]
    if len(head) == 1:
        alone = text.strip(" .!\n") == head[0].text
        capital = alone and head[0].capital and not head[0].text.isupper()
        written = capital and (kinds[0] is Kind.EITHER or (kinds[0] is Kind.MISSPELT and head[0].lower in surnames()))
        strange = alone and kinds[0] is Kind.UNKNOWN and _speakable(head[0].lower)
        return words if kinds[0] in _LISTED or written or strange else ()
    if text[head[0].end : head[-1].start].strip(" ,.").isdigit():
        return ()
    if kinds[0] in (*NAMELIKE, Kind.EITHER) and all(
        word.kind in (*NAMELIKE, Kind.EITHER) or word.lower in surnames() for word in head
    ):
        strange = len(head) == 2 and kinds == [Kind.UNKNOWN] * 2 and all(_speakable(word.lower) for word in head)
        return words if any(one in _LISTED for one in kinds) or strange or all(word.capital for word in head) else ()
    if len(head) == 2 and text.split() == [word.text for word in head]:
        first, last = head
        if first.lower in surnames() | given_names() and kinds[1] in _LISTED:
            return words
        if kinds[0] is Kind.GIVEN and last.lower in surnames() | given_names():
            return words
    return ()


def _speakable(word: str) -> bool:
    """Whether a word in no list reads like a name: letters of the alphabet, neither short nor endless, with vowels."""
    return 5 <= len(word) <= 14 and word.isascii() and word.isalpha() and bool(re.search(r"[aeiouy]", word))
