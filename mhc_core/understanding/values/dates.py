"""The day that the words of a date name. What names no single day stays open.

"Next Saturday" is the Saturday of the coming week, "this Saturday" or "Saturday" the first one from today on; a weekend
is its Saturday. Figures are read as month and day. A date without a year is the next such date, except when it passed
in the last ``JUST_PASSED_DAYS``: then it is taken as said, so that the customer hears that it has passed. A weekday
beside a date has to fit.
"""

import calendar
import contextlib
import re
from datetime import date, timedelta

from dateutil.relativedelta import MO, relativedelta, weekday

from mhc_core.understanding.result import ImpossibleDate
from mhc_core.understanding.values import special_days
from mhc_core.understanding.values.calendar_words import DAY_NAMES, DAYS, MONTH_NAMES, MONTHS, canonical
from mhc_core.understanding.values.spelling import tidy

JUST_PASSED_DAYS = 90
_AGREEING_MONTHS = 4
"""How many months ahead "Friday the 13th" may lie."""
_MONTH = rf"(?P<month>{'|'.join(MONTHS)})\b\.?"
_DAY = rf"\b(?P<day>{'|'.join(DAYS)})\b"
_NUMBER = r"(?P<number>\d{1,2})(?:th)?\b(?!\s*(?:[ap]m\b|:\d))"
_YEAR = r"(?:,?\s*(?:of |de |del )?(?P<year>20\d{2})\b)?"
_ABSOLUTE = (
    re.compile(r"\b(?P<year>20\d{2})[-/.](?P<month>\d{1,2})[-/.](?P<number>\d{1,2})\b"),
    re.compile(r"(?<![\d/.-])(?P<month>\d{1,2}) ?[/.-] ?(?P<number>\d{1,2})(?: ?[/.-] ?(?P<year>(?:20)?\d{2}))?(?![\d/.-]*\d)"),
    re.compile(rf"\b{_MONTH},?\s*(?:(?:the|on)\s+)?{_NUMBER}{_YEAR}"),
    re.compile(rf"\b{_NUMBER}\s*(?:day )?(?:of |de )?{_MONTH}{_YEAR}"),
)  # fmt: skip
_EITHER = re.compile(
    r"\b(?:or|either|o)\b|(?<=th)\s*[-/]\s*\d|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) \d{1,2}\s*-\s*\d"
)
_WEEKDAY = re.compile(_DAY)
_ANY_MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)}|months?)\b")
_VAGUE = re.compile(
    rf"\b(?:any|some|sometime|every|each|most|weekdays?|a (?={'|'.join(DAYS)})|1 (?={'|'.join(DAYS)}))\b|\b(?:a|1) (?:weekday|weekend)\b"
)
_NTH = re.compile(
    rf"\b(?:(?P<nth>[1-5])th|(?P<last>last)) (?:{_DAY}|(?P<weekend>weekend)) (?:of|in|de|en) (?:the )?{_MONTH}{_YEAR}"
)
_BESIDE = re.compile(rf"\b(?P<day>{'|'.join(DAYS)}|day|weekend) (?P<side>after|before|of|on) (?:the )?$")
_AWAY = re.compile(
    r"\b(?P<count>\d{1,3}|an?) (?P<unit>day|week|month)s? "
    r"(?P<way>from|after|before|out|ago)\b(?: (?:now|today)\b)?(?P<anchor>.*)"
)
_IN = re.compile(r"\b(?:in|within) (?:about |like )?(?P<count>\d{1,3}|an?) (?P<unit>day|week|month)s?\b")
_AGO = re.compile(r"\bago (?P<count>\d{1,3}) (?P<unit>day|week|month)s?\b")
_DAYS_FROM_NOW = re.compile(rf"\b(?P<count>\d) (?P<day>{'|'.join(DAYS)})s? from (?:now|today|this)\b")
_ORDINAL = re.compile(r"\b(?P<number>\d{1,2})th\b|^(?:the |el |on |para el |pal |al )*(?P<bare>\d{1,2})$")
_BESIDE_WEEKDAY = re.compile(rf"{_DAY},? *(?:the |el )?(?P<number>\d{{1,2}})(?!\d|:| ?[ap]m)")
_BEYOND_YEARS = 400


def day(words: str, today: date, earlier: date | None = None, known: bool = False) -> date | ImpossibleDate | None:
    """The day that ``words``, written ``today``, name; ``None`` where they name none or leave a choice.

    ``earlier`` is the date that stands before them in the message, for "that Sunday"; ``known`` says that the day of
    the party was told before, so that such words mean a day that cannot be known here.
    """
    with contextlib.suppress(OverflowError):
        return _day(canonical(words), words, today, earlier, known)
    return None


def _day(text: str, words: str, today: date, earlier: date | None, known: bool) -> date | ImpossibleDate | None:
    named = _WEEKDAY.search(text)
    number = DAYS.index(named["day"]) if named else None
    for pattern in _ABSOLUTE:
        found = pattern.search(text)
        if found and not _EITHER.search(text):
            read = _absolute(found, number, today, words)
            return _weekend(read) if isinstance(read, date) and "weekend" in text else read
    if _EITHER.search(text):
        return None
    special = special_days.find(text)
    if special:
        return _special(text, special, today)
    nth = _NTH.search(text)
    if nth:
        return _nth(nth, today)
    relative = _relative(text, today)
    if relative is not None:
        return relative
    if _ANY_MONTH.search(text) or _VAGUE.search(text):
        return None
    numbered = _BESIDE_WEEKDAY.search(text) or _ORDINAL.search(text)
    if numbered:
        groups = numbered.groupdict()
        on = _on_the(int(groups["number"] or groups.get("bare") or 0), number, today, words)
        return _weekend(on) if isinstance(on, date) and "weekend" in text else on
    if number is not None:
        return _weekday(number, text, today, earlier, known)
    if re.search(r"\bweekend\b", text):
        return _this_weekend(text, today, known and earlier is None)
    return None


def _absolute(found: re.Match[str], number: int | None, today: date, words: str) -> date | ImpossibleDate:
    written, day, year = found["month"], int(found["number"]), found["year"]
    month = int(written) if written.isdigit() else MONTHS.index(written[:3]) + 1
    if month > 12 >= day and written.isdigit():
        month, day = day, month  # 25/12 can be nothing else
    if not 1 <= month <= 12:
        return ImpossibleDate(tidy(words), "a year has 12 months")
    if year:
        years = [int(year) + (2000 if len(year) == 2 else 0)]
    else:
        years = [today.year - 1, today.year, today.year + 1]
    dates = []
    for candidate in years:
        with contextlib.suppress(ValueError):
            dates.append(date(candidate, month, day))
    if not year:
        dates = [one for one in dates if timedelta(-JUST_PASSED_DAYS) <= one - today <= timedelta(366)]
    if not dates:
        return ImpossibleDate(tidy(words), _no_such_day(month, day, today, years[0] if year else None))
    fitting = [one for one in dates if number in (None, one.weekday())]
    return fitting[0] if fitting else _other_weekday(words, dates[-1], number or 0)


def _no_such_day(month: int, day: int, today: date, year: int | None) -> str:
    if day < 1:
        return f"{MONTH_NAMES[month - 1]} begins with the 1st"
    if month == 2 and day == 29:
        year = year or today.year + (1 if today.month > 2 else 0)
        return f"February {year} has only 28 days"
    return f"{MONTH_NAMES[month - 1]} has only {calendar.monthrange(2028, month)[1]} days"


def _other_weekday(words: str, found: date, number: int) -> ImpossibleDate:
    told = f"{MONTH_NAMES[found.month - 1]} {found.day}, {found.year}"
    return ImpossibleDate(tidy(words), f"{told} is a {DAY_NAMES[found.weekday()]}, not a {DAY_NAMES[number]}")


def _special(text: str, special: re.Match[str], today: date) -> date | None:
    beside = _BESIDE.search(text[: special.start()])
    away = _AWAY.search(text[: special.start()])
    said = re.search(r"\b20\d{2}\b", text)
    for year in (int(said[0]),) if said else (today.year, today.year + 1, today.year + 2):
        found = special_days.day(special[0], year)
        if found is None:
            continue
        weekend = "weekend" in text[special.end() :]
        if beside:
            found = _beside(found, beside["day"], beside["side"], weekend)
        elif away and away["way"] in ("from", "after", "before"):
            found = _moved(found, away["count"], away["unit"], -1 if away["way"] == "before" else 1)
        elif weekend:
            named = _WEEKDAY.search(text)
            found = _beside(found, named["day"] if named else "weekend", "of", True)
        if said or found >= today:
            return found
    return None


def _beside(anchor: date, word: str, side: str, weekend: bool) -> date:
    if side in ("of", "on"):
        saturday = _weekend(anchor)
        if word not in DAYS:
            return saturday if weekend or word == "weekend" else anchor
        return saturday + timedelta(days=(DAYS.index(word) - 5 + 3) % 7 - 3)
    step = 1 if side == "after" else -1
    if word == "day":
        return anchor + timedelta(days=step)
    number = DAYS.index(word) if word in DAYS else 5
    return anchor + timedelta(days=step) + relativedelta(weekday=weekday(number)(step))


def _nth(found: re.Match[str], today: date) -> date | None:
    month = MONTHS.index(found["month"]) + 1
    number = DAYS.index(found["day"]) if found["day"] else 5
    for year in (int(found["year"]),) if found["year"] else (today.year, today.year + 1):
        first = date(year, month, 1)
        if found["last"]:
            one: date = first + relativedelta(day=31, weekday=weekday(number)(-1))
        else:
            one = first + relativedelta(weekday=weekday(number)(int(found["nth"])))
        if one.month == month and (found["year"] or one >= today):
            return one
    return None


def _relative(text: str, today: date) -> date | None:
    several = _DAYS_FROM_NOW.search(text)
    if several:
        number = DAYS.index(several["day"])
        return today + timedelta(days=1) + relativedelta(weekday=weekday(number)(max(int(several["count"]), 1)))
    within = _IN.search(text)
    if within:
        return _moved(today, within["count"], within["unit"], 1)
    ago = _AGO.search(text)
    if ago:
        return _moved(today, ago["count"], ago["unit"], -1)
    away = _AWAY.search(text)
    if away:
        anchor = _near(away["anchor"], today)
        named = _WEEKDAY.search(away["anchor"])
        if anchor is None and named:
            anchor = today + relativedelta(weekday=weekday(DAYS.index(named["day"]))(+1))
        if anchor is None and away["anchor"].strip():
            return None
        return _moved(anchor or today, away["count"], away["unit"], -1 if away["way"] in ("before", "ago") else 1)
    return _near(text, today)


def _near(text: str, today: date) -> date | None:
    if "day after tomorrow" in text:
        return today + timedelta(days=2)
    if "day before yesterday" in text:
        return today - timedelta(days=2)
    if re.search(r"\btomorrow\b", text):
        return today + timedelta(days=1)
    if re.search(r"\byesterday\b|\blast night\b", text):
        return today - timedelta(days=1)
    return today if re.search(r"\btoday\b|\bthis (?:night|evening|afternoon|morning)\b", text) else None


def _moved(anchor: date, count: str, unit: str, direction: int) -> date:
    many = direction * (int(count) if count.isdigit() else 1)
    moved: date = anchor + (
        relativedelta(months=many) if unit == "month" else timedelta(days=many * (7 if unit == "week" else 1))
    )
    return moved


def _on_the(day: int, number: int | None, today: date, words: str) -> date | ImpossibleDate | None:
    if not 1 <= day <= 31:
        return ImpossibleDate(tidy(words), "no month has that many days") if day else None
    found = []
    for months in range(_AGREEING_MONTHS if number is not None else 3):
        with contextlib.suppress(ValueError):
            found.append((today.replace(day=1) + relativedelta(months=months)).replace(day=day))
    found = [one for one in found if one >= today]
    fitting = [one for one in found if number in (None, one.weekday())]
    return fitting[0] if fitting else _other_weekday(words, found[0], number or 0)


def _weekday(number: int, text: str, today: date, earlier: date | None, known: bool) -> date | None:
    if re.search(r"\bafter next\b", text):
        return today + relativedelta(weekday=weekday(number)(+2))
    if re.search(r"\b(?:last|past)\b", text):
        return today - timedelta(days=1) + relativedelta(weekday=weekday(number)(-1))
    if re.search(r"\bthat\b", text) and earlier is not None:
        return earlier + timedelta(days=(number - earlier.weekday() + 3) % 7 - 3)
    if re.search(r"\b(?:following|after)\b", text) and earlier is not None:
        return earlier + timedelta(days=1) + relativedelta(weekday=weekday(number)(+1))
    if known and re.search(r"\b(?:that|following|after|before|same)\b", text):
        return None
    if re.search(r"\bnext\b", text):
        monday: date = today + timedelta(days=1) + relativedelta(weekday=MO(+1))
        return monday + timedelta(days=number)
    return today + relativedelta(weekday=weekday(number)(+1))


def _weekend(anchor: date) -> date:
    """The Saturday of the weekend that a day belongs to; Monday belongs to the one before it."""
    return anchor + timedelta(days=-2 if anchor.weekday() == 0 else 5 - anchor.weekday())


def _this_weekend(text: str, today: date, unknowable: bool) -> date | None:
    if re.search(r"\b(?:last|past)\b", text):
        return today - timedelta(days=1) + relativedelta(weekday=weekday(5)(-1))
    if re.search(r"\bnext\b", text):
        monday: date = today + timedelta(days=1) + relativedelta(weekday=MO(+1))
        return monday + timedelta(days=5)
    if unknowable or not re.search(r"\b(?:this|the|coming|el)\b", text):
        return None
    return today if today.weekday() == 6 else today + relativedelta(weekday=weekday(5)(+1))
