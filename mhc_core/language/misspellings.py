"""What a word with a slip of typing was meant to be."""

from collections.abc import Iterable

from rapidfuzz import fuzz, process


def meant(word: str, known: Iterable[str], alike: float = 80) -> str | None:
    """The one of a few known words that is most like ``word``: 100 is the same, 80 one letter of five changed."""
    found = process.extractOne(word, list(known), scorer=fuzz.ratio, score_cutoff=alike)
    return None if found is None else found[0]
