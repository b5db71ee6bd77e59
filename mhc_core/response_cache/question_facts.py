"""What two questions must agree on before one answer may serve both: numbers, days, names, polarity, kind, order."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from mhc_core.response_cache.normalise import tokens
from mhc_core.response_cache.words import (
    DATES,
    LIGHT,
    NEGATIONS,
    NUMBERS,
    OPPOSITES,
    SPELLED,
    STRICT_AXES,
    stem,
)

_CONNECTORS = frozenset(
    ["from", "to", "for", "than", "before", "after", "instead", "into", "by", "over", "under", "against", "without",
     "of", "if", "until"]
)  # fmt: skip
_ROLES = frozenset(["from", "to", "at", "in", "near", "via", "through", "between", "toward", "towards", "into"])
_SYMBOLS = frozenset("$€£%+&#@")
_AUXILIARIES = {
    "can": "able", "could": "able", "may": "able", "might": "able", "able": "able",
    "do": "does", "does": "does", "did": "did", "is": "is", "are": "is", "was": "was", "were": "was",
    "will": "does", "would": "does", "should": "should", "must": "should",
}  # fmt: skip
_CUSTOMER = frozenset(
    ["i", "we", "my", "our", "i'm", "i'd", "i've", "i'll", "we're", "we'd", "we've", "we'll", "im", "ive"]
)
_BUSINESS = frozenset(["you", "your", "you're", "you'd", "you'll", "you've", "yours"])
_AMOUNTS = frozenset(["price", "cost", "costs", "charge", "fee", "fees", "rate", "rates", "total", "pricing"])
_TENS = frozenset(["20", "30", "40", "50", "60", "70", "80", "90"])


@dataclass(frozen=True, slots=True)
class Facts:
    """One question as read. ``content`` holds the stems of the words that carry meaning, in order."""

    words: tuple[str, ...]
    content: tuple[str, ...]
    numbers: tuple[tuple[str, str], ...]
    dates: frozenset[str]
    names: tuple[tuple[str, str], ...]
    symbols: frozenset[str]
    negations: int
    kind: str
    asked: frozenset[str]
    speakers: tuple[str, ...]
    strict: frozenset[tuple[int, int]]
    poles: frozenset[tuple[int, int]]


def read(question: str) -> Facts:
    """The facts of one question; takes about 0.1 ms for a question of usual length."""
    words = tuple(SPELLED.get(word, word) for word in tokens(question))
    capitals = frozenset(
        part.casefold().strip(".,;:!?\"'()").removesuffix("'s")
        for part in question.split()[1:]
        if part[:1].isupper() and not part.isupper()
    )
    known = set(words)
    return Facts(
        words=words,
        content=tuple(stem(word) for word in words if word not in LIGHT and word not in _SYMBOLS and len(word) > 1),
        numbers=_numbers(words),
        dates=frozenset(DATES[word] for index, word in enumerate(words) if word in DATES and _is_date(words, index)),
        names=_names(words, capitals),
        symbols=frozenset(known & {"%", "+", "#"}),
        negations=sum(word in NEGATIONS or word.endswith("n't") for word in words),
        kind=_kind(words),
        asked=frozenset(known & {"who", "whose", "where", "why"}),
        speakers=_speakers(words),
        strict=_poles(STRICT_AXES, known),
        poles=_poles(OPPOSITES, known),
    )


read_stored = lru_cache(maxsize=20_000)(read)
"""The facts of a question that is in the cache, so was shown to hold nothing personal; the last ones are remembered."""


def disagreements(a: Facts, b: Facts) -> frozenset[str]:
    """The names of the facts in which two questions differ; empty when one answer may serve both."""
    found = set()
    if not _same_bound(a.numbers, b.numbers):
        found.add("number")
    if a.dates != b.dates:
        found.add("date")
    if not _same_named(a.names, b.names):
        found.add("name")
    if a.symbols != b.symbols:
        found.add("symbol")
    if a.negations != b.negations:
        found.add("negation")
    if a.strict != b.strict:
        found.add("comparison")
    if _opposed(a.poles, b.poles):
        found.add("opposite")
    if a.asked != b.asked or (
        a.kind != b.kind and not (("phrase" in (a.kind, b.kind)) and {a.kind, b.kind} & {"what", "amount"})
    ):
        found.add("kind")
    if a.speakers != b.speakers and a.speakers and b.speakers:
        found.add("speaker")
    if _reordered(a, b):
        found.add("order")
    return frozenset(found)


def _numbers(words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Each number with the stem of the word it counts."""
    found = []
    carried = ""
    for index, word in enumerate(words):
        value = NUMBERS.get(word) or (_plain(word) if word[0].isdigit() else "")
        if not value or (word in ("one", "second") and index and words[index - 1] in ("which", "that", "this", "a")):
            continue
        following = words[index + 1] if index + 1 < len(words) else ""
        if value in _TENS and NUMBERS.get(following, "").isdigit() and int(NUMBERS[following]) < 10:
            carried = value
            continue
        if carried:
            value, carried = str(int(carried) + int(value)), ""
        found.append((value, stem(following) if following else ""))
    return tuple(found)


def _plain(word: str) -> str:
    whole = word.replace(",", "").removesuffix(":00").removesuffix(".00")
    return whole.lstrip("0") or "0"


def _is_date(words: Sequence[str], index: int) -> bool:
    """``may`` is a month only beside a number or a preposition of time."""
    if words[index] not in ("may", "march", "fall", "spring", "second"):
        return True
    before = words[index - 1] if index else ""
    after = words[index + 1] if index + 1 < len(words) else ""
    return before in ("in", "on", "this", "next", "of", "by", "until", "for", "the") or after[:1].isdigit()


def _names(words: Sequence[str], capitals: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Names and places in order, each with the word before it."""
    from mhc_core.scrubbing.names import Kind, kind
    from mhc_core.scrubbing.vocabulary import PLACES

    found = []
    for index, word in enumerate(words):
        if word in DATES or word in NUMBERS or word in LIGHT or not word[0].isalpha() or len(word) < 2:
            continue
        named = word in capitals or word in PLACES or kind(word) in (Kind.GIVEN, Kind.SURNAME)
        if named:
            found.append((word.removesuffix("'s"), words[index - 1] if index else ""))
    return tuple(found)


def _kind(words: Sequence[str]) -> str:
    """Who, when, where, why, how much, … or ``able``, ``does`` … for a question to be answered with yes or no."""
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if word in ("who", "whose", "whom", "why"):
            return word
        if word in ("when", "where"):
            return word
        if word == "how":
            if following in ("much", "many", "long", "far", "often", "old", "big", "large", "early", "late", "soon"):
                return "amount" if following == "much" else f"how {following}"
            return "how"
        if word in ("what", "which", "what's", "whats"):
            rest = words[index + 1 :]
            if "time" in rest[:2]:
                return "when"
            return "amount" if _AMOUNTS & set(rest) else "what"
        if word in _AUXILIARIES and (index == 0 or words[index - 1] in ("hi", "hello", "hey", "so", "and", "please")):
            return _AUXILIARIES[word]
    return next((_AUXILIARIES[word] for word in words[:6] if word in _AUXILIARIES), "phrase")


def _speakers(words: Sequence[str]) -> tuple[str, ...]:
    """Who acts, in order: the customer where it says ``I`` or ``we``, the business where it says ``you``."""
    found: list[str] = []
    for index, word in enumerate(words):
        if index and words[index - 1] in ("thank", "thanks"):
            continue
        who = "customer" if word in _CUSTOMER else "business" if word in _BUSINESS else ""
        if who and found[-1:] != [who]:
            found.append(who)
    return tuple(found)


def _poles(axes: Sequence[Sequence[str]], known: set[str]) -> frozenset[tuple[int, int]]:
    return frozenset(pole for word in known for pole in _placed(axes).get(word, ()))


@lru_cache(maxsize=4)
def _placed(axes: tuple[tuple[str, ...], ...]) -> dict[str, tuple[tuple[int, int], ...]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for axis, poles in enumerate(axes):
        for pole, listed in enumerate(poles):
            for word in listed.split():
                found.setdefault(word, []).append((axis, pole))
    return {word: tuple(places) for word, places in found.items()}


def _opposed(a: frozenset[tuple[int, int]], b: frozenset[tuple[int, int]]) -> bool:
    for axis in {axis for axis, _ in a} & {axis for axis, _ in b}:
        if {pole for one, pole in a if one == axis} != {pole for one, pole in b if one == axis}:
            return True
    return False


def _same_bound(a: Sequence[tuple[str, str]], b: Sequence[tuple[str, str]]) -> bool:
    """The same numbers; where there are several, in the same order or of the same things."""
    if Counter(value for value, _ in a) != Counter(value for value, _ in b):
        return False
    return [value for value, _ in a] == [value for value, _ in b] or Counter(a) == Counter(b)


def _same_named(a: Sequence[tuple[str, str]], b: Sequence[tuple[str, str]]) -> bool:
    """The same names; where there are several, in the same roles, or in the same order when none has a role."""
    if Counter(name for name, _ in a) != Counter(name for name, _ in b):
        return False
    if all(before in _ROLES for _, before in (*a, *b)):
        return Counter(a) == Counter(b)
    return [name for name, _ in a] == [name for name, _ in b]


def _reordered(a: Facts, b: Facts) -> bool:
    """Whether two shared words have changed places around a word that gives them roles, such as ``for`` or ``to``."""
    named = {stem(name) for name, _ in a.names}  # names have roles of their own
    shared = [
        word
        for word in dict.fromkeys(a.content)
        if word not in named and a.content.count(word) == b.content.count(word) == 1
    ]
    if len(shared) < 2 or not _CONNECTORS & (set(a.words) | set(b.words)):
        return False
    return [word for word in b.content if word in shared] != shared
