"""A call's transcript becomes a conversation: stretches of speech, who spoke them, and how sure the recogniser was.

Who spoke is told by the channel of the recording, else by labels, else guessed from the turns: the business answers its
telephone, so the first voice is ours. What was guessed is held until a person read it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from mhc_core.collection.importing.context import Reading
from mhc_core.collection.importing.fields import ROLE_SPELLINGS, folded

Speakers = Literal["channel", "label", "turns"]
_MORE_LABELS = {
    **dict.fromkeys(("caller", "callee", "buyer", "host", "person_calling"), "user"),
    **dict.fromkeys(("us", "chef", "receptionist", "sales", "csr", "associate", "owner", "manager"), "agent"),
}
_NUMBERED = re.compile(r"(?:speaker|spk|channel|ch|voice|party)?[ _-]?\d+|[a-d]|unknown", re.IGNORECASE)
"""How programs name voices that they only tell apart."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A stretch of speech of one voice. ``start`` and ``end`` are seconds from the beginning of the call, where known;
    ``confidence`` is how sure the recogniser was of the words, 0..1.
    """

    text: str
    voice: str | None = None
    start: float | None = None
    end: float | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Which voice has which role, and what told it."""

    roles: dict[str | None, str]
    by: Speakers


def record(
    ident: str | None,
    said: Sequence[Utterance],
    told: Told,
    *,
    began: datetime | None = None,
    recogniser: str | None = None,
    more: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The call in the one record format: a message for each turn, with its time where it is known when it began."""
    turns = _turns(said, told)
    words = [(len(one.text.split()), one.confidence) for one in said if one.confidence is not None]
    total = sum(count for count, _ in words)
    return {
        "id": ident,
        "channel": "phone",
        **({"started_at": began.isoformat()} if began else {}),
        "status": "closed",
        "messages": [_message(role, parts, began) for role, parts in turns],
        "call": {
            "speakers": told.by,
            "confidence": sum(count * sure for count, sure in words) / total if total else None,
            "recogniser": recogniser,
        },
        **(more or {}),
    }


def by_label(voices: Iterable[str | None], reading: Reading, known: dict[str, str] | None = None) -> Told:
    """The roles of voices by what they are called, by ``known`` roles of the file, or by the order they come in.

    A name that is nobody's here is the customer's where somebody else is known to be ours, and the other way round.
    """
    order = list(dict.fromkeys(voices))
    found: dict[str | None, str] = {}
    for voice in order:
        if voice is None:
            continue
        role = reading.role_of(voice) or (known or {}).get(voice) or ROLE_SPELLINGS.get(folded(voice))
        role = role or _MORE_LABELS.get(folded(voice))
        if role is not None:
            found[voice] = role
    rest = [voice for voice in order if voice not in found]
    if not rest:
        return Told(found, "label")
    if found and None not in rest:
        other = "user" if any(role in ("agent", "assistant") for role in found.values()) else "agent"
        return Told(found | dict.fromkeys(rest, other), "label")
    first, *others = order if not found else rest
    return Told({first: "agent"} | dict.fromkeys(others, "user") | found, "turns")


def by_turns(said: Sequence[Utterance]) -> tuple[list[Utterance], Told]:
    """Voices of a transcript that names none: whoever follows is the other one."""
    told = [Utterance(one.text, str(place % 2), one.start, one.end, one.confidence) for place, one in enumerate(said)]
    return told, Told({"0": "agent", "1": "user"}, "turns")


def numbered(voice: str) -> bool:
    """Whether a name only tells a voice from others, as "Speaker 1" does."""
    return _NUMBERED.fullmatch(voice.strip()) is not None


def _turns(said: Sequence[Utterance], told: Told) -> list[tuple[str, list[Utterance]]]:
    turns: list[tuple[str, list[Utterance]]] = []
    for one in said:
        if not one.text.strip():
            continue
        role = told.roles.get(one.voice, "user")
        if turns and turns[-1][0] == role:
            turns[-1][1].append(one)
        else:
            turns.append((role, [one]))
    return turns


def _message(role: str, parts: Sequence[Utterance], began: datetime | None) -> dict[str, Any]:
    sure = [(len(part.text.split()), part.confidence) for part in parts if part.confidence is not None]
    words = sum(count for count, _ in sure)
    start = parts[0].start
    return {
        "role": role,
        "content": " ".join(part.text.strip() for part in parts),
        **({"timestamp": (began + timedelta(seconds=start)).isoformat()} if began and start is not None else {}),
        **({"heard": sum(count * share for count, share in sure) / words} if words else {}),
    }
