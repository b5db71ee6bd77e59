"""Invented street addresses, American and foreign."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from random import Random

from mhc_core.scrubbing.tagger.invented.numbers import spoken
from mhc_core.scrubbing.tagger.invented.people import People

_SLOT = re.compile(r"\{(\w+)\}")
_NUMBERS = {"n1": (1, 15), "n4": (100, 3000), "z4": (1000, 9999), "z5": (10_000, 99_999), "z6": (100_000, 999_999)}
"""Lowest and highest (exclusive) of a drawn number."""


@cache
def _parts() -> dict[str, list[str]]:
    text = files("mhc_core.scrubbing.tagger.invented").joinpath("addresses.toml").read_text(encoding="utf-8")
    return {key: value if isinstance(value, list) else value.split() for key, value in tomllib.loads(text).items()}


class Addresses:
    """Draws addresses."""

    def __init__(self, random: Random, people: People) -> None:
        self._random = random
        self._people = people

    def _pick(self, name: str) -> str:
        return self._random.choice(_parts()[name])

    def _number(self) -> str:
        draw = self._random.random()
        if draw > 0.96:
            return spoken(str(self._random.randrange(10, 9999)), self._random)
        number = str(
            self._random.choice(
                (self._random.randrange(1, 100), self._random.randrange(100, 1000), self._random.randrange(1000, 20000))
            )
        )
        return number + self._random.choice("abcABC") if draw < 0.04 else f"{number} 1/2" if draw < 0.05 else number

    def _street_name(self) -> str:
        draw = self._random.random()
        if draw < 0.30:
            return self._people.surname()
        if draw < 0.42:
            return self._people.given()
        if draw < 0.56:
            number = self._random.randrange(1, 190)
            ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
            return f"{number}{ending}"
        if draw < 0.80:
            return f"{self._pick('nature')} {self._pick('ground')}"
        return self._pick("nature")

    def american(self) -> str:
        pick, draw = self._random.choice, self._random.random()
        number = self._number()
        direction = (
            pick(("N ", "S ", "E ", "W ", "North ", "East ", "West ", "South ", "NW ", "SE ")) if draw < 0.14 else ""
        )
        kind = self._random.random()
        if kind < 0.05:
            street = pick(
                (
                    f"Highway {self._random.randrange(1, 200)}",
                    f"Hwy {self._random.randrange(1, 200)}",
                    f"County Road {self._random.randrange(1, 90)}",
                    f"Rte {self._random.randrange(1, 90)}",
                )
            )
        elif kind < 0.10:
            street = pick(
                (
                    "Broadway",
                    "Embarcadero",
                    "The Alameda",
                    "Esplanade",
                    "Avenue B",
                    "El Camino Real",
                    "Via Roma",
                    "Calle del Sol",
                    "Camino Pablo",
                    "Paseo Grande",
                    "La Loma",
                    "Avenida Primavera",
                    "Rue Ferrari",
                    "Corte Madera Ave",
                )
            )
        elif kind < 0.16:
            street = self._street_name()
        else:
            street = f"{self._street_name()} {self._pick('suffix')}{pick(('', '', '', '.'))}"
        address = f"{number} {direction}{street}"
        if self._random.random() < 0.2:
            address += pick(
                (
                    " apt {}",
                    ", Apt {}",
                    " #{}",
                    ", Unit {}",
                    " unit {}",
                    " Suite {}",
                    ", Ste {}",
                    " bldg {}",
                    " (unit {})",
                    ", floor {}",
                    " lot {}",
                    " spc {}",
                )
            ).format(
                pick(
                    (
                        str(self._random.randrange(1, 400)),
                        pick("ABCDEFG"),
                        f"{self._random.randrange(1, 20)}{pick('ABC')}",
                    )
                )
            )
        tail = self._random.random()
        if tail < 0.5:
            city, state = self._pick("us_city"), pick(("CA", "Ca", "California", "NV", "OR", "TX", "NY", "WA"))
            zipcode = str(self._random.randrange(90000, 96999))
            address += pick(
                (
                    f", {city}, {state} {zipcode}",
                    f", {city} {state} {zipcode}",
                    f" {city} {state}",
                    f", {city}, {state}",
                    f" {city} {state} {zipcode}",
                    f", {city}",
                    f" {city} {zipcode}",
                    f" in {city} {zipcode}",
                    f", {city} {zipcode}",
                    f" {city}",
                    f" {zipcode}",
                    f"\n{city}, {state} {zipcode}",
                )
            )
        elif tail < 0.53:
            box = f"{pick(('PO Box', 'P.O. Box', 'po box', 'POB'))} {self._random.randrange(1, 9999)}"
            address = f"{box}, {self._pick('us_city')} CA"
        return address

    def foreign(self) -> str:
        """An address outside the United States."""
        return self._filled(self._pick("foreign"))

    def native(self, language: str) -> str:
        """An address in the script of a language."""
        return self._filled(self._pick(f"native_{language}"))

    def address(self) -> str:
        """An address, American or foreign."""
        return self.foreign() if self._random.random() < 0.3 else self.american()

    def _filled(self, template: str) -> str:
        return _SLOT.sub(lambda match: self._part(match.group(1)), template)

    def _part(self, slot: str) -> str:
        if slot in _NUMBERS:
            return str(self._random.randrange(*_NUMBERS[slot]))
        match slot:
            case "n":
                return str(self._random.choice((self._random.randrange(1, 60), self._random.randrange(1, 400))))
            case "L":
                return self._random.choice("ABCDEFG")
            case "given":
                return self._people.given()
            case "surname":
                return self._people.surname()
        return self._filled(self._pick(slot))
