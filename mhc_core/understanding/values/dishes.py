"""What a customer orders, by the names of the business's own menu."""

import re
from collections.abc import Mapping

from mhc_core.business.pricing import Business
from mhc_core.language.misspellings import meant
from mhc_core.understanding.values.spelling import tidy, unaccented
from mhc_core.understanding.values.word_lists import meaning

_LEADS = ("the ", "some ", "an ", "a ", "of ", "order of ", "orders of ", "el ", "la ", "los ", "las ", "de ")
_EXTRA = "extra "
_SEVERAL = re.compile(r"[,/&+]| (?:and|y|or|o) ")
_SHORTEST_MISSPELT = 5


def dish(words: str, business: Business) -> str | None:
    """The protein, upgrade, add-on or side that is meant; ``None`` for what is not on the menu."""
    text = unaccented(tidy(words))
    for lead in _LEADS:
        text = text.removeprefix(lead)
    names = _names(business)
    found = _known(text, names) or _known(text.removesuffix("s").removesuffix(" upgrade"), names)
    if found is None and _SEVERAL.search(text):
        return None
    if found is None and text.startswith(_EXTRA):
        plainly = dish(text.removeprefix(_EXTRA), business)
        found = names.get(_EXTRA + plainly.lower(), plainly) if plainly else None
    if found is None and len(text) >= _SHORTEST_MISSPELT:
        near = meant(text, (*names, *meaning("dishes")))
        found = _known(near, names) if near else None
    if found is None and " " in text:
        found = _known(text.rsplit(" ", 1)[1], names)  # "grilled chicken", but not "chicken nuggets"
    return found


def _names(business: Business) -> Mapping[str, str]:
    """Name by every way to write it; what every guest may choose goes before what costs extra."""
    premium = {name for name, upgrade in business.upgrades.items() if upgrade.premium}
    spellings = [
        *((protein.lower(), protein) for protein in business.menu.proteins),
        *((written, name) for written, name in business.upgrade_names.items() if name in premium),
        *((written, name) for written, (name, _) in business.add_on_prices.items()),
        *business.upgrade_names.items(),
        *((side.lower(), side) for side in business.menu.sides),
    ]
    names: dict[str, str] = {}
    for written, name in spellings:
        names.setdefault(written, name)
    return names


def _known(text: str, names: Mapping[str, str]) -> str | None:
    for written in (text, text.removesuffix("s"), text + "s"):
        if written in names:
            return names[written]
        word = meaning("dishes").get(written)
        if word is not None:
            return names.get(word) or next((name for key, name in names.items() if word in key.split()), None)
    return None
