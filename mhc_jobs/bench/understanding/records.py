"""Whether a booking request holds what its customer wanted."""

import re
from collections.abc import Mapping
from typing import Any

from mhc_core.concierge.facts.memory import Facts
from mhc_core.understanding.result import EVERYONE

_SHORT = {"NY strip steak": "steak"}
_NOT_ALNUM = re.compile(r"\W+")


def differences(expected: Mapping[str, Any], sent: Facts | None, person: bool, withdrawn: bool) -> list[str]:
    """What is not as expected, by name; empty when the dialogue ended as it should."""
    outcome = expected.get("outcome", "request")
    if outcome == "person":
        return [] if person else ["no person was brought in"]
    if person:
        return ["a person was brought in"]
    if outcome == "none":
        return [] if sent is None or withdrawn else ["a request was sent"]
    if sent is None:
        return ["no request was sent"]
    if bool(expected.get("cancelled")) != withdrawn:
        return ["it was not cancelled" if expected.get("cancelled") else "it was cancelled"]
    return [
        f"{name}: {found!r} is not {wanted!r}"
        for name, (wanted, found) in _pairs(expected, sent).items()
        if wanted != found
    ]


def _pairs(expected: Mapping[str, Any], sent: Facts) -> dict[str, tuple[Any, Any]]:
    """(wanted, found) by name, each in one spelling."""
    party, everyone = sent.party, sent.party.head_count
    chosen = {**sent.proteins, **party.upgrades}
    pairs: dict[str, tuple[Any, Any]] = {
        "date": (expected["date"], str(sent.day)),
        "time": (expected["time"], f"{sent.starts:%H:%M}" if sent.starts else None),
        "adults": (expected["adults"], party.adults or 0),
        "children": (expected["children"], party.children or 0),
        "under_six": (expected["under_six"], party.under_six or 0),
        "name": (_plain(expected.get("name")), _plain(sent.name)),
        "phone": (_digits(expected.get("phone")), _digits(sent.phone)),
        "email": (_plain(expected.get("email")), _plain(sent.email)),
        "address": (_plain(expected.get("address")), _plain(sent.address)),
        "proteins": (dict(expected.get("proteins", {})), _counted(chosen, everyone)),
        "extras": (dict(expected.get("extras", {})), _counted(party.add_ons, everyone)),
    }
    if "city" in expected:
        pairs["city"] = (_plain(expected["city"]), _plain(sent.city))
    if "allergens" in expected:
        found = sorted(each.allergen for each in sent.allergies)
        pairs["allergens"] = (sorted(expected["allergens"]), found)
    return pairs


def _counted(dishes: Mapping[str, int | None], everyone: int) -> dict[str, int]:
    return {
        _SHORT.get(name, name): everyone if count == EVERYONE else count
        for name, count in dishes.items()
        if count is not None
    }


def _plain(text: str | None) -> str:
    return _NOT_ALNUM.sub(" ", (text or "").casefold()).strip()


def _digits(phone: str | None) -> str:
    return re.sub(r"\D", "", phone or "")[-10:]
