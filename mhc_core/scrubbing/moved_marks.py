"""Marks lie on raw text, and what is learned from is cleaned text: where the marked words stand in it."""

import re
from collections.abc import Sequence

from mhc_core.language.cleaning import cleaned
from mhc_core.scrubbing.engine import Known
from mhc_core.vocabulary import Channel


def moved(marks: Sequence[Known], raw: str, said: str) -> Sequence[Known]:
    """Marks of ``raw`` wherever the same words stand in ``said``, which is what cleaning left of it."""
    if raw == said:
        return marks
    return [
        Known(found.start(), found.end(), mark.type)
        for mark in marks
        for found in re.finditer(re.escape(cleaned(raw[mark.start : mark.end], Channel.WEB)), said)
        if found[0]
    ]
