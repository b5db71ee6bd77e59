"""What a word with a slip of typing was meant to be."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA


def meant(word: str, known: Iterable[str], alike: float = 80) -> str | None:
    """The one of a few known words that is most like ``word``: 100 is the same, 80 one letter of five changed."""
    found = process.extractOne(word, list(known), scorer=fuzz.ratio, score_cutoff=alike)
    return None if found is None else found[0]


def one_slip_away(word: str, known: Iterable[str]) -> str | None:
    """The known word of which two letters were swapped, else one added, left out or changed, in this order."""
    near = [other for other, *_ in process.extract(word, list(known), scorer=OSA.distance, score_cutoff=1, limit=None)]
    return min(near, key=lambda other: (sorted(other) != sorted(word), _SLIPS[len(other) - len(word)]), default=None)


_SLIPS = {-1: 0, 1: 1, 0: 2}
