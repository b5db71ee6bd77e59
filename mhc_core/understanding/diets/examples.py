"""What the stances are learned from: sentences written for this, and messages of the understanding's gold.

A line of ``gold/<stance>.txt`` marks each word for a need with brackets; in ``stated`` and ``avoided`` it begins with
whom it concerns (``child: my son can't have [eggs]``). Lines that begin with ``#`` are comments.
"""

import hashlib
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import resources

from mhc_core.understanding import examples as understanding
from mhc_core.understanding.diets import mentions
from mhc_core.understanding.diets.mentions import Kind, Mention, Stance, Whom
from mhc_core.understanding.labelled import LabelledMessage
from mhc_core.understanding.result import Act, SlotName, Topic

_BRACKETED = re.compile(r"(\[[^\]]+\])")
MULTILINGUAL = "gold_multilingual"
"""Sentences in Chinese and Japanese."""
EVERY = 12
"""One of so many messages that name a dish and no allergen teaches what is only mentioned."""


@dataclass(frozen=True, slots=True)
class Example:
    """A mention in a text with its label; ``whom`` is None where it says nothing, ``frame`` names the sentence."""

    text: str
    mention: Mention
    stance: Stance
    whom: Whom | None
    frame: str


def read(gold: str = "gold") -> list[Example]:
    """The sentences written for this, in the order of the stances; those of other languages are in another folder."""
    found: list[Example] = []
    folder = resources.files(__package__) / gold
    for stance in Stance:
        for line in (folder / f"{stance}.txt").read_text("utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                found += _of_line(line.strip(), stance)
    return found


def half(frame: str) -> str:
    """``train``, ``dev`` or ``test``: by a hash of the sentence, 70, 15 and 15 %."""
    place = int.from_bytes(hashlib.sha256(frame.encode()).digest()[:4]) % 100
    return "train" if place < 70 else "dev" if place < 85 else "test"


def of_messages() -> list[Example]:
    """What labelled messages tell without having been labelled for this.

    An allergen that is told, or asked about with whom or how badly, is stated; one that is only asked about is
    mentioned; so is a dish that is ordered.
    """
    found: list[Example] = []
    dishes = 0
    for message in understanding.gold():
        spotted = mentions.find(message.text)
        if not spotted:
            continue
        slots = {slot.name for slot in message.slots}
        if SlotName.ALLERGEN in slots:
            found += _of_allergens(message, spotted)
        elif not slots & {SlotName.WHOM, SlotName.SEVERITY} and all(
            part.topic is not Topic.ALLERGY and part.act in (Act.ASK, Act.INFORM, Act.ADD, Act.AFFIRM)
            for part in message.segments
        ):
            dishes += 1
            if dishes % EVERY == 0:
                found += [_example(message, one, Stance.MENTIONED) for one in spotted if one.kind is Kind.ALLERGEN]
    return found


def digest(examples: Iterable[Example]) -> str:
    """What names a set of examples."""
    lines = (f"{one.stance}\t{one.whom or ''}\t{one.mention.start}\t{one.text}" for one in examples)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _of_line(line: str, stance: Stance) -> Iterator[Example]:
    whom = None
    if stance in (Stance.STATED, Stance.AVOIDED):
        said, _, line = line.partition(": ")
        whom = Whom(said)
    text, places = "", []
    for part in _BRACKETED.split(line):
        if part.startswith("["):
            places.append(len(text))
            part = part[1:-1]
        text += part
    spotted = mentions.find(text)
    for place in places:
        for one in spotted:
            if one.start <= place < one.end or place <= one.start < place + 3:
                yield Example(text, one, stance, whom, line)
                break


def _of_allergens(message: LabelledMessage, spotted: list[Mention]) -> Iterator[Example]:
    about_somebody = any(slot.name in (SlotName.WHOM, SlotName.SEVERITY) for slot in message.slots)
    for slot in message.slots:
        mention = next((one for one in spotted if one.start < slot.end and slot.start < one.end), None)
        part = next((part for part in message.segments if part.start <= slot.start < part.end), None)
        if slot.name is not SlotName.ALLERGEN or mention is None or part is None:
            continue
        if part.act in (Act.INFORM, Act.ADD, Act.CORRECT) or about_somebody:
            yield _example(message, mention, Stance.STATED)
        elif part.act is Act.ASK:
            yield _example(message, mention, Stance.MENTIONED)


def _example(message: LabelledMessage, mention: Mention, stance: Stance) -> Example:
    return Example(message.text, mention, stance, None, message.text)


_BEFORE = ("hi!", "hello,", "ok", "thanks.", "great, thank you.", "sounds good.", "one more thing:", "also,",
           "oh and", "hola,", "gracias.", "How much for 12 adults?", "we are 14 people.", "the party is on saturday.",
           "chicken and steak for everyone.", "My name is Ana.", "cuanto cuesta para 10 adultos?", "so",
           "btw")  # fmt: skip
_AFTER = ("thanks!", "how much for 12 adults, 10 miles?", "is that ok?", "let me know", "please", "gracias",
          "and what does it cost?", "we are 10 adults.", "can you still do it?", "The party is on June 5.", "lol",
          "¿cuánto cuesta?", "see you then", "do you bring tables?", "what else do you need from me")  # fmt: skip


def joined(examples: Iterable[Example], seed: int) -> list[Example]:
    """Each example once more with words before it and once with words behind it: few messages hold one sentence."""
    found = []
    for one in examples:
        draw = random.Random(f"{seed} {one.text}")
        lead, tail = draw.choice(_BEFORE), draw.choice(_AFTER)
        moved = replace(one.mention, start=one.mention.start + len(lead) + 1, end=one.mention.end + len(lead) + 1)
        stop = "" if one.text.endswith(("?", ".", "!")) else draw.choice(("", ".", ",", "."))
        found.append(replace(one, text=f"{lead} {one.text}", mention=moved))
        found.append(replace(one, text=f"{one.text}{stop} {tail}"))
    return found
