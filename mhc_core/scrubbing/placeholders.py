"""Numbered placeholders that stay the same for the same person, number or address inside one conversation."""

import re
import unicodedata
from collections import defaultdict

from mhc_core.scrubbing.digits import spoken_digits
from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.lexicon import WORD
from mhc_core.scrubbing.signs import begins_signed
from mhc_core.scrubbing.view import PLACEHOLDER
from mhc_core.scrubbing.vocabulary import FUNCTION, words

TITLES = words(
    """
    mr mrs ms miss mister dr doctor prof professor sir chef coach chief sr sra rev father pastor aunt uncle
    auntie the
    """
)
"""Words before a name that are no part of it."""
_DICTATED = re.compile(r"\(?\[?\b(at|dot|underscore|dash|arroba|punto)\b\]?\)?", re.IGNORECASE)
_SIGNS = {"at": "@", "arroba": "@", "dot": ".", "punto": ".", "underscore": "_", "dash": "-"}


class Placeholders:
    """The memory of one conversation; numbers are given in order of appearance and never change.

    It holds what it has seen, so it lives as long as the conversation is being scrubbed and is never stored.
    """

    def __init__(self) -> None:
        self._last: defaultdict[str, int] = defaultdict(int)
        self._known: dict[tuple[PiiType, str], int] = {}
        self._people: dict[int, list[str]] = {}
        self._people_by_word: defaultdict[str, set[int]] = defaultdict(set)
        self._people_by_initial: defaultdict[str, set[int]] = defaultdict(set)
        self._named_at: dict[int, int] = {}
        self._names = 0
        self._written: set[str] = set()

    def __repr__(self) -> str:
        return f"Placeholders({dict(self._last)})"

    def reserve(self, text: str) -> None:
        """Keeps the numbers of placeholders that stand in ``text`` already from being given to something else."""
        if "[" in text:
            for match in PLACEHOLDER.finditer(text):
                self._last[match.group(1)] = max(self._last[match.group(1)], int(match.group(2)))

    def name(self, kind: PiiType, value: str) -> str:
        """The placeholder for ``value``, a new one when it was not seen before."""
        number = self._person(value) if kind is PiiType.PERSON else self._other(kind, value)
        return f"[{kind.value}_{number}]"

    def known_names(self) -> frozenset[str]:
        """Words of the names seen so far, as they were written, without titles and initials."""
        return frozenset(self._written)

    def _next(self, kind: PiiType) -> int:
        self._last[kind.value] += 1
        return self._last[kind.value]

    def _other(self, kind: PiiType, value: str) -> int:
        key = kind, canonical(kind, value)
        if key not in self._known:
            self._known[key] = self._next(kind)
        return self._known[key]

    def _person(self, value: str) -> int:
        words = _name_words(value)
        self._written.update(words_of_name(value))
        alike = self._sharing_a_word(words)
        for number in sorted(alike, key=self._named_at.__getitem__, reverse=True):  # spoken of last comes first
            known = self._people[number]
            if same_person(words, known):
                self._remember(number, max(known, words, key=len))
                return number
        number = self._next(PiiType.PERSON)
        self._remember(number, words)
        return number

    def _sharing_a_word(self, words: list[str]) -> set[int]:
        """The people whom ``same_person`` can hold for this one: all others share neither a word nor an initial."""
        found = set(self._people_by_word.get("", ())) if not words else set()
        for word in words:
            found.update(self._people_by_word.get(word, ()), self._people_by_word.get(word[0], ()))
            if len(word) == 1 or begins_signed(word):
                found.update(self._people_by_initial.get(word[0], ()))
        return found

    def _remember(self, number: int, words: list[str]) -> None:
        self._people[number] = words
        self._names += 1
        self._named_at[number] = self._names
        for word in words or [""]:
            self._people_by_word[word].add(number)
            self._people_by_initial[word[:1]].add(number)


def same_person(one: list[str], other: list[str]) -> bool:
    """Whether the shorter name is contained in the longer: the given name, the surname, or initials of either."""
    short, long = sorted((one, other), key=len)
    if not short:
        return not long
    remaining = iter(long)
    return all(any(_fits(word, candidate) for candidate in remaining) for word in short)


def _fits(word: str, candidate: str) -> bool:
    return (
        word == candidate
        or (len(word) == 1 and candidate.startswith(word))
        or (len(candidate) == 1 and word.startswith(candidate))
        or (
            begins_signed(word)
            and begins_signed(candidate)
            and (candidate.startswith(word) or word.startswith(candidate))
        )
    )


def words_of_name(value: str) -> list[str]:
    """The words of a name that recognise it elsewhere: no titles, particles or initials."""
    words = [match.group().removesuffix("'s") for match in WORD.finditer(value)]
    return [
        word
        for word in words
        if (len(word) > 2 or (len(word) == 2 and begins_signed(word)))
        and word.lower() not in TITLES
        and word.lower() not in FUNCTION
        and not word.isupper()
    ]


def _name_words(value: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", value.casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    words = [match.group().removesuffix("'s") for match in WORD.finditer(plain.replace("’", "'"))]
    return [word for word in words if word not in TITLES] or words


def canonical(kind: PiiType, value: str) -> str:
    """A form in which two ways of writing the same value are equal."""
    plain = unicodedata.normalize("NFKC", value.casefold())
    if kind is PiiType.PHONE:
        digits = spoken_digits(plain) if re.search(r"[a-z]{3}", plain) else "".join(filter(str.isdigit, plain))
        return digits[-10:]
    if kind is PiiType.EMAIL:
        return "".join(_DICTATED.sub(lambda match: _SIGNS[match.group(1).lower()], plain).split())
    if kind is PiiType.URL:
        return re.sub(r"^https?://|^www\.|/$", "", re.sub(r"^https?://", "", plain))
    return "".join(character for character in plain if character.isalnum())
