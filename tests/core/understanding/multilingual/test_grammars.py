"""Numbers, dates and times in other languages: every number is read back, and no words make the grammars fail."""

from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.understanding.multilingual import gold, numerals, spanish
from mhc_core.understanding.multilingual.grammars import english
from mhc_core.understanding.multilingual.script import CHINESE, JAPANESE, READ, SPANISH, normal, spaced, split
from mhc_core.understanding.result import SlotName
from mhc_core.understanding.values import ages, amounts, counts, dates, times

TODAY = date(2026, 5, 13)  # a Wednesday


def _day(words: str, language: str) -> object:
    return dates.day(english(SlotName.DATE, words, language, TODAY), TODAY)


def _time(words: str, language: str, before: str = "") -> time | None:
    return times.start(english(SlotName.TIME, words, language, TODAY, before))


@given(st.text(max_size=60), st.sampled_from(READ))
@settings(max_examples=60, deadline=None)
def test_normal_text_has_a_sign_for_each_sign(text: str, language: str) -> None:
    plain = normal(text, language)
    assert len(plain) == len(text)
    assert all(plain[word.start : word.end] == word.text for word in split(plain))


def test_traditional_signs_are_read_as_simplified_and_spaced_one_by_one() -> None:
    assert normal("請問１２位，大人十個", CHINESE) == "请问12位,大人十个"
    assert spaced("大人12人") == "大 人 12 人"
    assert normal("Sábado ÑANDÚ", SPANISH) == "sabado nandu"


@given(st.integers(1, 99), st.sampled_from((CHINESE, JAPANESE)))
def test_every_number_in_signs_is_read_back(number: int, language: str) -> None:
    assert numerals.in_digits(gold.worded(number, language)) == str(number)


@given(st.integers(2, 99))
def test_every_number_in_spanish_words_counts_as_many_people(number: int) -> None:
    assert counts.people(spanish.people(f"{gold.worded(number, SPANISH)} personas")) == number


@pytest.mark.parametrize(
    ("written", "number"),
    [("一百二", "120"), ("一千二", "1200"), ("两百零五", "205"), ("三百", "300"), ("二〇二六", "2026"), ("8百", "800"),
     ("一万二千", "12000")],
)  # fmt: skip
def test_spoken_short_forms_of_larger_numbers(written: str, number: str) -> None:
    assert numerals.in_digits(written) == number


@given(st.dates(TODAY, date(2027, 2, 1)))
def test_a_day_of_a_month_is_read_back_in_every_language(day: date) -> None:
    months = ("enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
              "noviembre", "diciembre")  # fmt: skip
    signs = f"{gold.worded(day.month, JAPANESE)}月{gold.worded(day.day, JAPANESE)}"
    assert _day(f"{day.month}月{day.day}号", CHINESE) == day
    assert _day(f"{signs}日", CHINESE) == day
    assert _day(f"{signs}日（{'月火水木金土日'[day.weekday()]}）", JAPANESE) == day
    assert _day(f"el {day.day} de {months[day.month - 1]}", SPANISH) == day


@pytest.mark.parametrize(
    ("words", "language", "day"),
    [
        ("下周六", CHINESE, date(2026, 5, 23)), ("这周六", CHINESE, date(2026, 5, 16)),
        ("下下個禮拜六", CHINESE, date(2026, 5, 30)), ("周五", CHINESE, date(2026, 5, 15)),
        ("後天", CHINESE, date(2026, 5, 15)), ("大后天", CHINESE, date(2026, 5, 16)),
        ("下個月三號", CHINESE, date(2026, 6, 3)), ("两周后", CHINESE, date(2026, 5, 27)),
        ("平安夜", CHINESE, date(2026, 12, 24)), ("今晚", CHINESE, TODAY),
        ("来週の土曜", JAPANESE, date(2026, 5, 23)), ("今度の日曜日", JAPANESE, date(2026, 5, 17)),
        ("再来週の土曜日", JAPANESE, date(2026, 5, 30)), ("あさって", JAPANESE, date(2026, 5, 15)),
        ("来月の3日", JAPANESE, date(2026, 6, 3)), ("3週間後", JAPANESE, date(2026, 6, 3)),
        ("来月の第2土曜日", JAPANESE, date(2026, 6, 13)), ("大晦日", JAPANESE, date(2026, 12, 31)),
        ("el sábado 6", SPANISH, date(2026, 6, 6)), ("el sábado que viene", SPANISH, date(2026, 5, 16)),
        ("el sábado de la otra semana", SPANISH, date(2026, 5, 23)), ("pasado mañana", SPANISH, date(2026, 5, 15)),
        ("dentro de dos semanas", SPANISH, date(2026, 5, 27)), ("nochebuena", SPANISH, date(2026, 12, 24)),
    ],
)  # fmt: skip
def test_days_told_from_today(words: str, language: str, day: date) -> None:
    assert _day(words, language) == day


@pytest.mark.parametrize(
    ("words", "language", "starts"),
    [
        ("晚上七点", CHINESE, time(19)), ("下午4点半", CHINESE, time(16, 30)), ("六點", CHINESE, time(18)),
        ("中午", CHINESE, time(12)), ("晚上八點一刻", CHINESE, time(20, 15)), ("早上11點", CHINESE, time(11)),
        ("晚上7:45", CHINESE, time(19, 45)), ("夜7時", JAPANESE, time(19)), ("18時半", JAPANESE, time(18, 30)),
        ("午前11時", JAPANESE, time(11)), ("正午", JAPANESE, time(12)), ("昼1時", JAPANESE, time(13)),
        ("6時", JAPANESE, time(18)), ("a las siete y media de la noche", SPANISH, time(19, 30)),
        ("a las ocho menos cuarto", SPANISH, time(19, 45)), ("al mediodía", SPANISH, time(12)),
        ("18:30 horas", SPANISH, time(18, 30)), ("a la 1 de la tarde", SPANISH, time(13)),
    ],
)  # fmt: skip
def test_times(words: str, language: str, starts: time) -> None:
    assert _time(words, language) == starts


def test_the_part_of_the_day_may_stand_before_the_hour() -> None:
    assert _time("10点", CHINESE, "明晚") == time(22)
    assert _time("10時", JAPANESE, "明日の夜の") == time(22)
    assert _time("10点", CHINESE) == time(10)


@pytest.mark.parametrize(
    ("words", "language", "number"),
    [
        ("十二位大人", CHINESE, 12), ("两对夫妻", CHINESE, 4), ("没有小孩", CHINESE, 0), ("12到15个", CHINESE, None),
        ("大人12人", JAPANESE, 12), ("子供なし", JAPANESE, 0), ("ふたり", JAPANESE, 2), ("12〜15人", JAPANESE, None),
        ("como veinte", SPANISH, 20), ("media docena", SPANISH, 6), ("sin niños", SPANISH, 0),
        ("entre 15 y 18", SPANISH, None), ("seis parejas", SPANISH, 12),
    ],
)  # fmt: skip
def test_counts_of_people(words: str, language: str, number: int | None) -> None:
    assert counts.people(english(SlotName.GUESTS, words, language, TODAY)) == number


def test_ages_distances_and_money() -> None:
    assert ages.age(english(SlotName.AGE, "十岁", CHINESE, TODAY), 13) == 10
    assert ages.age(english(SlotName.AGE, "8ヶ月", JAPANESE, TODAY), 13) == 0
    assert ages.age(english(SlotName.AGE, "seis añitos", SPANISH, TODAY), 13) == 6
    assert amounts.budget(english(SlotName.BUDGET, "一千二美金", CHINESE, TODAY)) == 1200
    assert amounts.budget(english(SlotName.BUDGET, "1,200ドル", JAPANESE, TODAY)) == 1200
    assert str(amounts.miles(english(SlotName.MILES, "80キロ", JAPANESE, TODAY))) == "49.7"


SIGNS = "一二十百千万下周月日号点半来週曜時歳名0123456789 :/年-el y"


@given(st.sampled_from(list(SlotName)), st.text(alphabet=SIGNS, max_size=20), st.sampled_from(READ))
@settings(max_examples=300, deadline=None)
def test_no_words_make_a_grammar_fail(name: SlotName, words: str, language: str) -> None:
    told = english(name, words, language, TODAY, words)
    dates.day(told, TODAY)
    times.start(told)
    counts.people(told)
    ages.age(told, 13)
