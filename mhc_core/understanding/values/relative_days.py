"""Days told from another day: "tomorrow", "in two weeks", "next Saturday", "the last Friday of September"."""

import re
from datetime import date, timedelta

from dateutil.relativedelta import MO, relativedelta, weekday

from mhc_core.understanding.values.calendar_words import DAYS, MONTHS

_SATURDAY, _SUNDAY = 5, 6
_DAY = rf"\b(?P<day>{'|'.join(DAYS)})"
_WEEKDAY = re.compile(rf"{_DAY}\b")
_NTH = re.compile(
    rf"\b(?:(?P<nth>[1-5])th|(?P<last>last)) (?:{_DAY}|(?P<weekend>weekend)) (?:of|in|de|en) (?:the )?"
    rf"(?P<month>{'|'.join(MONTHS)})\b(?:,? (?:of )?(?P<year>20\d{{2}}))?"
)
_IN = re.compile(r"\b(?:in|within) (?:about |like )?(?P<count>\d{1,3}|an?) (?P<unit>day|week|month)s?\b")
_AGO = re.compile(r"\bago (?P<count>\d{1,3}) (?P<unit>day|week|month)s?\b")
_AWAY = re.compile(
    r"\b(?P<count>\d{1,3}|an?) (?P<unit>day|week|month)s? (?P<way>from|after|before|out|ago|later|earlier|sooner)\b"
    r"(?: (?:now|today|this|that)\b)?(?P<anchor>.*)"
)
_BACK = ("before", "ago", "earlier", "sooner")
_BESIDE_ANCHOR = ("after", "before", "later", "earlier", "sooner")
_COUNTED = re.compile(rf"\b(?P<count>\d) {_DAY}s? from (?:now|today|this)\b")
_NEXT_DAY = re.compile(r"\b(?:the|1|a) day (?P<way>after|before)\b$|\b(?:the )?(?:next|following) day\b")
_TODAY = re.compile(r"\btoday\b|\bthis (?:night|evening|afternoon|morning)\b")
_ANAPHOR = re.compile(r"\b(?:that|following|after|before|same)\b")


def nth_of_month(text: str, today: date) -> date | None:
    """ "The second Saturday in June" and "the last weekend of June": the next one unless a year is told."""
    found = _NTH.search(text)
    if found is None:
        return None
    month = MONTHS.index(found["month"]) + 1
    number = DAYS.index(found["day"]) if found["day"] else _SATURDAY
    for year in (int(found["year"]),) if found["year"] else (today.year, today.year + 1, today.year + 2):
        nth = weekday(number)(-1 if found["last"] else int(found["nth"]))
        one: date = date(year, month, 1) + relativedelta(day=31 if found["last"] else None, weekday=nth)
        if one.month == month and (found["year"] or one >= today):
            return one
    return None


def away(text: str, today: date, about: date | None) -> date | None:
    """So many days, weeks or months from a day, and "tomorrow". ``about`` is the day that was spoken of."""
    counted = _COUNTED.search(text)
    if counted:
        nth = weekday(DAYS.index(counted["day"]))(max(int(counted["count"]), 1))
        return today + timedelta(days=1) + relativedelta(weekday=nth)
    for pattern, direction in ((_IN, 1), (_AGO, -1)):
        found = pattern.search(text)
        if found:
            return None if _WEEKDAY.search(text) else moved(today, found["count"], found["unit"], direction)
    if _NEXT_DAY.search(text) and about is not None:
        return about + timedelta(days=-1 if "before" in text else 1)
    near = _near(text, today)
    found = _AWAY.search(text)
    if near is not None and (found is None or "day after tomorrow" in text):
        return near
    if found is None or _WEEKDAY.search(text, 0, found.start()):
        return None  # "Sunday, three weeks from now" may be either side of that day
    return _from(found, today, about)


def _from(found: re.Match[str], today: date, about: date | None) -> date | None:
    told = found["anchor"].strip(" ,.")
    anchor = _near(told, today)
    named = _WEEKDAY.search(told)
    if anchor is None and named:
        anchor = today + relativedelta(weekday=weekday(DAYS.index(named["day"]))(+1))
    if anchor is None:
        if told:
            return None
        anchor = about if about is not None and found["way"] in _BESIDE_ANCHOR else today
    return moved(anchor, found["count"], found["unit"], -1 if found["way"] in _BACK else 1)


def moved(anchor: date, count: str, unit: str, direction: int) -> date:
    """``anchor`` moved by ``count`` ("a" is one) days, weeks or months."""
    many = direction * (int(count) if count.isdigit() else 1)
    step = relativedelta(months=many) if unit == "month" else timedelta(days=many * (7 if unit == "week" else 1))
    return anchor + step


def named_weekday(number: int, text: str, today: date, about: date | None, known: bool) -> date | None:
    """A weekday alone, by the words beside it; ``None`` where it hangs on a day that is ``known``, but not here."""
    if re.search(r"\bafter next\b", text):
        return today + relativedelta(weekday=weekday(number)(+2))
    if re.search(r"\b(?:last|past)\b", text):
        return today - timedelta(days=1) + relativedelta(weekday=weekday(number)(-1))
    if re.search(r"\bnext\b", text):
        return _coming_monday(today) + timedelta(days=number)
    if _ANAPHOR.search(text):
        if about is None:
            return None if known else today + relativedelta(weekday=weekday(number)(+1))
        if re.search(r"\bbefore\b", text):
            return about - timedelta(days=1) + relativedelta(weekday=weekday(number)(-1))
        if re.search(r"\b(?:following|after)\b", text):
            return about + timedelta(days=1) + relativedelta(weekday=weekday(number)(+1))
        return about + timedelta(days=(number - about.weekday() + 3) % 7 - 3)
    return today + relativedelta(weekday=weekday(number)(+1))


def weekend_of(anchor: date) -> date:
    """The Saturday of the weekend that a day belongs to; Monday belongs to the one before it."""
    return anchor + timedelta(days=-2 if anchor.weekday() == 0 else _SATURDAY - anchor.weekday())


def weekend(text: str, today: date, about: date | None) -> date | None:
    """The Saturday of a weekend that is told from today, or from the day that was spoken of."""
    if re.search(r"\b(?:last|past)\b", text):
        return today - timedelta(days=1) + relativedelta(weekday=weekday(_SATURDAY)(-1))
    if re.search(r"\bnext\b", text):
        return _coming_monday(today) + timedelta(days=_SATURDAY)
    if _ANAPHOR.search(text):
        later = 0 if re.search(r"\b(?:that|same)\b", text) else -7 if "before" in text else 7
        return weekend_of(about) + timedelta(days=later) if about else None
    if not re.search(r"\b(?:this|the|coming|el)\b", text):
        return None
    return today if today.weekday() == _SUNDAY else today + relativedelta(weekday=weekday(_SATURDAY)(+1))


def _coming_monday(today: date) -> date:
    return today + timedelta(days=1) + relativedelta(weekday=MO(+1))


def _near(text: str, today: date) -> date | None:
    if "day after tomorrow" in text:
        return today + timedelta(days=2)
    if "day before yesterday" in text:
        return today - timedelta(days=2)
    if re.search(r"\btomorrow\b", text):
        return today + timedelta(days=1)
    if re.search(r"\byesterday\b|\blast night\b", text):
        return today - timedelta(days=1)
    return today if _TODAY.search(text) else None
