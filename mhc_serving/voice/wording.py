"""The words of a turn as they were heard, and sentences cut so that the first is heard soon."""

import re
from collections.abc import Sequence

import numpy as np

from mhc_core.protocols import Heard

FIRST_CHARS = 28
"""From there a first sentence is cut at a comma: its sound is made sooner."""
_SOUNDS = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|♪")
_TIME = re.compile(
    r"\b(1[0-2]|[1-9])[ .]?([0-5]\d)(?=\s*(?:[ap]\.?\s?m\b|in the (?:morning|afternoon|evening)|at night))", re.I
)
_FIVE = re.compile(r"\b\d(?:[ .-]?\d){4}\b")
_CODE = re.compile(r"\b(?:code|zip)\b", re.IGNORECASE)


def words(heard: Sequence[Heard]) -> tuple[str, float]:
    """What was said, without the sounds that recognisers write in brackets, and how sure its words are."""
    text = " ".join(" ".join(_SOUNDS.sub(" ", one.text) for one in heard).split())
    if not re.search(r"\w", text):
        return "", 0.0
    return _as_written(text), float(np.mean([one.confidence for one in heard]))


def _as_written(text: str) -> str:
    """Times and zip codes as people write them: recognisers cut "6 30 in the evening" and "95-125" where breath is
    taken."""
    text = _TIME.sub(r"\1:\2", text)
    if _CODE.search(text) or not re.search("[a-z]", text):
        text = _FIVE.sub(lambda found: re.sub(r"\D", "", found[0]), text)
    return text


def sooner(sentences: Sequence[str]) -> list[str]:
    """The same with a shorter beginning, so that the customer hears something while the rest is made."""
    if not sentences or len(sentences[0]) <= 2 * FIRST_CHARS:
        return list(sentences)
    cut = re.search(r"[,;:] ", sentences[0][FIRST_CHARS:])
    if cut is None:
        return list(sentences)
    at = FIRST_CHARS + cut.end()
    return [sentences[0][:at].rstrip(), sentences[0][at:], *sentences[1:]]
