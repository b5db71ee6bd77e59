"""Invented messages in Spanish, Chinese and Japanese, with the places of their personal data."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from mhc_core.scrubbing.tagger.invented.messages import Messages
from mhc_core.scrubbing.tagger.invented.noise import noisy
from mhc_core.scrubbing.tagger.invented.people import People
from mhc_core.scrubbing.tagger.labelled import Labelled
from mhc_core.scrubbing.tagger.languages.lists import listed
from mhc_core.scrubbing.tagger.languages.names import Chinese, Japanese, Names, Spanish, romanised, short_romanised
from mhc_core.scrubbing.view import HOLE, PERSON_HOLE

_PLACE = "mhc_core.scrubbing.tagger.languages"
_FRAMES = {"es": ("es",), "zh-Hans": ("zh-Hans",), "zh-Hant": ("zh-Hant", "zh-Hant-own", "zh-Hant-own"), "ja": ("ja",)}
"""The files of frames of each language; one that stands twice is drawn from twice as often."""
_FILLERS = {"es": ("es",), "zh-Hans": ("zh",), "zh-Hant": ("hant", "zh-traditional"), "ja": ("ja",)}
_NAMES: dict[str, Callable[[Random, People], Names]] = {"es": Spanish, "zh": Chinese, "ja": Japanese}
_FAMILIES = {"es": "family_zh", "zh": "family_zh", "ja": "family_ja"}
_PEOPLE = frozenset(("given", "nick", "sur", "kata", "katafull", "latin", "latinfull", "person", "who"))
"""Slots of people besides those of English."""
_JOINTS = {
    "es": (" ", ". ", "\n", ", ", "! "),
    "zh": ("，", "。", " ", "\n", "！", ""),
    "ja": ("。", "。", "、", "\n", " ", ""),
}
_NATIVE = ("zh", "ja")
_WIDE = {**{ord("0") + digit: 0xFF10 + digit for digit in range(10)}, ord("-"): 0xFF0D}
_LATIN_SIGNS = str.maketrans("，。！？：", ",.!?:")
_ACCENT = re.compile("[áéíóúüÁÉÍÓÚ]")
_PUNCTUATION = re.compile("[，。、！？：；]")


@cache
def _frames(name: str) -> list[str]:
    text = files(_PLACE).joinpath("frames", f"{name}.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and line[0] != "#"]


@cache
def _fillers(language: str) -> dict[str, list[str]]:
    """What each slot is filled with: the lines of a list, or the words of a single line that is no choice."""
    tables: dict[str, Any] = tomllib.loads(files(_PLACE).joinpath("fillers.toml").read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {}
    for table in reversed(_FILLERS[language]):
        for slot, value in tables[table].items():
            lines = [line.strip() for line in value.splitlines() if line.strip()]
            one = len(lines) == 1 and not value.startswith("(")
            found[slot] = [part.replace("_", " ") for part in value.split()] if one else lines
    return found


@cache
def _ordinary(kind: str, tempting: bool) -> tuple[str, ...]:
    """Ordinary words; tempting ones begin as names do."""
    surnames = listed(f"{kind} surname")
    names = listed(f"{kind} given") | surnames
    signs = [word for word in sorted(listed("word") - names) if kind == "ja" or min(word) > "\u3400"]
    return tuple(word for word in signs if not tempting or word[0] in surnames or word[:2] in surnames)


class Sentences(Messages):
    """Draws messages in a language: "es", "zh-Hans", "zh-Hant" or "ja"."""

    def __init__(self, random: Random, language: str) -> None:
        super().__init__(random)
        self._language = language
        self._kind = language[:2]
        self._names: Names = _NAMES[self._kind](random, self._people)

    def draw(self) -> Labelled:
        """One message of one to three sentences, as it might be typed."""
        random = self._random
        parts = [self.sentence() for _ in range(random.choice((1, 1, 1, 2, 2, 3)))]
        text, spans = parts[0]
        for part in parts[1:]:
            text += random.choice(_JOINTS[self._kind])
            spans = [*spans, *((label, start + len(text), end + len(text)) for label, start, end in part.spans)]
            text += part.text
        message = Labelled(text, spans)
        return noisy(self._without_accents(message), random) if self._kind == "es" else self._hurried(message)

    def sentence(self) -> Labelled:
        name = self._random.choice(_FRAMES[self._language])
        return self.fill(self._random.choice(_frames(name)))

    def _without_accents(self, message: Labelled) -> Labelled:
        """As two of five write."""
        if self._random.random() >= 0.4:
            return message
        plain = _ACCENT.sub(lambda match: unicodedata.normalize("NFD", match.group())[0], message.text)
        return Labelled(plain, message.spans)

    def _hurried(self, message: Labelled) -> Labelled:
        """With a blank or a Latin sign for a sign of punctuation, and now and then a hole for what was found."""
        text, spans = message.text, list(message.spans)
        draw = self._random.random()
        if draw < 0.3:
            text = _PUNCTUATION.sub(" ", text) if draw < 0.15 else text.translate(_LATIN_SIGNS)
        if spans and self._random.random() < 0.15:
            label, start, end = spans.pop(self._random.randrange(len(spans)))
            text = text[:start] + (PERSON_HOLE if label == "PERSON" else HOLE) + text[end:]
            moved = 1 - (end - start)
            spans = [(one, s + moved, e + moved) if s >= end else (one, s, e) for one, s, e in spans]
        return Labelled(text, spans)

    def _label(self, slot: str) -> str | None:
        return "PERSON" if slot in _PEOPLE else super()._label(slot)

    def _value(self, slot: str) -> str:
        random, names = self._random, self._names
        match slot:
            case "full":
                return names.full()
            case "first" | "given":
                return names.given()
            case "last" | "sur":
                return names.surname()
            case "nick":
                return names.nick()
            case "person":
                return names.person()
            case "who":
                return random.choice((names.full, names.full, names.given, names.nick, names.surname))()
            case "kata" | "katafull" if isinstance(names, Japanese):
                return names.kata() if slot == "kata" else names.kata_full()
            case "latin":
                return self._people.given() if random.random() < 0.7 else short_romanised(random)
            case "latinfull":
                known = random.random() < 0.5
                return self._people.full() if known else romanised(random, self._people, _FAMILIES[self._kind])
            case "word":
                return random.choice(_ordinary(self._kind, random.random() < 0.5))
            case "email":
                host = random.choice(("gmail", "yahoo", "icloud"))
                return f"{self._people.given().lower()}{self._numbers.digits(2)}@{host}.com"
            case "nn":
                return self._numbers.digits(random.choice((3, 4, 5, 5, 6)))
            case "address" if self._kind in _NATIVE:
                native = random.random() < 0.15
                return self._addresses.native(self._kind) if native else self._addresses.american()
            case "phone" if self._kind in _NATIVE and random.random() < 0.3:
                return self._numbers.phone().translate(_WIDE)
            case "id" if random.random() < 0.5:
                letters = "".join(random.choice("ABCDEFGHKLMPRSTXYZ") for _ in range(random.choice((1, 2))))
                return letters + self._numbers.digits(random.choice((7, 8)))
        return self._of(slot) if slot in _fillers(self._language) else super()._value(slot)

    def _of(self, slot: str) -> str:
        found = _fillers(self._language)
        return self.fill(self._random.choice(found[slot])).text if slot in found else super()._of(slot)


def messages(language: str, seed: int) -> Iterator[Labelled]:
    """Messages in a language without end."""
    drawn = Sentences(Random(f"{language} {seed}"), language)
    while True:
        yield drawn.draw()
