"""Spoken words as they were meant: without filled pauses, broken-off words and words said twice.

"Um i i want to book uh for for twelve people" becomes "I want to book for twelve people". Only what carries no meaning
goes, after the kinds that Shriberg's "Preliminaries to a Theory of Speech Disfluencies" (1994) tells apart: filled
pauses, word fragments, repetitions. A repair ("for ten, I mean twelve") stays, since both sides of it say something.

Numbers, names and negations stay as they were said, each as often as it was said: "five five five" may be a telephone
number, "no no" is an answer. The text that comes out is left alone when it goes in again. Time is linear in its length.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mhc_core.language.number_words import VALUES

_PIECE = re.compile(r"(\s*)(\S+)", re.DOTALL)
_TOKEN = re.compile(r"([\"'(\[“‘]*)(.*?)([\"')\]”’.,;:!?…–—-]*)", re.DOTALL)
_PAUSE = re.compile(r"u+h+m*|u+m+|e+r+m+|er|h+m+|mm+", re.IGNORECASE)
"""Filled pauses. "Uh-huh" is a yes, "uh-uh" a no and "oh" a nought: they are none."""
_UNITED = re.compile(r"mm+", re.IGNORECASE)
_SAID_TWICE = frozenset((
    "i", "we", "he", "she", "they", "it's", "i'm", "i'd", "i'll", "i've", "we're", "we'd", "we'll", "we've",
    "they're", "the", "a", "an", "my", "our", "your", "their", "his", "to", "for", "of", "with", "from", "at", "by",
    "and", "or", "but", "if", "because", "what's", "when", "where", "who", "how", "this", "these", "those", "is",
    "are", "was", "were", "am", "could", "would", "should", "does", "let's", "about", "into", "just", "can",
))  # fmt: skip
"""Closed-class words that are not said twice on purpose; "that that", "had had", "you you" and "in in" may be."""
_COPULA = frozenset(["is", "are", "was", "were", "am", "does", "can", "could", "would", "should"])
"""Said twice with a comma between they may be meant: "what it is, is a party"."""
_NEGATIONS = frozenset(
    ["no", "not", "never", "none", "nobody", "nothing", "neither", "nor", "without", "cannot", "nope", "nah"]
)
_AMOUNTS = frozenset(
    (*VALUES, "hundred", "thousand", "dozen", "half", "couple", "double", "triple", "oh", "first", "second", "third")
)
_TITLES = frozenset(["mr", "mrs", "ms", "miss", "dr", "st"])
_LONGEST = 4
"""Words of the longest phrase that is looked for twice in a row."""
_LONGEST_WORD = 100
"""Characters; longer ones are addresses of pages and are left alone."""
_ENDS = re.compile(r"[.!?…]")


@dataclass(frozen=True, slots=True)
class _Word:
    space: str
    opening: str
    core: str
    closing: str

    @property
    def folded(self) -> str:
        return self.core.lower().replace("’", "'")

    @property
    def text(self) -> str:
        return f"{self.space}{self.opening}{self.core}{self.closing}"


def fluent(text: str) -> str:
    """``text`` without filled pauses, broken-off words and repetitions; as it is when nothing else is in it."""
    words = _words(text)
    if not words:
        return text
    rest = text[sum(len(word.text) for word in words) :]
    kept = words
    while True:  # a word that goes brings others together; each round takes at least one away
        shorter = _without_repetitions(_without_fragments(_without_pauses(kept)))
        if len(shorter) == len(kept):
            break
        kept = shorter
    if not kept:
        return text  # nothing but pauses
    kept = [_Word(word.space, word.opening, _first_person(word.core), word.closing) for word in kept]
    return "".join(word.text for word in kept) + rest


def _words(text: str) -> list[_Word]:
    found = []
    for space, piece in _PIECE.findall(text):
        parts = _TOKEN.fullmatch(piece) if len(piece) <= _LONGEST_WORD else None
        opening, core, closing = parts.groups() if parts else ("", piece, "")
        found.append(_Word(space, opening, core, closing))
    return found


def _number(word: _Word) -> bool:
    return any(letter.isdigit() for letter in word.core) or any(
        part in _AMOUNTS or part.removesuffix("s") in _AMOUNTS for part in re.split(r"[-']", word.folded)
    )


def _negation(word: _Word) -> bool:
    return word.folded in _NEGATIONS or word.folded.endswith(("n't", "n't've"))


def _opens(words: Sequence[_Word], at: int) -> bool:
    """Whether a sentence begins at a word, where a capital letter does not make it a name."""
    if at == 0 or "\n" in words[at].space:
        return True
    return _ENDS.search(words[at - 1].closing) is not None and words[at - 1].folded not in _TITLES


def _without_pauses(words: Sequence[_Word]) -> list[_Word]:
    kept: list[_Word] = []
    carried: str | None = None  # the space before what went, where something stood at the beginning of a line
    for at, word in enumerate(words):
        if not _is_pause(words, at):
            if carried is not None:
                word = _Word(carried, word.opening, word.core, word.closing)
                carried = None
            kept.append(word)
            continue
        before, after = (kept[-1] if kept else None), (words[at + 1] if at + 1 < len(words) else None)
        if not kept or "\n" in word.space:
            carried = word.space if carried is None else carried
        if before is None:
            continue
        closing = before.closing
        if _ENDS.search(word.closing) and not _ENDS.search(closing):
            closing = closing.rstrip(",;–—-") + word.closing  # the pause ended the sentence
        elif after is not None and _number(before) and _number(after) and not closing:
            closing = ","  # "six um thirty" is two numbers
        kept[-1] = _Word(before.space, before.opening, before.core, closing)
    return _capitalised(words, kept)


def _is_pause(words: Sequence[_Word], at: int) -> bool:
    word = words[at]
    if word.opening or _PAUSE.fullmatch(word.core) is None:
        return False
    if _UNITED.fullmatch(word.core) and at and _number(words[at - 1]):
        return False  # millimetres
    shown = word.core
    if shown[0].isupper() and not (_opens(words, at) and (shown[1:].islower() or len(shown) == 1)):
        return False  # a name such as Um, or ER
    return not (_before_name(words, at) and shown[0].isupper())


def _before_name(words: Sequence[_Word], at: int) -> bool:
    """Whether the word after "Um" shows that it is a person: "Um Lee" begins a sentence with a name."""
    after = words[at + 1] if at + 1 < len(words) else None
    return after is not None and not words[at].closing and after.core[:1].isupper() and after.folded not in ("i",)


def _capitalised(words: Sequence[_Word], kept: list[_Word]) -> list[_Word]:
    """A sentence whose capital went with a pause gets it back: "Um, how much" becomes "How much"."""
    if kept and words[0].core[:1].isupper() and kept[0].core[:1].islower() and kept[0].core != words[0].core:
        first = kept[0]
        kept[0] = _Word(first.space, first.opening, first.core[:1].upper() + first.core[1:], first.closing)
    return kept


def _without_fragments(words: Sequence[_Word]) -> list[_Word]:
    """Without words that break off, "wa- I want": they end in a dash, and one of the next three begins the same."""
    kept: list[_Word] = []
    for at, word in enumerate(words):
        fragment = word.folded
        broken = (
            fragment.isalpha()
            and word.closing in ("-", "–", "—", "--")
            and not word.opening
            and not _meant(words, at)
            and any(
                other.folded.startswith(fragment) and len(other.folded) > len(fragment)
                for other in words[at + 1 : at + 4]
            )
        )
        if broken and at + 1 < len(words) and "\n" not in words[at + 1].space:
            continue
        kept.append(word)
    return _spaced(words, kept)


def _without_repetitions(said: Sequence[_Word]) -> list[_Word]:
    words, kept = list(said), list[_Word]()
    at = 0
    while at < len(words):
        length = next((size for size in range(_LONGEST, 0, -1) if _repeated(words, at, size)), 0)
        if length == 0:
            kept.append(words[at])
            at += 1
            continue
        # The second time stays, with the first one's capital and place.
        first, again = words[at], words[at + length]
        words[at + length] = _Word(first.space, first.opening, first.core, again.closing)
        at += length
    return kept


def _repeated(words: Sequence[_Word], at: int, size: int) -> bool:
    """Whether ``size`` words are said again right after themselves, and mean nothing by it."""
    first, again = words[at : at + size], words[at + size : at + 2 * size]
    if len(again) < size or first[0].folded not in _SAID_TWICE:
        return False
    for place, (one, other) in enumerate(zip(first, again, strict=True)):
        if one.folded != other.folded or _meant(words, at + place) or _meant(words, at + size + place):
            return False
        if (place and one.opening) or other.opening or "\n" in other.space or _ENDS.search(one.closing):
            return False
        inner = one.closing if place == size - 1 else ""
        if place < size - 1 and one.closing != other.closing:
            return False
        if inner not in ("", ",", "-", "–", "—", "--", ",-") or (inner and one.folded in _COPULA and size == 1):
            return False
    return True


def _meant(words: Sequence[_Word], at: int) -> bool:
    """Whether a word is a number, a negation or, by its capital within a sentence, a name."""
    word = words[at]
    if _number(word) or _negation(word):
        return True
    first_person = word.folded == "i" or word.folded.startswith("i'")
    named = word.core[:1].isupper() and not first_person
    return named and not (_opens(words, at) and word.folded in _SAID_TWICE)


def _spaced(words: Sequence[_Word], kept: list[_Word]) -> list[_Word]:
    if kept and kept[0] is not words[0]:
        first = kept[0]
        kept[0] = _Word(words[0].space, first.opening, first.core, first.closing)
    return kept


def _first_person(core: str) -> str:
    return "I" + core[1:] if core == "i" or re.match(r"i['’](?:m|d|ll|ve)$", core) else core
