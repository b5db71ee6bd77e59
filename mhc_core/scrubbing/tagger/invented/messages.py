"""Messages of invented customers, with the places of their personal data."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from random import Random
from typing import NamedTuple

from mhc_core.scrubbing.tagger.invented.addresses import Addresses
from mhc_core.scrubbing.tagger.invented.noise import noisy
from mhc_core.scrubbing.tagger.invented.numbers import Numbers
from mhc_core.scrubbing.tagger.invented.people import People

_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")
_SLOT = re.compile(r"\{(\w+)\}")
_LABELS = {
    **dict.fromkeys(("first", "last", "full", "name"), "PERSON"),
    "address": "ADDRESS",
    "phone": "PHONE",
    "glued_phone": "PHONE",
    "code": "CODE",
    "secret": "CODE",
}
_JOINTS = (" ", " ", ". ", ". ", "\n", ", ", "! ", " - ")


class Labelled(NamedTuple):
    """A text with the places (label, start, end) of its personal data."""

    text: str
    spans: Sequence[tuple[str, int, int]]


@cache
def _frames() -> dict[str, list[str]]:
    folder = files("mhc_core.scrubbing.tagger.invented").joinpath("frames")
    return {
        file.name.removesuffix(".txt"): [line for line in file.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".txt")
    }


@cache
def _fillers() -> dict[str, list[str]]:
    text = files("mhc_core.scrubbing.tagger.invented").joinpath("fillers.toml").read_text(encoding="utf-8")
    return {key: value.split() if isinstance(value, str) else value for key, value in tomllib.loads(text).items()}


class Messages:
    """Draws messages."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._people = People(random)
        self._numbers = Numbers(random)
        self._addresses = Addresses(random, self._people)

    def draw(self) -> Labelled:
        """One message of one to three sentences."""
        parts = [self.sentence() for _ in range(self._random.choice((1, 1, 1, 1, 2, 2, 3)))]
        text, spans = parts[0]
        for part in parts[1:]:
            text += self._random.choice(_JOINTS)
            spans = [*spans, *((label, start + len(text), end + len(text)) for label, start, end in part.spans)]
            text += part.text
        return noisy(Labelled(text, spans), self._random)

    def sentence(self) -> Labelled:
        kinds = _frames()
        draw = self._random.random()
        kind = "people" if draw < 0.25 else "people_more" if draw < 0.46 else "places_numbers" if draw < 0.68 else "ordinary"
        return self.fill(self._random.choice(kinds[kind]))

    def fill(self, frame: str) -> Labelled:
        """The frame with its choices made and its braces filled."""
        frame = frame.replace("\\n", "\n").replace("\\(", "\1").replace("\\)", "\2")
        while match := _CHOICE.search(frame):
            frame = frame[: match.start()] + self._random.choice(match.group(1).split("|")) + frame[match.end() :]
        frame = frame.replace("\1", "(").replace("\2", ")")
        text, spans, position = "", [], 0
        for match in _SLOT.finditer(frame):
            text += frame[position : match.start()]
            slot, label = match.group(1), _LABELS.get(match.group(1))
            value = self._value(slot)
            if label == "PERSON" and spans and spans[-1][0] == label and text[spans[-1][2] :] == " ":
                spans[-1] = (label, spans[-1][1], len(text) + len(value))  # given name and surname are one
            elif label:
                spans.append((label, len(text), len(text) + len(value)))
            text += value
            position = match.end()
        return Labelled(text + frame[position:], spans)

    def _value(self, slot: str) -> str:
        random = self._random
        match slot:
            case "first":
                return self._people.given()
            case "last":
                return self._people.last()
            case "full":
                return self._people.full()
            case "name":
                return self._people.name()
            case "address":
                return self._addresses.address()
            case "phone" | "glued_phone":
                return self._numbers.phone()
            case "code":
                return self._numbers.code()
            case "secret":
                return self._numbers.secret()
            case "harmless_code":
                return self._numbers.harmless_code()
            case "number":
                return self._numbers.order()
            case "city":
                return random.choice(_fillers()["place"])
            case "n":
                return str(random.choice((random.randrange(2, 30), random.randrange(2, 80), random.randrange(1, 12))))
            case "zip":
                return str(random.randrange(90001, 96199))
            case "price":
                return random.choice((f"{random.randrange(100, 3000)}", f"{random.randrange(1, 4)},{random.randrange(100, 999)}", f"{random.randrange(40, 900)}.{random.randrange(10, 99)}"))
            case "time":
                return random.choice(("{}pm", "{}:30", "{} pm", "{}:00 PM", "{}ish", "around {}", "{}")).format(random.randrange(1, 12))
            case "date":
                return self._date()
            case "email":
                first, last = self._people.given().lower(), self._people.surname().lower()
                return f"{first}{random.choice(('.', '_', '', '99'))}{last}@{random.choice(('gmail.com', 'yahoo.com', 'example.com', 'example.net', 'outlook.com'))}"
        return self.fill(random.choice(_fillers()[slot])).text

    def _date(self) -> str:
        random = self._random
        month = random.choice(_fillers()["month"])
        day = random.randrange(1, 29)
        return random.choice(
            (
                f"{month} {day}", f"{month.title()} {day}", f"{month} {day}th", f"{day} {month}", f"the {day}th", f"{random.randrange(1, 12)}/{day}", f"{random.randrange(1, 12)}/{day}/2026",
                f"2026-{random.randrange(1, 12):02}-{day:02}", f"{random.choice(_fillers()['day'])} {month} {day}", f"next {random.choice(_fillers()['day'])}", random.choice(_fillers()["day"]),
                f"{month.title()} {day}, 2026", f"{random.randrange(1, 12)}.{day}.26", f"{day} {month.title()} 2026",
            )
        )  # fmt: skip


def messages(seed: int) -> Iterator[Labelled]:
    """Messages without end."""
    drawn = Messages(Random(seed))
    while True:
        yield drawn.draw()
