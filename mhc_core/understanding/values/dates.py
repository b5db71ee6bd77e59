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

from dateutil.relativedelta import relativedelta, weekday

from mhc_core.understanding.result import ImpossibleDate
from mhc_core.understanding.values import relative_days, special_days
from mhc_core.understanding.values.calendar_words import DAYS, MONTHS, canonical
from mhc_core.understanding.values.spelling import tidy

JUST_PASSED_DAYS = 90
_AGREEING_MONTHS = 4
"""How many months ahead "Friday the 13th" may lie."""
_SAME_MONTH_DAYS = 20
"""How far from the day that was spoken of "the 14th" may be to lie in its month."""
_ANY_DAY, _ANY_MONTH = "|".join(DAYS), "|".join(MONTHS)
_MONTH = rf"(?P<month>{_ANY_MONTH})\b\.?"
_DAY = rf"\b(?P<day>{_ANY_DAY})\b"
_NUMBER = r"(?P<number>\d{1,2})(?:th)?\b(?!\s*(?:[ap]m\b|:\d))"
_NO_NUMBER = r"(?<!\d )(?<!\dth )(?<!\d of )(?<!\dth of )(?<!\d de )"  # of "27th of december 10 adults" the 27th
_YEAR = r"(?:,?\s*(?:of |de |del )?(?P<year>20\d{2})\b)?"
_ABSOLUTE = (
    re.compile(r"\b(?P<year>20\d{2})[-/.](?P<month>\d{1,2})[-/.](?P<number>\d{1,2})\b"),
    re.compile(
        r"(?<![\d/.-])(?P<month>\d{1,2}) ?[/.-] ?(?P<number>\d{1,2})(?: ?[/.-] ?(?P<year>(?:20)?\d{2}))?"
        r"(?![\d/.-]*\d| ?(?:days?|weeks?|months?)\b)"
    ),
    re.compile(rf"{_NO_NUMBER}\b{_MONTH},?\s*(?:(?:the|on)\s+)?{_NUMBER}{_YEAR}"),
    re.compile(rf"\b{_NUMBER}\s*(?:day )?(?:of |de )?{_MONTH}(?:,?\s*(?:of |de |del )?'?(?P<year>(?:20)?[2-9]\d)\b)?"),
)
_EITHER = re.compile(rf"\b(?:or|either|o)\b|(?<=th)\s*[-/]\s*\d|\b(?:{_ANY_MONTH}) \d{{1,2}}\s*-\s*\d")
_WEEKDAY = re.compile(_DAY)
_MONTH_ALONE = re.compile(rf"\b(?P<month>{_ANY_MONTH}|months?)\b")
_VAGUE = re.compile(
    r"\b(?:any|some|sometime|every|each|most|weekdays?|days|weeks|months)\b"
    rf"|\b(?:a|1) (?:weekday|weekend|{_ANY_DAY})\b(?! from)"
)
_BESIDE = re.compile(rf"\b(?P<day>{_ANY_DAY}|day|weekend) (?P<side>after|before|of|on) (?:the )?$")
_AWAY = re.compile(r"\b(?P<count>\d{1,3}|an?) (?P<unit>day|week|month)s? (?P<way>from|after|before) (?:the )?$")
_DAY_OF_MONTH = re.compile(
    rf"{_DAY},? *(?:the |el )?(?P<beside>\d{{1,2}})(?!\d|:| ?[ap]m| ?(?:days?|weeks?|months?))"
    r"|\b(?P<ordinal>\d{1,2})th\b|\b(?:del|dia) (?P<del>\d{1,2})\b"
    r"|^(?:the |el |on |para el |pal |al )*(?P<bare>\d{1,2})$"
)
_WEEKEND = re.compile(r"\bweekend\b")


def day(
    words: str, today: date, about: date | None = None, known: bool = False, before: str = ""
) -> date | ImpossibleDate | None:
    """The day that ``words``, written ``today``, name; ``None`` where they name none or leave a choice.

    ``about`` is the day that was spoken of, for "that Sunday" and "the 14th"; ``known`` says that there is one even
    where it is not given, so that such words cannot be read. ``before`` are words that belong to these, as in "in
    January, [Sunday], the 10th".
    """
    with contextlib.suppress(OverflowError):
        text = canonical(words)
        if before and not _MONTH_ALONE.search(text) and _DAY_OF_MONTH.search(text):
            text = _completed(text, canonical(before), today)
        return _day(text, words, today, about, known)
    return None


def _completed(text: str, before: str, today: date) -> str:
    month = _MONTH_ALONE.search(before)
    if month and month["month"] in MONTHS and not re.search(r"\d", before):
        return f"{text} of {month['month']}"
    named, numbered = _WEEKDAY.search(before), _DAY_OF_MONTH.search(text)
    if named and numbered and not re.search(r"\d", before) and not _WEEKDAY.search(text):
        with_weekday = f"{named['day']} {text}"
        if isinstance(_on_the(_number(numbered), DAYS.index(named["day"]), today, None, ""), date):
            return with_weekday
    return text


def _day(text: str, words: str, today: date, about: date | None, known: bool) -> date | ImpossibleDate | None:
    named = _WEEKDAY.search(text)
    number = DAYS.index(named["day"]) if named else None
    if _EITHER.search(text):
        return None
    for pattern in _ABSOLUTE:
        found = pattern.search(text)
        if found:
            return _of_weekend(_absolute(found, number, today, words), text)
    special = special_days.find(text)
    if special:
        return _special(text, special, today)
    told = relative_days.nth_of_month(text, today) or relative_days.away(text, today, about)
    if told is not None:
        return told
    if _MONTH_ALONE.search(text):
        return None
    numbered = _DAY_OF_MONTH.search(text)
    if numbered:
        return _of_weekend(_on_the(_number(numbered), number, today, about, words), text)
    if _VAGUE.search(text):
        return None
    if number is not None:
        return relative_days.named_weekday(number, text, today, about, known)
    return relative_days.weekend(text, today, about) if _WEEKEND.search(text) else None


def _of_weekend(found: date | ImpossibleDate | None, text: str) -> date | ImpossibleDate | None:
    return relative_days.weekend_of(found) if isinstance(found, date) and _WEEKEND.search(text) else found


def _absolute(found: re.Match[str], number: int | None, today: date, words: str) -> date | ImpossibleDate:
    written, day, year = found["month"], int(found["number"]), found["year"]
    month = int(written) if written.isdigit() else MONTHS.index(written) + 1
    if month > 12 >= day and written.isdigit():
        month, day = day, month  # 25/12 can be nothing else
    if not 1 <= month <= 12:
        return ImpossibleDate(tidy(words), "a year has 12 months")
    said = int(year) + (2000 if len(year) == 2 else 0) if year else None
    dates = []
    for candidate in (said,) if said else (today.year - 1, today.year, today.year + 1):
        with contextlib.suppress(ValueError):
            dates.append(date(candidate, month, day))
    if not said:
        dates = [one for one in dates if timedelta(-JUST_PASSED_DAYS) <= one - today <= timedelta(366)]
    if not dates:
        return ImpossibleDate(tidy(words), _no_such_day(month, day, said or today.year + (today.month > 2)))
    fitting = [one for one in dates if number in (None, one.weekday())]
    return fitting[0] if fitting else _other_weekday(words, dates[-1], number or 0)


def _no_such_day(month: int, day: int, year: int) -> str:
    name, last = calendar.month_name[month], calendar.monthrange(year, month)[1]
    if day < 1:
        return f"{name} begins with the 1st"
    return f"{name} {year} has only {last} days" if month == 2 else f"{name} has only {last} days"


def _other_weekday(words: str, found: date, number: int) -> ImpossibleDate:
    told = f"{calendar.month_name[found.month]} {found.day}, {found.year}"
    is_a, not_a = calendar.day_name[found.weekday()], calendar.day_name[number]
    return ImpossibleDate(tidy(words), f"{told} is a {is_a}, not a {not_a}")


def _special(text: str, special: re.Match[str], today: date) -> date | None:
    beside, away = _BESIDE.search(text, 0, special.start()), _AWAY.search(text, 0, special.start())
    weekend = _WEEKEND.search(text, special.end()) is not None
    if re.match(r"\w*(?: day)? week\b", text[special.end() :]):
        return None
    said = re.search(r"\b20\d{2}\b", text)
    for year in (int(said[0]),) if said else (today.year, today.year + 1, today.year + 2):
        found = special_days.day(special[0], year)
        if found is None:
            continue
        if away:
            found = relative_days.moved(found, away["count"], away["unit"], -1 if away["way"] == "before" else 1)
        elif beside:
            found = _beside(found, beside["day"], beside["side"], weekend)
        elif weekend:
            named = _WEEKDAY.search(text)
            found = _beside(found, named["day"] if named else "weekend", "of", True)
        if said or found >= today:
            return found
    return None


def _beside(anchor: date, word: str, side: str, weekend: bool) -> date:
    if side in ("of", "on"):
        saturday = relative_days.weekend_of(anchor)
        if word not in DAYS:
            return saturday if weekend or word == "weekend" else anchor
        return saturday + timedelta(days=(DAYS.index(word) - saturday.weekday() + 3) % 7 - 3)
    step = 1 if side == "after" else -1
    if word == "day":
        return anchor + timedelta(days=step)
    number = DAYS.index("sat" if word == "weekend" else word)
    return anchor + timedelta(days=step) + relativedelta(weekday=weekday(number)(step))


def _number(found: re.Match[str]) -> int:
    return int(found["beside"] or found["ordinal"] or found["bare"] or found["del"])


def _on_the(day: int, number: int | None, today: date, about: date | None, words: str) -> date | ImpossibleDate | None:
    if not 1 <= day <= 31:
        return ImpossibleDate(tidy(words), "no month has that many days") if day else None
    found = [one for one in _in_months(day, today, _AGREEING_MONTHS) if one >= today]
    if about is not None and about > today:
        near = (one for one in _in_months(day, about, 2) if abs((one - about).days) <= _SAME_MONTH_DAYS)
        found = [*(one for one in near if one >= today), *found]
    fitting = [one for one in found if number in (None, one.weekday())]
    return fitting[0] if fitting else _other_weekday(words, found[0], number or 0)


def _in_months(day: int, first: date, months: int) -> list[date]:
    found = []
    for ahead in range(months):
        with contextlib.suppress(ValueError):
            found.append((first.replace(day=1) + relativedelta(months=ahead)).replace(day=day))
    return found
