"""The exact grammar of Japanese numbers, dates and times."""

import re
from collections.abc import Mapping
from datetime import date

from mhc_core.understanding.multilingual import calendars
from mhc_core.understanding.multilingual.calendars import LATER, MORNING, NOON
from mhc_core.understanding.multilingual.numerals import NUMBER, in_digits

_NAMES = "月火水木金土日"
_WEEKDAY = rf"(?:[{_NAMES}]曜日?|[((][{_NAMES}](?:曜日?)?[))])"
_WEEK = r"(?:再来週|さ来週|来週|今週|翌週|次の週)"
_HOLIDAYS = {
    "クリスマスイブ": "christmas eve", "クリスマスイヴ": "christmas eve", "クリスマス": "christmas",
    "大晦日": "new years eve", "大みそか": "new years eve", "元日": "new years day", "元旦": "new years day",
    "感謝祭": "thanksgiving", "サンクスギビング": "thanksgiving", "母の日": "mothers day", "父の日": "fathers day",
    "バレンタインデー": "valentines", "バレンタイン": "valentines", "独立記念日": "independence day",
    "ハロウィーン": "halloween", "ハロウィン": "halloween", "レイバーデー": "labor day", "労働者の日": "labor day",
    "メモリアルデー": "memorial day", "イースター": "easter", "スーパーボウル": "super bowl",
}  # fmt: skip
_PARTS: Mapping[str, str] = {
    **dict.fromkeys(("午前", "朝", "早朝"), MORNING),
    **dict.fromkeys(("正午", "お昼", "昼間", "昼"), NOON),
    **dict.fromkeys(("午後", "夕方", "夜", "晩", "今夜", "今晩", "夕", "深夜"), LATER),
}
_PART = "|".join(sorted(_PARTS, key=len, reverse=True))
CANDIDATES = {
    "date": re.compile(
        rf"(?:\d{{4}}年)?{NUMBER}月の?{NUMBER}日?(?: ?[、,]?{_WEEKDAY})?(?:の?[{_NAMES}]曜日?)?"
        rf"|(?:(?:{_WEEK}|今度|次|来月|今月)の?)?(?:第?[1-5一二三四五])?{_WEEKDAY}|{_WEEK}末|週末|今週末|来週末"
        rf"|(?:今月|来月|再来月)の?{NUMBER}日|{NUMBER}日(?!間)(?:後)?|{NUMBER}(?:週間|[ヶかカケ]月)後"
        rf"|明々後日|しあさって|明後日|あさって|明日|あした|今日|本日|今夜|今晩|明晩|(?:{'|'.join(_HOLIDAYS)})"
        r"|\d{1,2}/\d{1,2}(?:/\d{2,4})?"
    ),
    "time": re.compile(
        rf"(?:(?:{_PART})の?)?{NUMBER}時(?!間)(?:半|{NUMBER}分)?|(?:(?:{_PART})の?)?\d{{1,2}}[::]\d{{2}}"
        r"|\d{1,2} ?[ap]m\b|正午|お昼(?!ご飯)"
    ),
    "age": re.compile(
        rf"{NUMBER}(?:歳|才|さい)(?:半)?(?:以[上下])?|{NUMBER}[ヶかカケ]月(?:児)?|生後{NUMBER}[ヶかカケ]月"
    ),
    "miles": re.compile(rf"{NUMBER}(?:マイル|キロ|km|miles?|mi\b)"),
    "money": re.compile(r"[$]\d[\d,]*|[\d一二三四五六七八九十百千万,]+(?:ドル|usd)"),
    "number": re.compile(rf"{NUMBER}|ひとり|ふたり|さんにん"),
}
"""What a word may belong to by its form alone; the model decides."""
MEASURED = re.compile(
    rf"{NUMBER}(?:マイル|キロ|km|メートル|平米|平方|畳|フィート|時間|分|日|週間|[ヶかカケ]月|年|歳|才|ドル|円|度|%|パーセント)"
)
"""A number with its unit: what it counts is no people."""
_SPOKEN = {"ひとり": "1人", "ふたり": "2人", "さんにん": "3人", "ひとつ": "1", "ふたつ": "2", "みっつ": "3"}
_NONE = re.compile(r"な[しい]|いない|いません|ゼロ|ゼロ|来ない|(?<!\d)0(?!\d)|抜き")
_RANGE = re.compile(r"\d+(?:人|名)? ?(?:から|か|-|~|〜|~|～|ー|、) ?\d+|数[人名]|何人")
_PAIRS = re.compile(r"(\d+)(?:組|カップル|ペア)|カップル(\d+)組")
_ALL = re.compile(r"全員|全部|みんな|皆|それぞれ|各自|全て|すべて|一人ずつ|人数分")
_REST = re.compile(r"残り|あとは|他|ほか|半分|以外")
_EACH = re.compile(r"一人(?:ずつ|一つ|1つ)|各自|全員に?1")
_TWO = re.compile(r"夫婦|両親|双子")
_ONE = re.compile(r"^(?:私|僕|俺|自分|妻|夫|主人|嫁)$|赤ちゃん|ベビー|乳児")
_FIGURES = re.compile(r"\d+")


def day(words: str, today: date) -> str:
    """The words of a date in English."""
    named = re.search(rf"([{_NAMES}])曜|[((]([{_NAMES}])", words)
    number = _NAMES.index(named[1] or named[2]) if named else None  # Monday is 0
    beside = "" if number is None else f" {calendars.weekday(number)}"
    text = in_digits(words)
    found = re.search(r"(?:(\d{4})年)?(\d{1,2})月の?(\d{1,2})", text)
    if found:
        return calendars.month_and_day(int(found[2]), int(found[3]), int(found[1]) if found[1] else None) + beside
    found = re.search(r"(再来月|来月|今月)の?(\d{1,2})日", text)
    if found:
        return calendars.in_month(today, {"今月": 0, "来月": 1, "再来月": 2}[found[1]], int(found[2])) + beside
    holiday = next((english for japanese, english in _HOLIDAYS.items() if japanese in words), None)
    if holiday:
        return holiday
    for pattern, english in _NEAR:
        found = pattern.search(text)
        if found:
            return found.expand(english)
    ahead = re.search(_WEEK, words)
    weeks = {"再来週": 2, "さ来週": 2, "来週": 1, "今週": 0}.get(ahead[0]) if ahead else None
    if "週末" in words or words.endswith("週末"):
        return {0: "this weekend", 1: "next weekend"}.get(weeks or 0, calendars.weekday_of_week(today, weeks or 0, 5))
    if number is not None:
        nth = re.search(r"(再来月|来月|今月)の?第(\d)", text)
        if nth:
            first = calendars.in_month(today, {"今月": 0, "来月": 1, "再来月": 2}[nth[1]], 1)
            return f"{nth[2]}th {calendars.weekday(number)} of {first.split()[0]}"
        dated = re.search(r"(\d{1,2})日", text)
        if dated:
            return f"{calendars.weekday(number)} the {dated[1]}th"
        if weeks:
            return calendars.weekday_of_week(today, weeks, number)
        return calendars.weekday(number)
    found = re.search(r"(\d{1,2})日", text)
    return f"{found[1]}th" if found else text


_NEAR = tuple(
    (re.compile(japanese), english)
    for japanese, english in (
        (r"明々後日|しあさって", "in 3 days"), (r"明後日|あさって", "day after tomorrow"),
        (r"明日|あした|あす|明晩", "tomorrow"), (r"今日|本日|今夜|今晩|きょう", "today"), (r"(\d+)日後", r"in \1 days"),
        (r"(\d+)週間?後", r"in \1 weeks"), (r"(\d+)[ヶかカケ]月後", r"in \1 months"),
    )
)  # fmt: skip


def time(words: str, before: str) -> str:
    """The words of a time in English; ``before`` may name the part of the day ("明日の夜" before "7時")."""
    text = in_digits(words)
    told = next((part for part in sorted(_PARTS, key=len, reverse=True) if part in words), None)
    told = told or next(
        (part for part in ("夜", "晩", "夕方", "午後", "朝") if before.rstrip(" 、,の").endswith(part)), None
    )
    part = _PARTS.get(told or "")
    found = re.search(r"(\d{1,2})時(?:(半)|(\d{1,2})分)?", text)
    if found:
        return calendars.clock(int(found[1]), 30 if found[2] else int(found[3] or 0), part)
    found = re.search(r"(\d{1,2})[::](\d{2})(?! ?[ap]m)", text)
    if found:
        return calendars.clock(int(found[1]), int(found[2]), part)
    return "noon" if part == NOON and not _FIGURES.search(text) else text


def people(words: str) -> str:
    """The words of a count of people in English."""
    text = _plain(words)
    figures: list[str] = _FIGURES.findall(text)
    if _RANGE.search(text):
        return "several"
    if _NONE.search(text) and (not figures or figures == ["0"]):
        return "none"
    pairs = _PAIRS.search(text)
    if pairs:
        return str(2 * int(pairs[1] or pairs[2]))
    if figures:
        return " and ".join(figures) if len(figures) > 1 and re.search(r"[と+]", text) else figures[0]
    return "2" if _TWO.search(text) else "1" if _ONE.search(text) else "several"


def portions(words: str) -> str:
    """The words of a number of portions in English."""
    if _REST.search(words):
        return "the rest"
    if _EACH.search(words):
        return "everyone"
    figures: list[str] = _FIGURES.findall(_plain(words))
    if figures:
        return figures[0]
    return "everyone" if _ALL.search(words) else people(words)


def age(words: str) -> str:
    """The words of an age in English."""
    text = _plain(words)
    figures: list[str] = _FIGURES.findall(text)
    if re.search(r"[ヶかカケ]月", text) and figures:
        return f"{figures[0]} months"
    if re.search(r"赤ちゃん|乳児|新生児", text) and not figures:
        return "baby"
    if len(figures) == 2:
        return f"{figures[0]} to {figures[1]}"
    if figures and re.search(r"以下|未満", text):
        return f"{'up to' if '以下' in text else 'under'} {figures[0]}"
    if figures and "以上" in text:
        return f"{figures[0]} and up"
    return figures[0] if figures else "adult" if "大人" in text else text


def _plain(words: str) -> str:
    for spoken, written in _SPOKEN.items():
        words = words.replace(spoken, written)
    return in_digits(words)
