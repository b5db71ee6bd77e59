"""Phone numbers: US, international, those of the countries of a setting, spaced out, and spoken."""

import re
from collections.abc import Iterator, Sequence

import phonenumbers

from mhc_core.scrubbing.digits import DIGIT_WORD, TOKEN, order_before, spoken_digits
from mhc_core.scrubbing.findings import REGIONS, PiiType
from mhc_core.scrubbing.recognizers.base import Span, SpanRecognizer
from mhc_core.scrubbing.signs import APART

_GAP = r"[\s.\-/()_·•*]{0,3}"
_EXTENSION = r"(?:\s{0,2}(?:,|;)?\s{0,2}(?:x|ext\.?|extension)\s{0,2}\.?\s{0,2}\d{1,6})?"
_US = re.compile(
    rf"(?<![\w.$])(?:\(?\+?1\)?{_GAP})?\(?[2-9]\d{{2}}\)?{_GAP}\d{{3}}{_GAP}\d{{4}}(?!\d|[.,]\d|%){_EXTENSION}",
    re.IGNORECASE,
)
_INTERNATIONAL = re.compile(rf"(?:\+|\b00|\b011[\s\-]?)\(?\d(?:{_GAP}\d){{6,14}}(?!\d){_EXTENSION}", re.IGNORECASE)
_NATIONAL = re.compile(
    rf"(?<![\w.$/:\-])\(?0\d{{1,5}}\)?(?:[\s.\-/]{{1,2}}\(?\d{{2,6}}\)?){{1,4}}(?![\w/:]|\.\d){_EXTENSION}",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"(?<![\w.$/:\-])\(?\d{2,5}\)?(?:[\s.\-]{1,2}\d{2,5}){2,4}(?![\w/:%]|\.\d)")
_LOCAL = re.compile(rf"(?<![\w.$#/:\-])[2-9]\d{{2}}[\-.]\d{{4}}(?![\w/:%\-]|\.\d){_EXTENSION}", re.IGNORECASE)
_CUED = re.compile(
    r"\b(?:phone|cell|mobile|tel(?:ephone)?|call(?:ed|s)?|text(?:ed)?|sms|reach|whats\s?app|viber|ring|contact|"
    r"landline|fax|ph|mob|number|"
    r"line|digits)\b[^\d\n\ufffc\ufff9]{0,25}(?<![A-Za-z])(?P<number>\+?\(?\d(?:[\s.\-()/_]{0,3}\d){6,14})(?!\d)",
    re.IGNORECASE,
)
_SPACED = re.compile(r"(?<![\w.$])\+?\d(?:[\s.\-]{1,2}\d){6,14}(?![\w]|[.,]\d)")
_SHORT_CUED = re.compile(
    r"\b(?:phone|cell|mobile|call|text|reach|whats\s?app|"
    r"my number)\b[^\d\n\ufffc\ufff9]{0,20}(?P<number>[2-9]\d{2}\s\d{4})(?!\d)",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    rf"(?<![\w.,$])(?:plus\s)?(?:{DIGIT_WORD}|\d{{1,4}})(?:[\s,.\-]{{1,3}}(?:area code |dash |"
    rf"and )?(?:{DIGIT_WORD}|\d{{1,4}})){{3,19}}(?!\w)",
    re.IGNORECASE,
)
_ALL_WORDS = re.compile(
    rf"\b(?:{DIGIT_WORD})(?:[\s,.\-]{{1,3}}(?:area code |dash |and )?(?:{DIGIT_WORD})){{3,30}}\b", re.IGNORECASE
)
_DATE = re.compile(
    r"(?:19|20)\d\d[\-/. ](?:0?[1-9]|1[0-2])[\-/. ](?:0?[1-9]|[12]\d|3[01])\b|(?:0?[1-9]|[12]\d|"
    r"3[01])[\-/. ](?:0?[1-9]|[12]\d|3[01])[\-/. ](?:(?:19|20)?\d\d)\b"
)
_BARE = re.compile(r"(?<![\w.$#+\-])\d{10,12}(?![\w%\-]|[.,]\d)")
_COUNT = re.compile(
    r"\s{0,2}(?:people|guests|adults|kids|children|persons?|pax|ppl|miles|dollars|bucks|usd|hours?|hrs?|minutes?|"
    r"mins?|am|pm|sq|ft|feet)\b",
    re.IGNORECASE,
)

_CANDIDATE = re.compile(r"(?<![\w.$#:/+\-])\(?\d[\d\s().\-/]{5,18}\d(?![\w%]|[.,:\-]\d)")
_GLUED = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:call|cell|phone|ph|tel|text|txt|mobile|mob|fax|num|number|whatsapp)|(?-i:[A-Z]?[a-z]{2,12}))[.:#]?"
    r"(?P<number>\(?[2-9]\d{2}\)?[\s.\-]?\d{3}[\s.\-]?\d{4})(?!\d)",
    re.IGNORECASE,
)
_LETTERED = re.compile(r"(?<![\w.$#\-])[\dOoIl]{3}[\s.\-]?[\dOoIl]{3}[\s.\-]?[\dOoIl]{4}(?![\w\-])")
"""With letters that look like digits."""

_EAST = ("CN", "TW", "HK", "JP")
"""Countries whose numbers are found without a country code beside signs of Chinese and Japanese."""


class PhoneNumberRecognizer(SpanRecognizer):
    """Phone numbers in digits or words. Numbers announced as those of an order or reference are left to others."""

    types = (PiiType.PHONE,)

    def __init__(self, regions: Sequence[str] = REGIONS) -> None:
        super().__init__()
        self._regions = tuple(regions)

    def spans(self, text: str) -> Iterator[Span]:
        digits = sum(character.isdigit() for character in text)
        if digits >= 7:
            yield from self._written(text)
        if digits < 7 or not text.isdecimal():
            for match in _SPOKEN.finditer(text):
                if 7 <= len(spoken_digits(match.group())) <= 15 and _mostly_words(match.group()):
                    yield PiiType.PHONE, match.start(), match.end(), 0.8
            for match in _ALL_WORDS.finditer(text):
                if len(spoken_digits(match.group())) >= 7:
                    yield PiiType.PHONE, match.start(), match.end(), 0.8

    def _written(self, text: str) -> Iterator[Span]:
        for pattern, score in (
            (_US, 0.9),
            (_INTERNATIONAL, 0.9),
            (_NATIONAL, 0.7),
            (_LOCAL, 0.7),
            (_SPACED, 0.8),
            (_BARE, 0.6),
            (_GROUPED, 0.6),
        ):
            for match in pattern.finditer(text):
                found = match.group()
                count = sum(character.isdigit() for character in found)
                if count < 7 or (pattern is _GROUPED and not 9 <= count <= 13):
                    continue
                if pattern not in (_US, _INTERNATIONAL) and (_DATE.search(found) or _COUNT.match(text, match.end())):
                    continue
                if count <= 12 and "+" not in found and order_before(text, match.start()):
                    continue
                start = match.start() + len(found) - len(found.lstrip(" \t\n"))
                yield PiiType.PHONE, start, match.end(), score
        for match in _GLUED.finditer(text):
            yield PiiType.PHONE, match.start("number"), match.end("number"), 0.8
        for match in _LETTERED.finditer(text):
            digits = sum(character.isdigit() for character in match.group())
            if 6 <= digits < 10 and not order_before(text, match.start()):
                yield PiiType.PHONE, match.start(), match.end(), 0.7
        regions = (*self._regions, *_EAST) if APART in text else self._regions
        for match in _CANDIDATE.finditer(text):
            if (
                _dialled(match.group(), regions)
                and not _DATE.search(match.group())
                and not order_before(text, match.start())
            ):
                yield PiiType.PHONE, match.start(), match.end(), 0.7
        for pattern in (_CUED, _SHORT_CUED):
            for match in pattern.finditer(text):
                number = match.group("number")
                if _DATE.search(number) or order_before(text, match.start("number")):
                    continue
                yield PiiType.PHONE, match.start("number"), match.end("number"), 0.75


def _dialled(text: str, regions: Sequence[str]) -> bool:
    """Whether it is a valid number of one of the countries, in a grouping that people use there."""
    if not 7 <= sum(character.isdigit() for character in text) <= 13:
        return False
    for region in regions:
        try:
            number = phonenumbers.parse(text, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return True
    return False


def _mostly_words(text: str) -> bool:
    tokens = TOKEN.findall(text)
    return bool(2 * sum(token.isalpha() for token in tokens) >= len(tokens))
