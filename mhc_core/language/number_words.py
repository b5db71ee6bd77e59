"""Text as figures are read from it: one spelling of digits, signs and dashes, and number words as digits.

Our own, as ``text2num`` reads "a hundred and five" as "a 105", makes "1st" of "first", leaves "nine-one-six" and "a
dozen" alone, and does not tell which digits were words.
"""

import re
import unicodedata

WORDED = "\ue000"
"""Stands behind a number that was written as a word: ``two`` becomes ``2`` with this mark."""

ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
"""From twenty to ninety."""
VALUES = {word: value for value, word in enumerate(ONES)} | {word: 10 * n for n, word in enumerate(TENS, 2)}

_UNIT = "|".join(ONES[1:10])
_SMALL = rf"(?:(?:{'|'.join(TENS)})(?:[ -](?:{_UNIT}))?|{'|'.join(sorted(ONES, key=len, reverse=True))})"
_BELOW = rf"(?:(?:(?:an?|{_SMALL}|\d{{1,2}}) hundred)(?:(?: and)? {_SMALL})?|{_SMALL})"
_NUMBER = re.compile(
    rf"\b(?:(?:an?|{_BELOW}|\d{{1,3}}) thousand(?:(?:,| and)? {_BELOW})?|{_BELOW})\b(?:( and a half)\b)?"
)
_WORD = re.compile(r"[a-z]+|\d+")
_ONE_ALONE = re.compile(
    r"(?<!ty[ -])(?<!hundred )(?<!hundred and )(?<!thousand )\bone"
    r"(?! (?:and a half|hundred|thousand|dollar|buck|percent|per cent|minute|hour|day|week|month|year|mile|foot|"
    r"inch|adult|child|kid|guest|person|toddler|baby)s?\b)\b(?![ -]hundred)"
)
_FRACTIONS = str.maketrans({"½": ".5", "¼": ".25", "¾": ".75"})
_SIGNS = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "×": "x", "⁄": "/"}
)
_SHORT = (
    (re.compile(r"\bhalf an? (hour|dozen)\b"), lambda m: "30 minutes" if m[1] == "hour" else f"6{WORDED}"),
    (re.compile(r"\ban? (hour|day|week|mile)(?: and a half)\b"), lambda m: f"1.5 {m[1]}s"),
    (
        re.compile(rf"\b(\d{{1,3}}|{'|'.join(ONES[2:13])}) dozens?\b"),
        lambda m: f"{12 * int(VALUES.get(m[1], m[1]))}{WORDED}",
    ),
    (re.compile(r"\b(?:a )?dozen\b"), lambda m: f"12{WORDED}"),
    (re.compile(r"\ba couple(?: of)?\b"), lambda m: f"2{WORDED}"),
    (re.compile(r"(?<![\w.])(\d{1,4}(?:\.\d{1,2})?) ?(?:k|grand)\b(?!\.\w)"), lambda m: f"{float(m[1]) * 1000:.0f}"),
)
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_BARE_FRACTION = re.compile(r"(?<!\d)\.(?=\d)")


def normalise_numbers(text: str) -> str:
    """Lower case, one spelling of letters, digits and signs, nothing invisible, number words as digits.

    ``Eleven hundred``, ``1,100`` and ``１１００`` all become ``1100``; a word is marked with ``WORDED``. The word "one"
    stays where it counts nothing. Takes time linear in the length of the text.
    """
    text = _ONE_ALONE.sub(lambda found: "o\ue001e", _one_spelling(text))
    return _BARE_FRACTION.sub("0.", _NUMBER.sub(_digits, text).replace("\ue001", "n"))


def in_digits(text: str) -> str:
    """The same without marks and with every "one" as a number: ``Twenty-five adults`` becomes ``25 adults``."""
    return _BARE_FRACTION.sub("0.", _NUMBER.sub(_digits, _one_spelling(text)).replace(WORDED, ""))


def _one_spelling(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.translate(_FRACTIONS)).translate(_SIGNS)
    if not text.isascii():
        text = "".join(_character(letter) for letter in text if unicodedata.category(letter) != "Cf")
    text = _GROUPED.sub("", text.lower())
    for pattern, value in _SHORT:
        text = pattern.sub(value, text)
    return text


def _character(letter: str) -> str:
    value = unicodedata.decimal(letter, None) if letter.isdecimal() else None
    return letter if value is None else str(value)


def _digits(found: re.Match[str]) -> str:
    total = current = 0
    words = found[0].removesuffix(" and a half")
    for word in _WORD.findall(words):
        if word == "hundred":
            current = max(current, 1) * 100
        elif word == "thousand":
            total, current = max(current, 1) * 1000, 0
        elif word in ("a", "an"):
            current = 1
        elif word != "and":
            current += int(word) if word.isdigit() else VALUES[word]
    return f"{total + current}{'.5' if found[1] else ''}{WORDED}"
