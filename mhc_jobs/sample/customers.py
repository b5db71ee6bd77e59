"""Invented customers: names from the US census lists, phones and e-mail domains reserved for fiction."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from mhc_jobs.sample.places import STREETS, TOWNS, Town

_DOMAINS = ("example.com", "example.org", "example.net", "gmail.example", "icloud.example", "yahoo.example")
_PHONE_FORMS = ("({0}) 555-01{1}", "{0}-555-01{1}", "{0}55501{1}", "{0}.555.01{1}", "{0} 555 01{1}", "+1 {0} 555 01{1}")


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who writes in. ``phone`` and ``street`` are spelled as this customer spells them."""

    id: str
    first: str
    last: str
    phone: str
    email: str
    street: str
    town: Town
    sloppiness: float

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def address(self) -> str:
        return f"{self.street}, {self.town.name}, CA {self.town.zip}"


def customer_id(seed: int, number: int) -> str:
    """The id of the how-many-th customer of a sample, from 1."""
    return f"customer-{seed}-{number:06d}"


@cache
def _census() -> tuple[tuple[str, ...], tuple[str, ...]]:
    import names  # its lists are read from its data files: its own functions draw from the global random state

    folder = Path(names.__file__).parent

    def top(file: str, count: int) -> tuple[str, ...]:
        with (folder / file).open(encoding="utf-8") as lines:
            return tuple(line.split(maxsplit=1)[0].capitalize() for line, _ in zip(lines, range(count), strict=False))

    return top("dist.female.first", 700) + top("dist.male.first", 500), top("dist.all.last", 4000)


def full_name(rng: Random) -> tuple[str, str]:
    """A first and a last name, common ones more often."""
    firsts, lasts = _census()
    return firsts[int(len(firsts) * rng.random() ** 1.4)], lasts[int(len(lasts) * rng.random() ** 2)]


def invent(rng: Random, customer_id: str, town: Town | None = None) -> Customer:
    """Draw one customer."""
    first, last = full_name(rng)
    home = town or rng.choice(TOWNS)
    joint = rng.choice((".", "_", "", ""))
    number = str(rng.randrange(1, 99)) if rng.random() < 0.4 else ""
    local = rng.choice((f"{first}{joint}{last}", f"{first[0]}{joint}{last}", f"{last}{joint}{first}")) + number
    return Customer(
        id=customer_id,
        first=first,
        last=last,
        phone=rng.choice(_PHONE_FORMS).format(home.area_code, f"{rng.randrange(100):02d}"),
        email=f"{local.lower()}@{rng.choice(_DOMAINS)}",
        street=f"{rng.randrange(11, 9900)} {rng.choice(STREETS)}",
        town=home,
        sloppiness=rng.random(),
    )
