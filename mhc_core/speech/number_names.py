"""Numbers, money, times and dates as they are said: the other way round of ``language.number_words``."""

from datetime import time

from mhc_core.language.number_words import ONES, TENS

_LARGE = ((1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"), (100, "hundred"))
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
LARGEST = 10**12
"""Larger numbers are said digit by digit."""


def cardinal(number: int) -> str:
    """The words of a whole number: 1,250 is "one thousand two hundred fifty"."""
    if number < 0:
        return f"minus {cardinal(-number)}"
    if number >= LARGEST:
        return digits(str(number))
    if number < len(ONES):
        return ONES[number]
    if number < 100:
        tens, one = divmod(number, 10)
        return TENS[tens - 2] + (f"-{ONES[one]}" if one else "")
    size, name = next((size, name) for size, name in _LARGE if number >= size)
    whole, rest = divmod(number, size)
    return f"{cardinal(whole)} {name}" + (f" {cardinal(rest)}" if rest else "")


def decimal(text: str) -> str:
    """The words of a number as it is written, with a decimal point or without: "68.3" is "sixty-eight point three"."""
    whole, _, part = text.replace(",", "").partition(".")
    said = cardinal(int(whole or "0"))
    return f"{said} point {digits(part)}" if part else said


def ordinal(number: int) -> str:
    """ "fourteenth" of 14."""
    head, dash, last = cardinal(number).rpartition("-")
    if not dash:
        head, dash, last = cardinal(number).rpartition(" ")
    named = _ORDINALS.get(last) or (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")
    return f"{head}{dash}{named}"


def digits(text: str) -> str:
    """The digits of a text one by one."""
    return " ".join(ONES[int(sign)] for sign in text if sign.isdecimal())


def dollars(text: str) -> str:
    """An amount in US dollars: "590" is "five hundred ninety dollars", "4.50" has its cents."""
    whole, _, part = text.replace(",", "").partition(".")
    amount, cents = int(whole or "0"), int(part[:2].ljust(2, "0")) if part else 0
    said = f"{cardinal(amount)} dollar{'' if amount == 1 else 's'}"
    if cents and not amount:
        return f"{cardinal(cents)} cent{'' if cents == 1 else 's'}"
    return f"{said} and {cardinal(cents)} cent{'' if cents == 1 else 's'}" if cents else said


def clock(at: time) -> str:
    """A time of day as an American says it: 18:30 is "six thirty in the evening"."""
    if (at.hour, at.minute) == (0, 0):
        return "midnight"
    if (at.hour, at.minute) == (12, 0):
        return "noon"
    hour = cardinal((at.hour - 1) % 12 + 1)
    part = "in the morning" if at.hour < 12 else "in the afternoon" if at.hour < 17 else "in the evening"
    minutes = "" if not at.minute else f" oh {ONES[at.minute]}" if at.minute < 10 else f" {cardinal(at.minute)}"
    return f"{hour}{minutes} {part}"


def year(number: int) -> str:
    """A year: 2026 is "twenty twenty-six"."""
    head, rest = divmod(number, 100)
    if 2000 <= number < 2010 or not rest:
        return cardinal(number)
    return f"{cardinal(head)} {'oh ' + ONES[rest] if rest < 10 else cardinal(rest)}"
