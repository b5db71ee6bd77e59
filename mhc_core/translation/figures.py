"""Which figures two texts of one meaning state, in whatever language and script each is written.

A figure is an amount of money, a percentage, a bare number, or a contact: a link, an address, a telephone number. Units
are words of the language and are not compared; neither is "one", which other languages say where English says "a".
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from mhc_core.language.number_words import in_digits

Kind = Literal["money", "percent", "number", "contact"]


@dataclass(frozen=True, slots=True, order=True)
class Stated:
    """One figure. ``value`` is a plain decimal number (USD, percent or bare), or a contact in its shortest spelling."""

    kind: Kind
    value: str

    def __str__(self) -> str:
        return {"money": f"${self.value}", "percent": f"{self.value}%"}.get(self.kind, self.value)


_N = r"(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
_EMAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_LINK = re.compile(r"(?:https?://|www\.)[A-Za-z0-9./?=&%_#~:+-]{1,200}", re.I)
_PHONE = re.compile(r"(?<![\d.$])(?:\+?1[ .-]?)?(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?!\d)")
_MONEY = re.compile(rf"\$ ?{_N}|{_N} ?(?:dollars?\b|bucks\b|usd\b|d[oó]lares\b|美元|美金|ドル)", re.I)
_PERCENT = re.compile(rf"{_N} ?(?:%|percent\b|per cent\b|por ?ciento\b|パーセント)|百分之 ?{_N}", re.I)
_NUMBER = re.compile(_N)
_CJK_DIGITS = {
    "零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9,
}  # fmt: skip
_CJK_TENS = {"十": 10, "百": 100, "千": 1000}
_CJK = re.compile(
    "([零〇一二两兩三四五六七八九十百千万萬]+)"
    "(?=[位人名个個岁歲歳美块塊元ド英マ天日月号號点點時时小週周份张張台杯枚]|分钟|分鐘|分間|公里|インチ|フィート|%)"
)
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth",
)  # fmt: skip
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_SAID = {
    "twice": 2,
    "both": 2,
    **{word: n for n, word in enumerate(_ORDINALS, 1)},
    **{word: n for n, word in enumerate(_MONTHS, 1)},
}
_WORD = re.compile(r"[a-z]+")


def stated(text: str) -> Counter[Stated]:
    """Every figure that stands in digits of any script, with how often, and numbers of ten and more in Chinese."""
    return Counter(_figures(digits(text)))


def changed(source: str, translation: str) -> tuple[str, ...]:
    """What a translation of an English text lost or added, one line each; empty where every figure is the same.

    A figure that English says in words ("twelve adults", "the thirteenth birthday", "July") may stand in digits.
    """
    ours, theirs = set(stated(source)), set(stated(translation))
    lost, added = ours - theirs, theirs - ours
    known = {Decimal(one.value) for one in ours if one.kind != "contact"} | _in_words(source)
    fresh = [one for one in added if one.kind != "number" or Decimal(one.value) not in known]
    fresh += [
        Stated("number", str(value)) for value in _cjk_numbers(digits(translation)) if Decimal(value) not in known
    ]
    return (*(f"{one} is lost" for one in sorted(lost)), *(f"{one} is new" for one in sorted(fresh)))


def digits(text: str) -> str:
    """The text with full-width and other digits, signs and blanks in their plain form."""
    plain = unicodedata.normalize("NFKC", text)
    if plain.isascii():
        return plain
    return "".join(
        str(unicodedata.decimal(letter)) if letter.isdecimal() and not letter.isascii() else letter for letter in plain
    )


def _figures(text: str) -> Iterator[Stated]:
    for pattern in (_EMAIL, _LINK, _PHONE):
        for match in pattern.finditer(text):
            word = match[0].casefold().strip("./")
            yield Stated("contact", re.sub(r"\D", "", word)[-10:] if pattern is _PHONE else word)
        text = pattern.sub(" ", text)
    kinds: tuple[tuple[Kind, re.Pattern[str]], ...] = (("money", _MONEY), ("percent", _PERCENT), ("number", _NUMBER))
    for kind, pattern in kinds:
        for match in pattern.finditer(text):
            yield Stated(kind, _plain(next(group for group in match.groups() if group)))
        text = pattern.sub(" ", text)


def _plain(number: str) -> str:
    value = Decimal(number.replace(",", "")).normalize()
    return f"{value:f}"


def _in_words(source: str) -> set[Decimal]:
    """The numbers that an English text says in words, and the "one" of every "a"."""
    text = in_digits(source)
    found = {Decimal(_plain(match[1])) for match in _NUMBER.finditer(text)} | {Decimal(1)}
    found |= {Decimal(_SAID[word]) for word in _WORD.findall(source.lower()) if word in _SAID}
    return found | {value + Decimal("0.5") for value in found if "half" in source}


def _cjk_numbers(text: str) -> Iterator[int]:
    """Numbers of ten and more in Chinese numerals before a counting word; smaller ones are too often mere words."""
    for match in _CJK.finditer(text):
        if (value := _cjk_value(match[1])) >= 10:
            yield value


def _cjk_value(numeral: str) -> int:
    if all(letter in _CJK_DIGITS for letter in numeral):
        if len(numeral) < 3:  # one, or "three or four"
            return 0
        return int("".join(str(_CJK_DIGITS[letter]) for letter in numeral))
    total = section = digit = 0
    for letter in numeral:
        if letter in _CJK_DIGITS:
            digit = _CJK_DIGITS[letter]
        elif letter in _CJK_TENS:
            section += max(digit, 1) * _CJK_TENS[letter]
            digit = 0
        else:  # ten thousand
            total, section, digit = (total + max(section + digit, 1)) * 10_000, 0, 0
    return total + section + digit
