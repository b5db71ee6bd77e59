"""Many patterns on one text: each is tried only where the words stand without which it cannot match.

Those words are read off the pattern's own parse tree, so no list is kept beside the patterns that could fall behind
them: an alternation asks for one word of each of its branches, what may be left out asks for nothing, and nothing is
asked where the tree is not understood. A pattern without such words is always tried.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Generic, TypeVar

Kind = TypeVar("Kind")
Tree = Iterable[tuple[Any, Any]]
Needs = list[frozenset[str]]
"""Of each set at least one string stands in every text that matches."""

_WORD = re.compile(r"\w+")
_REMEMBERED = 16_384
_REMEMBERED_CHARS = 24


class Prefiltered(Generic[Kind]):
    """Patterns by kind. They have no flags; the first kind that is found counts."""

    def __init__(self, patterns: Mapping[Kind, Sequence[str]]) -> None:
        self._patterns = [(kind, re.compile(pattern)) for kind, several in patterns.items() for pattern in several]
        self._needs: list[tuple[int, Needs]] = []
        self._by_word: dict[str, list[int]] = {}
        for place, (_, pattern) in enumerate(self._patterns):
            for branch in branches(parser.parse(pattern.pattern)):
                asked = sorted(needs(branch), key=_commonness)
                for text in asked[0] if asked else [""]:
                    self._by_word.setdefault(_longest_word(text), []).append(len(self._needs))
                self._needs.append((place, asked))
        self._always = frozenset(self._by_word.pop("", ()))
        self._remembered = lru_cache(_REMEMBERED)(self._asking_for)

    def search(self, text: str) -> Kind | None:
        """The first kind of which a pattern is found in the text, or None."""
        words = set(_WORD.findall(text))
        long = [word for word in words if len(word) > _REMEMBERED_CHARS]
        asking = self._always.union(*map(self._remembered, words.difference(long)), *map(self._asking_for, long))
        tried = {place for place, asked in map(self._needs.__getitem__, asking) if _holds(text, asked)}
        for place in sorted(tried):
            kind, pattern = self._patterns[place]
            if pattern.search(text):
                return kind
        return None

    def _asking_for(self, word: str) -> frozenset[int]:
        """The alternatives whose rarest need this word of a text may fulfil."""
        return frozenset(place for part, places in self._by_word.items() if part in word for place in places)


def branches(tree: Tree) -> list[Tree]:
    """The alternatives of a pattern that is one alternation, else the pattern alone."""
    *before, (operator, argument) = tree
    if operator is code.BRANCH and all(one is code.AT for one, _ in before):
        return [[*before, *branch] for branch in argument[1]]
    return [[*before, (operator, argument)]]


def needs(tree: Tree) -> Needs:
    """What a text must hold for a parsed pattern to match."""
    found: Needs = []
    run = ""
    for operator, argument in tree:
        if operator is code.LITERAL:
            run += chr(argument)
            continue
        if operator in (code.AT, code.ASSERT, code.ASSERT_NOT):
            continue  # takes no letters: what stands before and after it is one string
        if run:
            found.append(frozenset([run]))
            run = ""
        if operator is code.SUBPATTERN and not argument[1] and not argument[2]:
            found += needs(argument[3])
        elif operator in (code.MAX_REPEAT, code.MIN_REPEAT) and argument[0] > 0:
            found += needs(argument[2])
        elif operator is code.BRANCH:
            found += _one_of(map(needs, argument[1]))
        elif operator is code.IN and all(one is code.LITERAL for one, _ in argument):
            found.append(frozenset(chr(letter) for _, letter in argument))
    return [*found, frozenset([run])] if run else found


def _one_of(branches: Iterable[Needs]) -> Needs:
    """The rarest need of each branch in one set; nothing where a branch needs nothing."""
    rarest = [min(needs, key=_commonness, default=frozenset[str]()) for needs in branches]
    return [frozenset[str]().union(*rarest)] if all(rarest) else []


def _holds(text: str, asked: Needs) -> bool:
    for several in asked:
        for one in several:
            if one in text:
                break
        else:
            return False
    return True


def _commonness(several: frozenset[str]) -> float:
    """Roughly how many texts hold one of these: letters are what makes a string rare."""
    return sum(3.0 ** -len(_longest_word(one)) for one in several)


def _longest_word(text: str) -> str:
    return max(_WORD.findall(text), key=len, default="")
