"""When a party starts, of a range its beginning.

A bare hour from 1 to 9 is in the afternoon or evening, as no party starts at night; "3am" stays what it is.
"""

import re
from datetime import time

from mhc_core.understanding.values.spelling import plain

BARE_IS_MORNING_FROM = 10
_NOON = re.compile(r"\bnoo+n(?:ish|time)?\b|\bmid-?day\b|\bmedio ?dia\b")
_MIDNIGHT = re.compile(r"\bmid-?night\b|\bmedia ?noche\b")
_MORNING = re.compile(r"\b(?:morning|mornin|breakfast|brunch|manana|madrugada)\b")
_MORNING_PART = "m"
_LATER = re.compile(r"\b(?:evening|night|tonight|tonite|dinner|dinnertime|supper|afternoon|tarde|noche|cena)\b")
_NIGHT = re.compile(r"\b(?:night|noche)\b")
_NO_CLOCK = re.compile(
    r"\bin (?:an?|\d{1,2}) (?:hours?|hrs?|min\w*)\b|\b\d(?:\.\d)? ?(?:hours?|hrs?|horas)\b"
    r"|\b\d{1,3} ?min\w*\b(?! (?:past|after|to|til|till|of|before)\b)"
)
_PAST = re.compile(
    r"\b(?:(?P<quarter>quarter)|(?P<half>half)|(?P<count>[1-5]?\d)(?: ?min\w*)?)"
    r" ?(?:past|after)? ?(?P<hour>\d{1,2})(?![\d:.])"
)
_TO = re.compile(
    r"\b(?:(?:a )?quarter|(?P<count>\d{1,2}) min\w*|(?P<bare>2[05])) (?:to|til|till|of|before) (?P<hour>\d{1,2})\b"
)
_SPANISH = re.compile(r"\b(?P<hour>\d{1,2}) (?P<sign>y|con|menos) (?P<part>media|cuarto|[0-5]?\d)\b")
_CLOCK = re.compile(
    r"(?<![\d.,:/$])(?:(?P<compact>\d{3,4})|(?P<hour>\d{1,2})(?:(?: ?[:.h] ?| )(?P<minute>[0-5]\d)(?![\d:]))?)"
    r"(?!\d|:\d)(?: ?(?P<half>[ap])\.? ?m\b|(?<=\d)(?P<short>[ap])\b)?"
)
_OH = re.compile(r"(?<=\d) oh? (?=\d\b)")
_AFTER = re.compile(r"\s*([ap])\.?\s?m\b", re.IGNORECASE)


def start(words: str, following: str = "") -> time | None:
    """The time that the words give, ``None`` for "evening"; ``following`` is the text behind them, such as " pm"."""
    text = _OH.sub(":0", _NO_CLOCK.sub(" ", plain(words)))
    part = (
        _MORNING_PART if _MORNING.search(text) else "n" if _NIGHT.search(text) else "e" if _LATER.search(text) else ""
    )
    if _MIDNIGHT.search(text):
        return time(0)
    behind = _AFTER.match(following)
    half = behind[1].lower() if behind else ""
    for found in _SPANISH.finditer(text):
        minutes = {"media": 30, "cuarto": 15}.get(found["part"]) or int(found["part"])
        return _shifted(int(found["hour"]), -minutes if found["sign"] == "menos" else minutes, half, part)
    before = _TO.search(text)
    if before:
        minutes = int(before["count"] or before["bare"] or 15)
        return _shifted(int(before["hour"]), -minutes, half or _stated(text), part)
    past = _PAST.search(text)
    if past and (past["half"] or "past" in past[0] or (past["quarter"] and "after" in past[0])):
        minutes = 15 if past["quarter"] else 30 if past["half"] else int(past["count"])
        return _shifted(int(past["hour"]), minutes, half or _stated(text), part)
    if _NOON.search(text):
        return time(12)
    return _first(text, half, part)


def _first(text: str, half: str, part: str) -> time | None:
    clocks = [(*_hour(found), found["half"] or found["short"] or "") for found in _CLOCK.finditer(text)]
    if not clocks:
        return None
    hour, minute, own = clocks[0]
    if not own and len(clocks) > 1 and hour % 12 <= clocks[1][0] % 12:
        own = clocks[1][2]
    if not (own or half or part) and re.match(r"\D*0\d", text):
        part = _MORNING_PART  # "09:00" is of the 24-hour clock
    return _clock(hour, minute, own or half, part)


def _hour(found: re.Match[str]) -> tuple[int, int]:
    if found["compact"]:
        return int(found["compact"][:-2]), int(found["compact"][-2:])
    return int(found["hour"]), int(found["minute"] or 0)


def _stated(text: str) -> str:
    found = re.search(r"\b([ap])\.?m\b", text)
    return found[1] if found else ""


def _shifted(hour: int, minutes: int, half: str, part: str) -> time | None:
    exact = _clock(hour, 0, half, part)
    if exact is None or not -60 < minutes < 60:
        return None
    total = (exact.hour * 60 + minutes) % (24 * 60)
    return time(total // 60, total % 60)


def _clock(hour: int, minute: int, half: str, part: str) -> time | None:
    if hour > 24 or minute > 59:
        return None
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif part == "n" and hour == 12:
        hour = 0
    elif part in ("e", "n"):
        hour += 12 if 0 < hour < 12 else 0
    elif part != _MORNING_PART:
        hour += 12 if 0 < hour < BARE_IS_MORNING_FROM else 0
    return time(hour % 24, minute)
