"""Messages in other languages with what they say: ``sets/dev`` was looked at, ``sets/test`` never.

A line is ``act/topic | name=value name=value,value | @asked the message``; ``!`` behind the topic says that a person
must answer. All were written on ``WRITTEN``, which relative dates count from.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from mhc_core.errors import DataError
from mhc_core.understanding.labelled import CONFIRM, PERSON
from mhc_core.understanding.result import DialogueContext

SETS = Path(__file__).parent / "sets"
WRITTEN = date(2026, 5, 13)
LANGUAGES = ("es", "zh-Hans", "zh-Hant", "ja")
_LINE = re.compile(
    r"(?P<act>\w+)(?:/(?P<topic>\w+))?(?P<person>!?) \| (?P<slots>.*?) ?\| (?:@(?P<asked>\S+) )?(?P<text>.+)"
)
_SLOT = re.compile(r"(\w+)=(.+?)(?= \w+=|$)")


@dataclass(frozen=True, slots=True)
class SetMessage:
    """A message as it should be read. ``slots`` are pairs of a slot's name and its value as text."""

    text: str
    act: str
    topic: str | None
    person: bool
    slots: Sequence[tuple[str, str]]
    context: DialogueContext


def messages(half: str, language: str) -> list[SetMessage]:
    """The messages of ``dev`` or ``test`` in a language.

    Raises:
        DataError: a line is not in the format.
    """
    path = SETS / half / f"understanding.{language}.txt"
    lines = path.read_text("utf-8").splitlines()
    return [_message(line, path) for line in lines if line.strip() and not line.startswith("#")]


def _message(line: str, path: Path) -> SetMessage:
    found = _LINE.fullmatch(line)
    if found is None:
        raise DataError(f"{path.name}: {line[:60]!r} is no message of a set")
    slots = [(name, value) for name, told in _SLOT.findall(found["slots"]) for value in told.split(",")]
    asked = frozenset(found["asked"].split("+")) if found["asked"] else frozenset[str]()
    context = DialogueContext(
        asked=asked - {CONFIRM, PERSON}, confirming=CONFIRM in asked, offered_person=PERSON in asked
    )
    return SetMessage(found["text"], found["act"], found["topic"], bool(found["person"]), slots, context)
