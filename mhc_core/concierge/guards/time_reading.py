"""Reads the start time that a customer wrote, for the check of the times in an answer."""

import re
from datetime import time

from mhc_core.language.number_words import in_digits

_DIGIT = re.compile(r"\d")
_NO_HOUR = (
    r"(?![\d/:.]|\s*(?:adults?|kids?|children|people|guests?|ppl|of us|miles?|mi\b|%|persons?|dollars|hours"
    r"|\w+ (?:adults?|kids|people|guests)|(?:st|nd|rd|th)\b))"
)
_CLOCK = re.compile(
    r"(?<![\d/$.:-])(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s*(?P<half>[ap])\.?m\b\.?"
    r"|(?<![\d/$.])(?P<hour24>\d{1,2}):(?P<minute24>\d{2})(?![\d:])"
    r"|(?:\b(?:at|a las|around|by|from|about|start(?:ing)?(?: at)?)|@)\s*(?P<bare>\d{1,2})(?:\s*o'?clock|ish)?"
    rf"{_NO_HOUR}"
    r"|(?<![\d/$.])(?P<oclock>\d{1,2})\s*(?:o'?clock|ish\b)|\b(?P<noon>noon|midday)\b"
)
_BARE_IS_MORNING_FROM = 10


def read(message: str) -> time | None:
    """The first time of day that a message names as a start, the afternoon's where it says no half."""
    text = in_digits(message)
    if not _DIGIT.search(text) and "noon" not in text and "midday" not in text:
        return None
    for found in _CLOCK.finditer(text):
        if found["noon"]:
            return time(12)
        if found["hour"]:
            hour, minute = int(found["hour"]), int(found["minute"] or 0)
            if not 1 <= hour <= 12:
                continue
            hour = hour % 12 + (12 if found["half"] == "p" else 0)
        elif found["hour24"]:
            hour, minute = int(found["hour24"]), int(found["minute24"])
            hour += 12 if 0 < hour < _BARE_IS_MORNING_FROM else 0
        else:
            hour, minute = int(found["bare"] or found["oclock"]), 0
            hour += 12 if 0 < hour < _BARE_IS_MORNING_FROM else 0
        if hour < 24 and minute < 60:
            return time(hour, minute)
    return None
