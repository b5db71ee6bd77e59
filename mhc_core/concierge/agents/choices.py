"""What a customer may tap instead of writing: the plain answers to what was just asked."""

from collections.abc import Mapping, Sequence
from typing import Any

CONFIRMING = ("Yes, please send it", "No, I want to change something")
WITH_A_PERSON = ("Yes, please", "No, thanks")
A_PERSON = "A person, please"


def choices(notes: Mapping[str, Any]) -> Sequence[str]:
    """Messages that answer what an answer asked, by what it noted: its own ``choices`` with the person it offered, else
    those that fit a yes-or-no question; none for a question that has no short answer."""
    own, offered = notes.get("choices"), bool(notes.get("offered_person"))
    if isinstance(own, list | tuple) and own:
        return (*(str(choice) for choice in own), *((A_PERSON,) if offered else ()))
    if notes.get("confirm"):
        return CONFIRMING
    return WITH_A_PERSON if offered else ()
