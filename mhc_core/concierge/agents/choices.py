"""What a customer may tap instead of writing: the plain answers to what was just asked."""

from collections.abc import Mapping, Sequence
from typing import Any

from mhc_core.languages import marked, translated

CONFIRMING = (marked("Yes, please send it"), marked("No, I want to change something"))
WITH_A_PERSON = (marked("Yes, please"), marked("No, thanks"))
A_PERSON = marked("A person, please")


def choices(notes: Mapping[str, Any]) -> Sequence[str]:
    """Messages that answer what an answer asked, by what it noted: its own ``choices`` with the person it offered, else
    those that fit a yes-or-no question; none for a question that has no short answer."""
    own, offered = notes.get("choices"), bool(notes.get("offered_person"))
    if isinstance(own, list | tuple) and own:
        return (*(str(choice) for choice in own), *((translated(A_PERSON),) if offered else ()))
    if notes.get("confirm"):
        return tuple(map(translated, CONFIRMING))
    return tuple(map(translated, WITH_A_PERSON)) if offered else ()
