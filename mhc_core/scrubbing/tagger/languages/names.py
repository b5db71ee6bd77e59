"""Invented names in Spanish, Chinese and Japanese, as customers write them."""

import importlib
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any, Protocol

from mhc_core.scrubbing.tagger.invented.people import People
from mhc_core.scrubbing.tagger.languages.lists import listed

_LOCALES = ("es_MX", "es_ES", "es_CO", "es_CL", "es_AR")
_PARTICLES = ("de la ", "de los ", "del ", "de ")
_KANJI, _HIRA, _KATA = ("\u3400", "\u9fff"), ("\u3040", "\u309f"), ("\u30a0", "\u30ff")


class Names(Protocol):
    """Draws names of one language."""

    def given(self) -> str: ...
    def surname(self) -> str: ...
    def full(self) -> str: ...
    def nick(self) -> str: ...
    def person(self) -> str:
        """A name as somebody says or signs it: whole, in part, or in Latin letters."""


@cache
def _words(name: str) -> tuple[str, ...]:
    text = files("mhc_core.scrubbing.tagger.languages").joinpath("names.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)[name].split())


@cache
def _spanish() -> tuple[list[str], list[str]]:
    given: set[str] = set()
    surnames: set[str] = set()
    for locale in _LOCALES:
        people: Any = importlib.import_module(f"faker.providers.person.{locale}").Provider
        given.update(people.first_names_female, people.first_names_male)
        surnames.update(people.last_names)
    return sorted(given), sorted(surnames)


@cache
def _entries(kind: str, script: tuple[str, str] | None = None, longer: int = 0) -> tuple[str, ...]:
    found = sorted(listed(kind))
    if script is not None:
        found = [one for one in found if script[0] <= one[-1] <= script[1]]
    return tuple(one for one in found if len(one) > longer)


class Spanish:
    """Names of Spanish speakers: one or two surnames, given names of two words, nicknames."""

    def __init__(self, random: Random, people: People) -> None:
        self._random, self._people = random, people

    def given(self) -> str:
        pick, draw = self._random.choice, self._random.random()
        given, _ = _spanish()
        if draw > 0.95:
            return self._people.given()
        name = pick(given if draw < 0.7 else _words("nicknames_es"))
        if draw < 0.1:
            return f"{name} {pick(given)}"
        if draw < 0.14:
            first, joint = pick(("María", "Ma.", "Ana", "Rosa", "José")), pick(("del", "de la", "de los", "de"))
            return f"{first} {joint} {pick(given)}"
        return name

    def _one_surname(self) -> str:
        pick, draw = self._random.choice, self._random.random()
        name = pick(_words("wordy_es") if draw < 0.08 else _spanish()[1])
        return pick(_PARTICLES) + name if draw > 0.95 else self._people.surname() if draw > 0.9 else name

    def surname(self) -> str:
        one = self._one_surname()
        return one if self._random.random() < 0.6 else f"{one} {self._one_surname()}"

    def full(self) -> str:
        random = self._random
        name = f"{self.given()} {self._one_surname()}"
        if random.random() < 0.45:
            name += random.choice((" ", " ", " ", "-", " y ")) + self._one_surname()
        if random.random() < 0.04:
            return f"{name.split()[0]} {random.choice('ABCDEGLMRS')}. {self._one_surname()}"
        return name

    def nick(self) -> str:
        return self.given()

    def person(self) -> str:
        return self.full() if self._random.random() < 0.45 else self.given()


class Chinese:
    """Names in signs, simplified and traditional: a surname of one sign, rarely two, and one or two signs more."""

    def __init__(self, random: Random, people: People) -> None:
        self._random, self._people = random, people

    def given(self) -> str:
        pick, draw = self._random.choice, self._random.random()
        signs = _entries("zh sign")
        if draw < 0.45:
            return pick(_entries("zh given", longer=1))
        if draw < 0.51:
            return pick(signs) * 2
        if draw < 0.68:  # any sign can be one of a name
            rare = pick(pick(_entries("word", _KANJI)))
            return rare + pick(pick(_entries("word", _KANJI))) if draw < 0.56 else rare + pick(signs)
        return (pick(_entries("ja sign")) if draw < 0.72 else pick(signs)) + pick(signs)

    def surname(self) -> str:
        pick, draw = self._random.choice, self._random.random()
        if draw < 0.5:
            return pick(_words("double_zh" if draw < 0.04 else "common_zh"))
        return pick(_entries("zh surname"))

    def full(self) -> str:
        short = self._random.random() < 0.25
        return self.surname() + (self._random.choice(_entries("zh sign")) if short else self.given())

    def nick(self) -> str:
        pick = self._random.choice
        if self._random.random() > 0.8:
            return self.given()
        return pick(("小", "阿", "老", "大")) + pick((self.surname(), pick(_entries("zh sign"))))

    def person(self) -> str:
        draw = self._random.random()
        if draw < 0.12:
            return romanised(self._random, self._people, "family_zh") if draw < 0.06 else self._people.given()
        if draw < 0.18:
            return self._random.choice(_entries("zh foreign"))
        return self.full() if draw < 0.75 else self.given() if draw < 0.87 else self.surname()


class Japanese:
    """Names in kanji and kana, surname first."""

    def __init__(self, random: Random, people: People) -> None:
        self._random, self._people = random, people

    def _of(self, kind: str, scripts: Sequence[tuple[str, str]]) -> str:
        return self._random.choice(_entries(kind, self._random.choice(scripts)))

    def given(self) -> str:
        return self._of("ja given", (_KANJI, _KANJI, _HIRA, _KATA))

    def surname(self) -> str:
        return self._of("ja surname", (_KANJI, _KANJI, _KANJI, _KANJI, _KATA, _HIRA))

    def nick(self) -> str:
        return self.given()

    def kata(self) -> str:
        """A foreigner's name, or one of Japan as it is read out."""
        foreign = self._random.random() < 0.6
        return self._random.choice(_words("foreign_ja")) if foreign else self._of("ja given", (_KATA,))

    def kata_full(self) -> str:
        joint = self._random.choice((" ", "", "・"))
        return self._of("ja surname", (_KATA,)) + joint + self._of("ja given", (_KATA,))

    def full(self) -> str:
        surname = self._of("ja surname", (_KANJI,))
        if self._random.random() < 0.05:
            return self.kata() + surname
        joint = self._random.choice(("", "", "", " ", "　"))
        return surname + joint + self._of("ja given", (_KANJI, _KANJI, _KANJI, _HIRA, _KATA))

    def person(self) -> str:
        draw = self._random.random()
        if draw < 0.12:
            return romanised(self._random, self._people, "family_ja") if draw < 0.06 else self._people.given()
        if draw < 0.45:
            return self.full()
        return self.surname() if draw < 0.8 else self.given() if draw < 0.92 else self.kata_full()


def romanised(random: Random, people: People, family: str) -> str:
    """A full name in Latin letters with a surname of the list ``family``."""
    given = _words("given_ja") if family == "family_ja" else (people.given(), random.choice(_words("romanised")))
    return f"{random.choice(given)} {random.choice(_words(family))}"


def short_romanised(random: Random) -> str:
    """A given name in Latin letters."""
    return random.choice(_words("romanised"))
