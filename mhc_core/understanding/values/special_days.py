"""Days that have a name in the United States, and when they are.

The calendar is that of the package ``holidays``; here are the ways people write its names.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from dateutil.relativedelta import SU, relativedelta

_SUPER_BOWL = "Super Bowl"
_WRITTEN = {
    "New Year's Eve": ("new years eve", "new year eve", "nye", "nochevieja", "fin de ano"),
    "New Year's Day": ("new years day", "new years", "new year", "ano nuevo"),
    "Martin Luther King Jr. Day": ("martin luther king", "mlk"),
    _SUPER_BOWL: ("super bowl", "superbowl"),
    "Valentine's Day": ("valentines", "valentine", "vday", "v day", "san valentin"),
    "Washington's Birthday": ("presidents day", "president day", "presidents weekend"),
    "Saint Patrick's Day": ("saint patricks", "st patricks", "st pattys", "st paddys"),
    "Good Friday": ("good fri", "viernes santo"),
    "Easter Sunday": ("easter", "pascua"),
    "Mother's Day": ("mothers day", "mother day", "dia de las madres", "dia de la madre"),
    "Memorial Day": ("memorial",),
    "Juneteenth National Independence Day": ("juneteenth",),
    "Father's Day": ("fathers day", "father day", "dia del padre"),
    "Independence Day": ("independence day",),
    "Labor Day": ("labor", "labour"),
    "Columbus Day": ("columbus day", "indigenous peoples day"),
    "Halloween": ("halloween",),
    "Veterans Day": ("veterans day", "veteran day"),
    "Thanksgiving Day": ("thanksgiving", "turkey day", "accion de gracias"),
    "Christmas Eve": ("christmas eve", "xmas eve", "nochebuena"),
    "Christmas Day": ("christmas", "xmas", "navidad"),
}
_NAMES = {written: name for name, spellings in _WRITTEN.items() for written in spellings}
_ANY = re.compile(rf"\b(?:{'|'.join(sorted(_NAMES, key=len, reverse=True))})\b")
WORDS = frozenset(word for written in _NAMES for word in written.split() if len(word) > 5)
"""Words of the names that are long enough to be known in spite of a slip of typing."""


def find(text: str) -> re.Match[str] | None:
    """Where a special day is named in lower-case text without apostrophes."""
    return _ANY.search(text)


def day(written: str, year: int) -> date | None:
    """When the day that ``find`` found is in ``year``; ``None`` where that year has none."""
    return _calendar(year).get(_NAMES[written])


@lru_cache(maxsize=16)
def _calendar(year: int) -> Mapping[str, date]:
    from holidays import country_holidays  # takes 0.3 s

    days = country_holidays("US", years=year, categories=("public", "unofficial"))
    found = {name: day for day, names in days.items() for name in names.split("; ")}
    return {_SUPER_BOWL: date(year, 2, 1) + relativedelta(weekday=SU(+2)), **found}
