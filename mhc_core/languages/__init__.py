"""The languages customers are spoken to in: catalogues of what is said by rule, formats, and which one a text is in.

A language is a BCP-47 code (``es``, ``zh-Hans``), and each one but English is a folder here with its ``messages.po``.
English is the language of the code: its texts are the keys of every catalogue. Not here: translation of articles and
of what models write, and the reading of messages.
"""

from mhc_core.languages.catalogues import closest, known, marked, named, plural, preferred, read_back, translated
from mhc_core.languages.formats import clock, day_and_date, listed, miles, money, month_and_day, weekday_and_day
from mhc_core.languages.speaking import ENGLISH, current, speaking

__all__ = [
    "ENGLISH",
    "clock",
    "closest",
    "current",
    "day_and_date",
    "known",
    "listed",
    "marked",
    "miles",
    "money",
    "month_and_day",
    "named",
    "plural",
    "preferred",
    "read_back",
    "speaking",
    "translated",
    "weekday_and_day",
]
