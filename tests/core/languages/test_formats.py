"""Dates, times, amounts, distances and lists as each language writes them."""

from datetime import date, time
from decimal import Decimal

import pytest

from mhc_core import languages

DAY = date(2026, 12, 5)


@pytest.mark.parametrize(
    ("language", "day", "clock", "money", "miles", "listed"),
    [
        ("en", "Saturday, December 5, 2026", "6:30 pm", "$1,550", "45 miles", "a, b and c"),
        ("es", "sábado, 5 de diciembre de 2026", "6:30 p.m.", "$1,550", "45 millas", "a, b y c"),
        ("zh-Hans", "2026年12月5日星期六", "18:30", "US$1,550", "45英里", "a、b和c"),
        ("zh-Hant", "2026年12月5日 星期六", "下午6:30", "US$1,550", "45 英里", "a、b和c"),
        ("ja", "2026年12月5日土曜日", "18:30", "$1,550", "45 マイル", "a、b、c"),
    ],
)
def test_formats(language: str, day: str, clock: str, money: str, miles: str, listed: str) -> None:
    with languages.speaking(language):
        found = (
            languages.day_and_date(DAY),
            languages.clock(time(18, 30)),
            languages.money(Decimal(1550)),
            languages.miles(Decimal(45)),
            languages.listed(["a", "b", "c"]),
        )
    assert found == (day, clock, money, miles, listed)


@pytest.mark.parametrize("language", languages.known())
def test_cents_are_written_where_there_are_any(language: str) -> None:
    with languages.speaking(language):
        assert languages.money(Decimal("12.50")).endswith("$12.50")
        assert languages.money(Decimal(0)).endswith("$0")
