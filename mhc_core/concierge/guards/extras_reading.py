"""Reads premium proteins and add-ons out of a text for the check of its figures: what is ordered, not asked about."""

import re
from collections.abc import Mapping

from mhc_core.business.pricing import Business
from mhc_core.understanding.result import EVERYONE

_NUMBER = r"(?<![\d$.,:/-])(?P<before>\d{1,3})"
_NOT_ORDERED = re.compile(
    r"\b(?:how much (?:is|are|does|for)|what(?:'s| is| are)|do you (?:have|offer|serve)|(?:is|are) (?:there|the|your)"
    r"|no|not|without|don't|skip|remove|instead of)\b[^.;!?,\n]{0,14}$"
)
_GAP = (
    r"\s*(?:x\s*|of us |people |guests |adults |orders? |portions? |want |wants |with |will have |would like |get "
    r"|of |the )*"
)
_EXPLICIT = re.compile(r"\b(?:upgrade|upgraded|upgrades|extra|additional|more|add)\b")
_FILLER = r"(?:\s*(?:tails?|upgrades?|upgraded|orders?|portions?))?"
_NOT_GUESTS = r"(?!\s*(?:miles?|mi\b|%|[ap]m\b|o'clock|hours?|minutes?))"
_FOR = (
    r"(?:\s*(?:for|x|:|=)\s*(?:about |the )?"
    rf"(?P<after>\d{{1,3}}|all of us|everyone|everybody|all|each)\b{_NOT_GUESTS})"
)
Counts = Mapping[str, int | None]


def read(business: Business, plain: str) -> tuple[Counts, Counts]:
    """(upgrades, add-ons) by name with their number, ``None`` where no number was given.

    ``plain`` is the text with numbers in digits. A dish that every guest gets anyway counts only next to a word such as
    ``extra`` or ``upgrade``.
    """
    if not any(spelling in plain for known in (business.upgrade_names, business.add_on_prices) for spelling in known):
        return {}, {}
    included = {dish.casefold() for dish in (*business.menu.proteins, *business.menu.sides)}
    names: dict[str, tuple[str, str]] = {key: ("upgrade", name) for key, name in business.upgrade_names.items()}
    for key, (name, _) in business.add_on_prices.items():
        names.setdefault(key, ("add-on", name))
    upgrades: dict[str, int | None] = {}
    add_ons: dict[str, int | None] = {}
    rest = plain
    for spelling in sorted(names, key=len, reverse=True):
        if spelling not in rest:
            continue
        kind, name = names[spelling]
        pattern = re.compile(
            rf"(?:{_NUMBER}{_GAP})?(?P<name>(?<!\w){re.escape(spelling)}(?!\w)){_FILLER}{_FOR}?", re.IGNORECASE
        )
        for found in pattern.finditer(rest):
            clause = rest[max(0, found.start("name") - 40) : found.end() + 12]
            before = re.split(r"[.;!?\n]", rest[: found.start("name")])[-1]
            if spelling in included and not _EXPLICIT.search(clause):
                continue
            if _NOT_ORDERED.search(before):
                continue
            number = found["after"] or found["before"]
            target = upgrades if kind == "upgrade" else add_ons
            target[name] = _count(number) if number else target.get(name)
        rest = pattern.sub(lambda found: " " * len(found[0]), rest)
    return upgrades, add_ons


def _count(number: str) -> int:
    return int(number) if number.isdigit() else EVERYONE
