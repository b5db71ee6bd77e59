"""What the models of other languages learn from: labelled messages by native conventions, and variations of them.

A folder a language, a file a writer, in the line format of ``understanding.labelled``. ``fillers.txt`` holds other
words for slots: a party of eleven is asked for as one of twelve is.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

from mhc_core.understanding.labelled import LabelledMessage, LabelledSegment, LabelledSlot, parse_line
from mhc_core.understanding.multilingual import spanish
from mhc_core.understanding.multilingual.numerals import NUMBER
from mhc_core.understanding.multilingual.script import CHINESE, JAPANESE, SPANISH, normal
from mhc_core.understanding.result import SlotName
from mhc_core.understanding.values.word_lists import entries

FILLERS = "fillers.txt"
_PART = re.compile(r"\s*\|\|\s*")
_ASKED = re.compile(r"@\S+ ")
_SIGNS = "〇一二三四五六七八九"
_WEEKDAYS = {CHINESE: "一二三四五六日天", JAPANESE: "月火水木金土日", SPANISH: "x"}
_BETWEEN = {
    SPANISH: (" ", " ", ". ", ", ", " y ", "\n", " pero ", " tambien "),
    CHINESE: ("", " ", "，", "。", "，", "\n", "，另外"),
    JAPANESE: ("", " ", "。", "、", "。", "\n", "。あと"),
}
_COUNTED = {
    SPANISH: re.compile(rf"{spanish.NUMBER}"),
    CHINESE: re.compile(rf"({NUMBER})[个位名]"),
    JAPANESE: re.compile(rf"({NUMBER})[人名]"),
}
"""A count whose noun stands elsewhere ("4个8岁的孩子"): only its number is changed."""
_END = re.compile(r"[\s.!?,。、，！？]+$")


@cache
def messages(language: str) -> tuple[LabelledMessage, ...]:
    """The labelled messages of a language in normal text, in the order of their files."""
    found = []
    folder = files(__package__).joinpath("gold", language)
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name == FILLERS:
            continue
        for line in file.read_text("utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                found.append(replace(_message(line, language), writer=file.name.removesuffix(".txt")))
    return tuple(found)


def _message(line: str, language: str) -> LabelledMessage:
    asked = _ASKED.match(line)
    head = asked[0] if asked else ""
    parts = [parse_line(part) for part in _PART.split(line[len(head) :])]
    whole = _put_together(parts, [" " if language == SPANISH else ""] * len(parts), language)
    return replace(whole, asked=frozenset(head[1:].strip().split("+")) if head else frozenset())


def _put_together(parts: Sequence[LabelledMessage], between: Sequence[str], language: str) -> LabelledMessage:
    text, segments, slots = "", list[LabelledSegment](), list[LabelledSlot]()
    for part, gap in zip(parts, between, strict=True):
        if text:
            text = text if not gap.strip() else _END.sub("", text)
            segments = [replace(one, end=min(one.end, len(text))) for one in segments]
            text += gap
        moved = len(text)
        segments += [replace(one, start=one.start + moved, end=one.end + moved) for one in part.segments]
        slots += [replace(one, start=one.start + moved, end=one.end + moved) for one in part.slots]
        text += part.text
    return LabelledMessage(normal(text, language), parts[0].asked, tuple(segments), tuple(slots), parts[0].writer)


def varied(language: str, copies: int, seed: int, chosen: Sequence[LabelledMessage]) -> Iterator[LabelledMessage]:
    """Each message, and ``copies`` of it with other slots; some are joined to another message, as people do."""
    draw = random.Random(seed)
    short = [one for one in chosen if len(one.segments) == 1 and len(one.text) < 60 and not one.asked]
    for message in chosen:
        yield message
        for _ in range(copies if message.slots else copies // 3):
            other = _refilled(message, language, draw)
            if draw.random() < 0.3 and not message.asked:
                gap = draw.choice(_BETWEEN[language])
                added = _refilled(draw.choice(short), language, draw)
                pair = [added, other] if draw.random() < 0.4 else [other, added]
                other = replace(_put_together(pair, ["", gap], language), writer=message.writer)
            yield other


def _refilled(message: LabelledMessage, language: str, draw: random.Random) -> LabelledMessage:
    text, read, slots, moves = "", 0, list[LabelledSlot](), list[tuple[int, int]]()
    for slot in message.slots:
        text += message.text[read : slot.start]
        choices = _fillers(language).get(slot.name.value, ())
        old = message.text[slot.start : slot.end]
        if slot.name is SlotName.CHILDREN and _COUNTED[language].fullmatch(old):
            choices = (_recounted(old, language),)
        new = (
            normal(_filled(draw.choice(choices), language, draw), language) if choices and draw.random() < 0.75 else old
        )
        slots.append(replace(slot, start=len(text), end=len(text) + len(new)))
        text += new
        read = slot.end
        moves.append((slot.end, len(text) - slot.end))
    text += message.text[read:]

    def moved(place: int) -> int:
        return place + next((shift for end, shift in reversed(moves) if end <= place), 0)

    segments = tuple(replace(one, start=moved(one.start), end=moved(one.end)) for one in message.segments)
    return LabelledMessage(text, message.asked, segments, tuple(slots), message.writer)


def _recounted(old: str, language: str) -> str:
    """A bare count as a filler: its number in digits or words as it was, and what follows it."""
    found = _COUNTED[language].fullmatch(old)
    number = found[found.re.groups] if found else old
    return ("{n}" if number.isdecimal() else "{N}") + old[len(number) :]


@cache
def _fillers(language: str) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    text = files(__package__).joinpath("gold", language, FILLERS).read_text("utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, words = line.partition(": ")
            found.setdefault(name, []).append(words)
    return found


def _filled(words: str, language: str, draw: random.Random) -> str:
    numbers = {
        "n": draw.randint(2, 30), "h": draw.randint(1, 11), "d": draw.randint(1, 28), "m": draw.randint(1, 12),
        "a": draw.randint(1, 15), "k": draw.choice((5, 10, 12, 18, 20, 25, 35, 40, 55, 60, 75)),
    }  # fmt: skip
    for key, number in numbers.items():
        words = words.replace("{" + key + "}", str(number)).replace("{" + key.upper() + "}", worded(number, language))
    return words.replace("{w}", draw.choice(_WEEKDAYS[language]))


def worded(number: int, language: str) -> str:
    """A number up to 99 in words or signs."""
    if language == SPANISH:
        names = {int(value): ways[0] for value, ways in entries("numbers").items()}
        return names[number] if number in names else f"{names[number // 10 * 10]} y {names[number % 10]}"
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _SIGNS[tens] + "十"
    last = "两" if language == CHINESE and number == 2 else _SIGNS[ones] if ones or not tens else ""
    return head + last
