"""What a question means as far as its answer goes: two questions with one meaning share a kept answer.

A meaning is the answer group that the question asks for with everything that may
make its answer another one: the slots and their values, all numbers, and the small words that turn a statement round or
put a condition on it. Such words are a closed class of the language, so they are listed. Where two questions are almost
the same in words, what differs is what was meant: then nothing is shared unless only courtesies differ.
"""

import hashlib
import re
from collections.abc import Iterable

from mhc_core.language.answer_text import numbers
from mhc_core.language.number_words import VALUES
from mhc_core.language.spelling import tokens
from mhc_core.understanding.result import Slot

ALIKE = 0.4
"""Share of common words (Jaccard) from which two questions are almost the same."""
_OPERATORS = frozenset(
    {
        *("not", "no", "never", "none", "neither", "nor", "without", "cannot", "except", "excluding", "unless"),
        *("instead", "only", "besides", "before", "after", "sin", "excepto", "solo"),
    }
)
_NEGATED = re.compile(r"\b(?:ca|do|does|did|is|are|was|were|wo|would|could|should|has|have|had|ai)n'?t\b")
_EMPTY = frozenset(
    {
        *("a", "an", "the", "of", "for", "in", "on", "at", "to", "with", "and", "is", "are", "was", "be", "do", "does"),
        *("can", "could", "would", "will", "please", "hi", "hello", "hey", "thanks", "thank", "so", "ok", "u", "you"),
    }
)


def meaning(answer: str, question: str, slots: Iterable[Slot]) -> str:
    """The key under which an answer to the question is kept; ``answer`` names its answer group."""
    told = sorted(
        f"{slot.name.value}={slot.value if slot.value is not None else slot.text.casefold()}" for slot in slots
    )
    words = tokens(question)
    counted = sorted({*numbers(question), *(str(VALUES[word]) for word in words if word in VALUES)})
    turned = sorted(_operators(question))
    return hashlib.sha256("\x1f".join((answer, *told, "#", *counted, "#", *turned)).encode()).hexdigest()


def contrasted(asked: str, kept: str) -> bool:
    """Whether two questions are almost the same in words and differ in one that carries meaning."""
    ours, theirs = set(tokens(asked)), set(tokens(kept))
    if not ours or not theirs or len(ours & theirs) / len(ours | theirs) < ALIKE:
        return False
    return bool((ours ^ theirs) - _EMPTY)


def _operators(question: str) -> set[str]:
    text = " ".join(tokens(question))
    found = {word for word in text.split() if word in _OPERATORS}
    return found | ({"not"} if _NEGATED.search(text) else set())
