"""What a customer may tap instead of writing: the plain answers to what was just asked."""

from collections.abc import Mapping, Sequence
from typing import Any

CONFIRMING = ("Yes, please send it", "No, I want to change something")
WITH_A_PERSON = ("Yes, please", "No, thanks")


def choices(notes: Mapping[str, Any]) -> Sequence[str]:
    """Messages that answer what an answer asked, by what it noted: its own ``choices``, else those that fit a yes-or-no
    question; none for a question that has no short answer."""
    own = notes.get("choices")
    if isinstance(own, list | tuple) and own:
        return tuple(str(choice) for choice in own)
    if notes.get("confirm"):
        return CONFIRMING
    return WITH_A_PERSON if notes.get("offered_person") else ()
