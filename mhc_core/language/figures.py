# ruff: noqa: E501 - patterns read better in one line

"""What a text states in figures: money, percentages, spans of time, distances, people, dates, times, contact data."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from mhc_core.language.number_words import WORDED, normalise_numbers

Kind = Literal["money", "percent", "time", "miles", "length", "people", "years", "date", "weekday", "clock", "number",
               "contact"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure in a unit that makes equal figures equal.

    USD, percent, minutes (``time``), miles, inches (``length``), heads, years of age; a date is month × 100 + day, a
    ``clock`` minutes after midnight. ``high`` is the end of a range. ``word`` is a contact, in its shortest spelling.
    """

    kind: Kind
    value: Decimal = Decimal(0)
    high: Decimal | None = None
    word: str = ""

    def __str__(self) -> str:
        if self.kind == "contact":
            return "contact"
        return f"{self.kind} {self.value:f}" + (f" to {self.high:f}" if self.high is not None else "")


_N = rf"(?<![\w.])(\d{{1,9}}(?:\.\d{{1,4}})?)(?:{WORDED})?"
_ADJECTIVE = r"(?:(?:\+|or more|or fewer|or less|plus|business|working|full|more|extra|free|further|additional|other|of the other|calendar|whole) ?)?"
_TIME = {
    "min": 1, "mins": 1, "minute": 1, "minutes": 1, "h": 60, "hr": 60, "hrs": 60, "hour": 60, "hours": 60,
    "day": 1440, "days": 1440, "night": 1440, "nights": 1440, "week": 10080, "weeks": 10080,
    "month": 43200, "months": 43200,
}  # fmt: skip
_NO_INCHES = r"(?!(?<=\bin) (?:full|total|all|cash|advance|person|the|a|an|our|your|my|this|that|which)\b)"
"""Behind "in": "800 in full" is no length."""
_LENGTH = {"ft": 12, "foot": 12, "feet": 12, "in": 1, "inch": 1, "inches": 1}
_PEOPLE = (
    r"adults?|grown-?ups?|kids?|child|children|guests?|people|persons?|ppl|pax|teens?|teenagers?|toddlers?|bab(?:y|ies)|"
    r"infants?|heads|friends|attendees|of (?:you|us)"
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY_OF_MONTH = rf"(\d{{1,2}})(?:{WORDED})?(?: ?(?:st|nd|rd|th))?"

_DIGITS = re.compile(r"\d+")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_URL = re.compile(r"\b(?:https?://|www\.)[^\s)\]>]{1,200}|\b[a-z0-9-]{2,40}\.(?:com|net|org|io|co|biz|info|xyz)\b")
_PHONE = re.compile(r"(?<![\w.$])\+?(?:\d[ ()./-]{0,3}){6,14}\d(?!\w)|\(\d{3}\) ?\d{3}[ -]?\d{4}")
_ONE_DIGIT = rf"(?:\d{WORDED}|one|oh)"
_SPELLED_PHONE = re.compile(rf"\b{_ONE_DIGIT}(?:[ ,.-]{{1,2}}{_ONE_DIGIT}){{6,14}}(?!\w)")
_ISO = re.compile(r"\b\d{4}-(\d{2})-(\d{2})\b")
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?:/\d{2,4})?(?![\d/])")
_MONTH_DAY = re.compile(
    rf"\b{_MONTH} (?:the )?{_DAY_OF_MONTH}\b(?!:| ?[ap]\.?m)(?:,? (?:19|20)\d\d\b)?"
    r"(?: (?:or|to|through) (?:the )?(\d{1,2})(?:st|nd|rd|th)?\b(?=[.,;!?)]|$))?"
)
_DAY_MONTH = re.compile(rf"\b{_DAY_OF_MONTH} (?:of )?{_MONTH}(?!\w)(?:,? (?:19|20)\d\d\b)?")
_ORDINAL_DAY = re.compile(r"\b(?:on |by |the ){1,2}(\d{1,2}) ?(?:st|nd|rd|th)\b")
_WEEKDAY = re.compile(r"\b(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b(?! (?:the )?show)")
_CLOCK = re.compile(
    rf"(?<![\w.:$])(\d{{1,2}})(?:{WORDED})?(?::(\d{{2}}))? ?([ap])\.?m\b\.?|(?<![\w.:$])(\d{{1,2}}):(\d{{2}})(?![\d:])"
)
_NOON = re.compile(r"\b(noon|midday|midnight)\b")
_MONEY = re.compile(
    rf"(?:(?<![\w.])\$? ?(\d{{1,9}}(?:\.\d{{1,2}})?)(?:{WORDED})? ?(?:dollars|bucks|usd|\$)? ?(?:-|to) ?)?"
    rf"(?:(?:us)?[$€£¥] ?(?P<a>\d{{1,9}}(?:\.\d{{1,4}})?)(?:{WORDED})?"
    rf"|{_N} ?(?:dollars?|bucks?|usd|euros?|pesos|d[oó]lares|美元|\$)(?!\w))"
)
_PRICED = re.compile(
    rf"\b(?:costs?|price (?:is|of)|priced at|prices? (?:are|start at)|pays?|totals?|total (?:is|of|comes to|price is)"
    rf"|comes? to|charges?|(?:fee|deposit|minimum|balance|bill|rate) (?:is|of|comes to)|for (?:just|only))"
    rf":? (?:just |only |about |around |exactly )?{_N}(?!\d)(?![\d.]*[ -]?(?:%|x\b|percent|per cent|{'|'.join(_TIME)}"
    rf"|{'|'.join(_LENGTH)}|miles?|mi|years?|{_PEOPLE})(?!\w)"
    rf"| (?:[\w'.]+ ){{1,4}}?(?:st|street|ave|avenue|rd|road|dr|drive|ln|lane|ct|court|cir|circle|way|blvd|pl)\b)"
)
_EACH = re.compile(
    rf"(?<!choose )(?<!chooses )(?<!pick )(?<!picks ){_N} (?:each\b|apiece\b|pp\b|(?:per|a|an|for (?:each|every|an?)) (?:person|head|adult|guest|child|kid|mile)\b)"
    rf"|{_N} ?/ ?(?:person|head|adult|guest|child|kid|mile)\b"
)
_PERCENT = re.compile(rf"(?:{_N} ?(?:%|percent|per cent)? ?(?:-|to) ?)?{_N} ?(?:%|percent\b|per cent\b|por ciento)")
_WHOLE = re.compile(r"\b(?:full(?:y)? refund\w*|refund\w* in full|everything is refunded|all of it back|100 % back)\b")
_HALF = re.compile(
    r"\bhalf (?:of (?:it|the [a-z]+|what [a-z ]{1,20}) )?(?:is |comes |will be |goes |gets )?(?:back|refunded|refund)\b"
)
_NUMBER = re.compile(_N)
_BETWEEN = re.compile(rf"\bbetween (\$?\d[\d.]{{0,9}}{WORDED}?(?: ?%)?(?: [a-z]{{1,10}})?) and (?=\$?\d)")
_LISTED = re.compile(r"^\s*(?:\d{1,2}[.)]|#\d{1,2})\s")


def _units(names: Iterable[str]) -> re.Pattern[str]:
    unit = "|".join(sorted(names, key=len, reverse=True))
    return re.compile(rf"(?:{_N}[ -]?(?:{unit})? ?(?:-|to|through) ?)?{_N}[ -]?{_ADJECTIVE}({unit})(?!\w){_NO_INCHES}")


_TIMES, _LENGTHS = _units(_TIME), _units(_LENGTH)
_YEARS = re.compile(rf"(?:{_N} ?(?:-|to|through) ?)?{_N}[ -]?(?:years?|yrs?|y/?o)(?:[ -]olds?)?(?!\w)")
_MILES = re.compile(rf"(?:{_N} ?(?:-|to|through) ?)?{_N}[ -]?{_ADJECTIVE}(?:miles?|mi)(?!\w)")
_HEADS = re.compile(
    rf"(?:{_N} ?(?:-|to|through) ?)?{_N}[ -]?(?:(?!per |a |an |each |for |at |or )[a-z]{{1,12}} )?(?:{_PEOPLE})(?!\w)"
)


def read(text: str) -> frozenset[Figure]:
    """The figures of a sentence. Spellings of one figure are equal: ``$1,100`` and ``eleven hundred dollars``."""
    return read_plain(normalise_numbers(text))


def read_plain(text: str) -> frozenset[Figure]:
    """The same for a text that went through ``number_words.normalise_numbers``."""
    found: set[Figure] = set()
    numbers = _numbers(text)

    def take(matches: Iterable[re.Match[str]], reading: Callable[[re.Match[str]], Iterable[Figure]]) -> None:
        nonlocal text, numbers
        left, end = [], 0
        for match in matches:
            if figures := list(reading(match)):
                found.update(figures)
                left += [text[end : match.start()], " ; "]
                end = match.end()
        if left:
            text = "".join([*left, text[end:]])
            numbers = _numbers(text)

    for contact in (_EMAIL, _URL):
        take(contact.finditer(text), lambda m: [Figure("contact", word=m[0].strip("./"))])
    if numbers or _WEEKDAY.search(text) or _NOON.search(text):
        text = _BETWEEN.sub(r"\1 to ", _LISTED.sub(" ", text))
        numbers = _numbers(text)
        take(_at(numbers, _ISO, text), lambda m: _date(int(m[1]), int(m[2])))
        take(_SPELLED_PHONE.finditer(text), lambda m: _phone_of(m[0].replace("one", "1").replace("oh", "0")))
        take(_PHONE.finditer(text), lambda m: _phone_of(m[0]))
        take(
            _MONTH_DAY.finditer(text), lambda m: [one for n in (m[2], m[3]) if n for one in _date(_month(m[1]), int(n))]
        )
        take(_at(numbers, _DAY_MONTH, text), lambda m: _date(_month(m[2]), int(m[1])))
        take(_at(numbers, _SLASHED, text), lambda m: _date(int(m[1]), int(m[2])))
        take(_ORDINAL_DAY.finditer(text), lambda m: _date(0, int(m[1])))
        take(_WEEKDAY.finditer(text), lambda m: [Figure("weekday", Decimal(_DAYS.index(m[1][:3])))])
        take(_at(numbers, _CLOCK, text), _clock)
        take(_NOON.finditer(text), lambda m: [Figure("clock", Decimal(0 if m[1] == "midnight" else 720))])
        take(_MONEY.finditer(text), lambda m: _span("money", m[1], m["a"] or m[3]))
        take(_at(numbers, _EACH, text), _each)
        take(_at(numbers, _PERCENT, text), lambda m: _span("percent", m[1], m[2]))
        take(_at(numbers, _MILES, text), lambda m: _span("miles", m[1], m[2]))
        take(_at(numbers, _YEARS, text), lambda m: _span("years", m[1], m[2]))
        take(_at(numbers, _TIMES, text), lambda m: _span("time", m[1], m[2], _TIME[m[3]]))
        take(_at(numbers, _LENGTHS, text), lambda m: _span("length", m[1], m[2], _LENGTH[m[3]]))
        take(_at(numbers, _HEADS, text), lambda m: _span("people", m[1], m[2]))
        take(_PRICED.finditer(text), lambda m: _span("money", None, m[1]))
        take(_at(numbers, _NUMBER, text), _bare)
    take(_WHOLE.finditer(text), lambda m: _span("percent", None, "100"))
    take(_HALF.finditer(text), lambda m: _span("percent", None, "50"))
    return frozenset(found)


def _numbers(text: str) -> list[int]:
    """Where the whole numbers of a text begin."""
    return [number.start() for number in _DIGITS.finditer(text)]


def _at(numbers: Iterable[int], pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """``pattern.finditer(text)`` for a pattern that begins with a whole number, not tried at every letter."""
    end = 0
    for start in numbers:
        if start >= end and (match := pattern.match(text, start)):
            end = match.end()
            yield match


def ends(figures: Iterable[Figure]) -> frozenset[Figure]:
    """The figures, with both ends of every range as figures of their own."""
    alone = set(figures)
    for one in figures:
        if one.high is not None:
            alone |= {Figure(one.kind, one.value), Figure(one.kind, one.high)}
    return frozenset(alone)


def _span(kind: Kind, low: str | None, high: str, unit: int = 1) -> list[Figure]:
    top = (Decimal(high) * unit).normalize()
    if low is None:
        return [Figure(kind, top)]
    if Decimal(low) >= Decimal(high):  # "$590 - $100" takes away
        return [Figure(kind, (Decimal(low) * unit).normalize()), Figure(kind, top)]
    return [Figure(kind, (Decimal(low) * unit).normalize(), top)]


def _bare(match: re.Match[str]) -> list[Figure]:
    value = Decimal(match[1])
    worded = match[0].endswith(WORDED)
    return [] if value <= (10 if worded else 3) else [Figure("number", value.normalize())]


def _each(match: re.Match[str]) -> list[Figure]:
    amount = match[1] or match[2]
    few = WORDED in match[0] and Decimal(amount) <= 10  # "two per person" are portions
    return [] if few else _span("money", None, amount)


def _phone_of(text: str) -> list[Figure]:
    digits = re.sub(r"\D", "", text)
    return [Figure("contact", word=digits[-10:])] if 7 <= len(digits) <= 15 else []


def _date(month: int, day: int) -> list[Figure]:
    return [Figure("date", Decimal(month * 100 + day))] if month <= 12 and 1 <= day <= 31 else []


def _month(name: str) -> int:
    return _MONTHS.index(name[:3]) + 1


def _clock(match: re.Match[str]) -> list[Figure]:
    hour, minute = int(match[1] or match[4]), int(match[2] or match[5] or 0)
    if match[3]:
        hour = hour % 12 + (12 if match[3] == "p" else 0)
    return [Figure("clock", Decimal(hour * 60 + minute))] if hour < 24 and minute < 60 else []
