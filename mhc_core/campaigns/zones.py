"""In which time zones a person may be, by all that is known of where they live.

A phone number tells where it was given out, not where its owner is, and people move: what is known of a person is
joined, not weighed. Whoever nothing is known of may be anywhere in the United States, its territories included.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

_DATA = Path(__file__).parent / "zones.toml"
_ZIP = re.compile(r"(\d{3})\d{2}(?:-\d{4})?")
_UNKNOWN = "Etc/Unknown"  # what phonenumbers says of numbers that belong to no place

Zones = frozenset[ZoneInfo]


@cache
def _states() -> dict[str, Zones]:
    names: dict[str, list[str]] = tomllib.loads(_DATA.read_text("utf-8"))["zones"]
    return {state: frozenset(map(ZoneInfo, zones)) for state, zones in names.items()}


@cache
def _zips() -> dict[int, Zones]:
    ranges: dict[str, list[list[int]]] = tomllib.loads(_DATA.read_text("utf-8"))["zip3"]
    found: dict[int, Zones] = {}
    for state, parts in ranges.items():
        for first, last in parts:
            for prefix in range(first, last + 1):
                found[prefix] = found.get(prefix, frozenset()) | _states()[state]
    return found


@cache
def everywhere() -> Zones:
    """All zones of the United States."""
    return frozenset().union(*_states().values())


@cache
def _by_name() -> dict[str, str]:
    names: dict[str, str] = tomllib.loads(_DATA.read_text("utf-8"))["names"]
    return {name: state for state, name in names.items()}


def of_state(state: str) -> Zones:
    """The zones of a state or territory by its two letters; none when there is no such."""
    return _states().get(state.strip().upper(), frozenset())


def of_zip(code: str) -> Zones:
    """The zones in which a zip code may lie; none when it is no zip code, or one of the forces abroad."""
    found = _ZIP.fullmatch(code.strip())
    return _zips().get(int(found[1]), frozenset()) if found else frozenset()


def of_phone(number: str) -> Zones:
    """The zones in which a number may have been given out; none when it belongs to no place.

    For an area code that two zones share libphonenumber may name one of them alone (850, Florida's panhandle), so all
    of its state are added.
    """
    import phonenumbers
    from phonenumbers import geocoder, timezone

    try:
        parsed = phonenumbers.parse(number, "US")
    except phonenumbers.NumberParseException:
        return frozenset()
    names = timezone.time_zones_for_number(parsed)
    place = geocoder.description_for_number(parsed, "en").rpartition(", ")[2]
    if _UNKNOWN in names:
        return frozenset()
    return frozenset(map(ZoneInfo, names)) | of_state(_by_name().get(place, place))


def candidates(*known: Zones) -> Zones:
    """All zones that anything known allows; everywhere where nothing is known."""
    return frozenset().union(*known) or everywhere()
