"""The sentences of an answer, as they are checked and put together again."""

import re
from collections.abc import Sequence

from mhc_core.language.answer_text import content_words

_SENTENCE = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=\S)|(\n+)")


def cut(text: str) -> list[tuple[str, str]]:
    """Sentences and lines, each with the space or the line break before it."""
    parts: list[tuple[str, str]] = []
    start, gap = 0, ""
    for found in _SENTENCE.finditer(text):
        end = found.start() if found[1] else found.start() + len(found[0]) - len(found[0].lstrip("\"')]"))
        parts.append((gap, text[start:end]))
        start, gap = found.end(), text[end : found.end()]
    parts.append((gap, text[start:]))
    return [(gap, part) for gap, part in parts if part.strip()]


def kept(parts: Sequence[tuple[str, str, bool]]) -> list[tuple[str, str]]:
    """What is supported, without "Here is the price:" before a line that is gone."""
    return [
        (gap, sentence)
        for place, (gap, sentence, fine) in enumerate(parts)
        if fine and not (sentence.rstrip().endswith(":") and place + 1 < len(parts) and not parts[place + 1][2])
    ]


def states(sentence: str) -> bool:
    """Whether a sentence says something, and does not ask."""
    return not sentence.rstrip().endswith("?") and len(content_words(sentence)) >= 3
