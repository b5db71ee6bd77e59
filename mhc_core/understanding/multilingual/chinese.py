"""The exact grammar of Chinese numbers, dates and times, of text that is simplified already (``script.normal``)."""

import re
from collections.abc import Mapping
from datetime import date

from mhc_core.understanding.multilingual import calendars
from mhc_core.understanding.multilingual.calendars import LATER, MORNING, NOON
from mhc_core.understanding.multilingual.numerals import NUMBER, in_digits

_WEEK = r"(?:周|星期|礼拜|拜)"
_WEEKDAY = rf"{_WEEK}[一二三四五六日天末1-7]"
_HOLIDAYS = {
    "平安夜": "christmas eve", "圣诞节": "christmas", "圣诞": "christmas", "跨年": "new years eve",
    "除夕夜": "new years eve", "元旦": "new years day", "新年": "new years day", "感恩节": "thanksgiving",
    "母亲节": "mothers day", "父亲节": "fathers day", "情人节": "valentines", "独立日": "independence day",
    "美国国庆": "independence day", "国庆节": "independence day", "万圣节": "halloween", "劳动节": "labor day",
    "复活节": "easter", "超级碗": "super bowl", "阵亡将士纪念日": "memorial day",
}  # fmt: skip
_PARTS: Mapping[str, str] = {
    **dict.fromkeys(("凌晨", "清晨", "早上", "早晨", "上午", "一早", "早"), MORNING),
    **dict.fromkeys(("中午", "正午"), NOON),
    **dict.fromkeys(("午后", "下午", "傍晚", "晚上", "晚间", "夜里", "夜晚", "夜间", "今晚", "明晚", "晚"), LATER),
}
_PART = "|".join(sorted(_PARTS, key=len, reverse=True))
_TIME = (
    rf"(?:(?:{_PART})的?)?{NUMBER}[点时](?!间|候)钟?"
    rf"(?:半|[一三]刻|(?:过|零)?{NUMBER}分?(?!个|位|名|人|大|小))?(?:整|正)?"
    rf"|(?:(?:{_PART}) ?)?\d{{1,2}}[::]\d{{2}}(?: ?[ap]m)?|\d{{1,2}} ?[ap]m\b|(?:中午|正午)(?!\d)"
)
CANDIDATES = {
    "date": re.compile(
        rf"(?:(?:\d{{2,4}}|[二〇零一三四五六七八九]{{4}})年)?"
        rf"{NUMBER}月(?:份)?{NUMBER}[日号]?(?: ?[((,,]?{_WEEKDAY}[))]?)?"
        rf"|(?:下+|上|这|本)?个?{_WEEKDAY}(?:[((]?\d{{1,2}}[日号]?[))]?)?|大?后[天晚]|今[天晚]|明[天晚]|大后天"
        rf"|(?:下+|这|本)个?月(?:的)?{NUMBER}[日号]|{NUMBER}[日号](?!码)|(?:{'|'.join(_HOLIDAYS)})"
        rf"|{NUMBER}(?:天|周|个?星期|个?礼拜|个月)(?:之|以)?后|\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?"
    ),
    "time": re.compile(_TIME),
    "age": re.compile(rf"{NUMBER}(?:周?岁|个月大?|月大)(?:半)?(?:以[上下])?"),
    "miles": re.compile(rf"{NUMBER}(?:多)?(?:英里|哩|迈|公里|里路|miles?|mi\b)"),
    "money": re.compile(r"[$]\d[\d,]*|[\d一二两三四五六七八九十百千万]+(?:块|美元|美金|刀|元|usd)"),
    "number": re.compile(NUMBER),
}
"""What a word may belong to by its form alone; the model decides."""
MEASURED = re.compile(
    rf"{NUMBER}(?:多|几|来)?(?:英里|公里|哩|迈|里路|英尺|尺|平米|平方|米(?!饭)|个?小时|个?钟头|分钟|天|周岁?|个?星期|个?礼拜|个?月|岁"
    r"|块钱|美元|美金|美刀|元|刀|度|%)"
)
"""A number with its unit: what it counts is no people."""
_NONE = re.compile(r"没|无|不带|零|(?<!\d)0(?!\d)|不来|都不")
_RANGE = re.compile(r"\d+ ?(?:到|至|-|~|~|—|或|或者) ?\d+|几")
_PAIRS = re.compile(r"(\d+)(?:对|双)")
_ALL = re.compile(r"每|全|都|所有|大家|人人")
_REST = re.compile(r"其他|其余|剩|另外的|一半|别的")
_EACH = re.compile(r"每[人个位]")
_TWO = re.compile(r"夫妻|夫妇|小两口|爸妈|父母|双胞胎|2口子")
_ONE = re.compile(r"^(?:我|自己|他|她)(?:自己|一个人)?$|宝宝|婴儿|老婆|老公|太太|先生")
_BEFORE = re.compile(r"[ ,的]+$")
_FIGURES = re.compile(r"\d+")


def day(words: str, today: date) -> str:
    """The words of a date in English."""
    weekday = re.search(rf"{_WEEK}([一二三四五六日天末1-7])", words)
    number = _weekday_number(weekday[1]) if weekday else None
    text = in_digits(words)
    named = f" {calendars.weekday(number)}" if number is not None and number < 7 else ""
    found = re.search(r"(?:(\d{2,4})年)?(\d{1,2})月(?:份)?(\d{1,2})", text)
    if found:
        year = int(found[1]) + (2000 if len(found[1]) == 2 else 0) if found[1] else None
        return calendars.month_and_day(int(found[2]), int(found[3]), year) + named
    found = re.search(r"(下+|这|本)个?月的?(\d{1,2})", text)
    if found:
        return calendars.in_month(today, found[1].count("下"), int(found[2])) + named
    holiday = next((english for chinese, english in _HOLIDAYS.items() if chinese in words), None)
    if holiday:
        return holiday
    for pattern, english in _NEAR:
        found = pattern.search(text)
        if found:
            return found.expand(english)
    if weekday:
        return _of_week(words, number, text, today)
    found = re.search(r"(\d{1,2})[日号]", text)
    return f"{found[1]}th" if found else text


_NEAR = tuple(
    (re.compile(chinese), english)
    for chinese, english in (
        (r"大后天", "in 3 days"), (r"后[天晚]|后日", "day after tomorrow"), (r"明[天晚日]", "tomorrow"),
        (r"今[天晚日]|当天", "today"), (r"(\d+)天(?:之|以)?后", r"in \1 days"),
        (r"(\d+)(?:周|个?星期|个?礼拜)(?:之|以)?后", r"in \1 weeks"), (r"(\d+)个月(?:之|以)?后", r"in \1 months"),
        (r"半个月(?:之|以)?后", "in 15 days"),
    )
)  # fmt: skip


def _of_week(words: str, number: int | None, text: str, today: date) -> str:
    ahead = re.search(rf"(下+|上)(?:一?个)?{_WEEK}", words)
    numbered = re.search(r"(\d{1,2})[日号]", text)
    if numbered and number is not None and number < 7:
        return f"{calendars.weekday(number)} the {numbered[1]}th"
    if number == 7:
        which = "next" if ahead and ahead[1] == "下" else "this"
        return f"{which} weekend" if not ahead or len(ahead[1]) == 1 else calendars.weekday_of_week(today, 2, 5)
    if number is None:
        return text
    if ahead and ahead[1].startswith("下"):
        return calendars.weekday_of_week(today, len(ahead[1]), number)
    return ("last " if ahead else "") + calendars.weekday(number)


def _weekday_number(sign: str) -> int:
    return "一二三四五六日末".index(sign) if sign in "一二三四五六日末" else 6 if sign == "天" else int(sign) - 1


def time(words: str, before: str) -> str:
    """The words of a time in English; ``before`` may name the part of the day ("明晚" before "七点")."""
    text = in_digits(words)
    told = next((part for part in sorted(_PARTS, key=len, reverse=True) if part in words), None)
    told = told or next((part for part in ("晚", "下午", "早") if _BEFORE.sub("", before).endswith(part)), None)
    part = _PARTS.get(told or "")
    found = re.search(r"(\d{1,2}) ?[点时](?!间|候)钟?(?:(半)|(1|3)刻|(?:过)?(\d{1,2})分?)?", text)
    if found:
        minute = 30 if found[2] else 15 * int(found[3]) if found[3] else int(found[4] or 0)
        return calendars.clock(int(found[1]), minute, part)
    found = re.search(r"(\d{1,2})[::](\d{2})(?! ?[ap]m)", text)
    if found:
        return calendars.clock(int(found[1]), int(found[2]), part)
    return "noon" if part == NOON and not _FIGURES.search(text) else text


def people(words: str) -> str:
    """The words of a count of people in English."""
    text = in_digits(words)
    figures: list[str] = _FIGURES.findall(text)
    if _RANGE.search(text):
        return "several"
    if _NONE.search(text) and (not figures or figures == ["0"]):
        return "none"
    pairs = _PAIRS.search(text)
    if pairs:
        return str(2 * int(pairs[1]))
    if figures:
        return " and ".join(figures) if len(figures) > 1 and re.search(r"[和跟加+、]", text) else figures[0]
    return "2" if _TWO.search(text) else "1" if _ONE.search(text) else "several"


def portions(words: str) -> str:
    """The words of a number of portions in English."""
    if _REST.search(words):
        return "the rest"
    if _EACH.search(words):
        return "everyone"
    figures: list[str] = _FIGURES.findall(in_digits(words))
    if figures:
        return figures[0]
    return "everyone" if _ALL.search(words) else people(words)


def age(words: str) -> str:
    """The words of an age in English."""
    text = in_digits(words)
    figures: list[str] = _FIGURES.findall(text)
    if re.search(r"个月|月大", text) and figures:
        return f"{figures[0]} months"
    if re.search(r"婴|宝宝|新生", text) and not figures:
        return "baby"
    if len(figures) == 2:
        return f"{figures[0]} to {figures[1]}"
    if figures and re.search(r"以下|不到|未满|不满", text):
        return f"{'under' if '以下' not in text else 'up to'} {figures[0]}"
    if figures and re.search(r"以上|多岁", text):
        return f"{figures[0]} and up"
    return figures[0] if figures else "adult" if re.search("大人|成年|成人", text) else text
