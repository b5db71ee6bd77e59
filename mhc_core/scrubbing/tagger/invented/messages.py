"""Messages of invented customers, with the places of their personal data."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from mhc_core.scrubbing.tagger.invented.addresses import Addresses
from mhc_core.scrubbing.tagger.invented.noise import noisy
from mhc_core.scrubbing.tagger.invented.numbers import Numbers
from mhc_core.scrubbing.tagger.invented.people import People
from mhc_core.scrubbing.tagger.labelled import Labelled

_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")
_SLOT = re.compile(r"\{(\w+)\}")
_LABELS = {
    **dict.fromkeys(("first", "last", "full", "name", "wordy", "spelled"), "PERSON"),
    **{f"full_{language}": "PERSON" for language in ("zh", "ja", "ko", "ar", "fa", "he", "ru", "uk", "el", "hi", "th")},
    **{f"native_{language}": "ADDRESS" for language in ("zh", "ja", "ko", "ru", "address")},
    "address": "ADDRESS",
    "phone": "PHONE",
    "glued_phone": "PHONE",
    "id": "ID",
    "plate": "PLATE",
    "birth": "BIRTH",
    "code": "CODE",
    "secret": "CODE",
}
_NUMBERS = {
    "m": (1, 13, 1),
    "mm": (1, 13, 2),
    "d": (1, 29, 1),
    "dd": (1, 29, 2),
    "h": (1, 12, 1),
    "y": (1925, 2022, 4),
    "n2": (10, 100, 2),
}
"""Lowest, highest (exclusive) and digits of a drawn number."""
_SHARES = {
    "people": 0.19, "people_more": 0.17, "natural": 0.16, "trades": 0.15, "hasty": 0.10, "play": 0.06,
    "places_numbers": 0.25, "foreign": 0.05, "abroad": 0.09, "papers": 0.06,
    "ordinary": 0.18, "natural_clean": 0.10, "trades_clean": 0.22, "capitals": 0.12,
}  # fmt: skip
"""How often each file of frames is drawn from."""
_FIXED = "is_"
"""How a slot begins that says which name it is."""
_HASTY = "hasty"
"""Frames that are always in lower case."""
_JOINTS = (" ", " ", ". ", ". ", "\n", ", ", "! ", " - ")


@cache
def frames() -> dict[str, list[str]]:
    folder = files("mhc_core.scrubbing.tagger.invented").joinpath("frames")
    return {
        file.name.removesuffix(".txt"): [
            line for line in file.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"
        ]
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".txt")
    }


@cache
def _lists() -> dict[str, Any]:
    folder = files("mhc_core.scrubbing.tagger.invented")
    found: dict[str, Any] = {}
    for name in ("fillers.toml", "trades.toml"):
        found |= tomllib.loads(folder.joinpath(name).read_text(encoding="utf-8"))
    return {key: value.split() if isinstance(value, str) else value for key, value in found.items()}


def _fillers() -> dict[str, list[str]]:
    return _lists()


def _shapes() -> dict[str, list[str]]:
    shapes: dict[str, list[str]] = _lists()["shapes"]
    return shapes


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
        kinds = frames()
        [kind] = self._random.choices(list(_SHARES), list(_SHARES.values()))
        found = self.fill(self._random.choice(kinds[kind]))
        if kind == _HASTY and len(found.text.lower()) == len(found.text):
            return Labelled(found.text.lower(), found.spans)
        return found

    def fill(self, frame: str) -> Labelled:
        """The frame with its choices made and its braces filled."""
        frame = frame.replace("\\n", "\n").replace("\\(", "\1").replace("\\)", "\2")
        while match := _CHOICE.search(frame):
            frame = frame[: match.start()] + self._random.choice(match.group(1).split("|")) + frame[match.end() :]
        frame = frame.replace("\1", "(").replace("\2", ")")
        text, position = "", 0
        spans: list[tuple[str, int, int]] = []
        for match in _SLOT.finditer(frame):
            text += frame[position : match.start()]
            slot = match.group(1)
            label = self._label(slot)
            value = _again(text, spans) if slot == "same" else self._value(slot)
            if label == "PERSON" and spans and spans[-1][0] == label and text[spans[-1][2] :] == " ":
                spans[-1] = (label, spans[-1][1], len(text) + len(value))  # given name and surname are one
            elif label:
                spans.append((label, len(text), len(text) + len(value)))
            text += value
            position = match.end()
        return Labelled(text + frame[position:], spans)

    def _label(self, slot: str) -> str | None:
        return "PERSON" if slot.startswith(_FIXED) else _LABELS.get(slot)

    def _value(self, slot: str) -> str:
        random = self._random
        if slot.startswith(_FIXED):
            return slot.removeprefix(_FIXED).title()
        if slot.startswith("full_"):
            return self._people.native(slot[5:])
        if slot.startswith("native_"):
            return self._addresses.native(
                slot[7:] if slot != "native_address" else random.choice(("zh", "ja", "ko", "ru"))
            )
        match slot:
            case "spelled":
                return self._people.spelled()
            case "first":
                return self._people.given()
            case "last":
                return self._people.last()
            case "full":
                return self._people.full()
            case "name":
                return self._people.name()
            case "wordy":
                return self._people.wordy()
            case "eponym":  # what a restaurant, a street or a clinic is called after
                return random.choice((self._people.given, self._people.surname, self._people.surname))()
            case "address":
                return self._addresses.address()
            case "phone" | "glued_phone":
                return self._numbers.phone()
            case "code":
                return self._numbers.code()
            case "secret":
                return self._numbers.secret()
            case "city":
                return self._of("place")
            case "local":
                return f"{self._people.given()}{random.choice('._-9')}{self._people.surname()}".lower()
            case "n":
                return str(random.choice((random.randrange(2, 30), random.randrange(2, 80), random.randrange(1, 12))))
        if slot in _NUMBERS:
            low, high, digits = _NUMBERS[slot]
            return str(random.randrange(low, high)).zfill(digits)
        if slot in _shapes():
            return self._shaped(random.choice(_shapes()[slot]))
        return self._of(slot)

    def _of(self, slot: str) -> str:
        return self.fill(self._random.choice(_fillers()[slot])).text

    def _shaped(self, shape: str) -> str:
        draw = self._random.choice
        drawn = {"9": "0123456789", "A": "ABCDEFGHJKLMNPRSTUVWXYZ", "a": "abcdefghjkmnprstuvwxyz"}
        if not any(sign in "9" for sign in shape):
            return shape
        return "".join(draw(drawn[sign]) if sign in drawn else sign for sign in shape)


def _again(text: str, spans: Sequence[tuple[str, int, int]]) -> str:
    """The last name as the ordinary word that it is besides."""
    return next(text[start:end].lower() for label, start, end in reversed(spans) if label == "PERSON")


def messages(seed: int) -> Iterator[Labelled]:
    """Messages without end."""
    drawn = Messages(Random(seed))
    while True:
        yield drawn.draw()
