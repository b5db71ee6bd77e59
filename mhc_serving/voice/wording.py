"""The words of a turn as they were heard, and sentences cut so that the first is heard soon."""

import re
from collections.abc import Sequence

import numpy as np

from mhc_core.protocols import Heard

FIRST_CHARS = 28
"""From there a first sentence is cut at a comma: its sound is made sooner."""
_SOUNDS = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|♪")


def words(heard: Sequence[Heard]) -> tuple[str, float]:
    """What was said, without the sounds that recognisers write in brackets, and how sure its words are."""
    text = " ".join(" ".join(_SOUNDS.sub(" ", one.text) for one in heard).split())
    if not re.search(r"\w", text):
        return "", 0.0
    return text, float(np.mean([one.confidence for one in heard]))


def sooner(sentences: Sequence[str]) -> list[str]:
    """The same with a shorter beginning, so that the customer hears something while the rest is made."""
    if not sentences or len(sentences[0]) <= 2 * FIRST_CHARS:
        return list(sentences)
    cut = re.search(r"[,;:] ", sentences[0][FIRST_CHARS:])
    if cut is None:
        return list(sentences)
    at = FIRST_CHARS + cut.end()
    return [sentences[0][:at].rstrip(), sentences[0][at:], *sentences[1:]]
