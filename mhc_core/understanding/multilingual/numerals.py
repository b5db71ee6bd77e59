"""Numbers in Chinese and Japanese signs as digits.

Positional in tens, hundreds and thousands, with the spoken short forms: 一千二 is 1200, 一百五 is 150, 两 and 俩 are 2.
"""

import re

_ONES = {sign: value for value, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2, "俩": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_ROUND = {"廿": 20, "卅": 30}
SIGNS = "".join((*_ONES, *_UNITS, *_ROUND))
NUMBER = rf"(?:\d{{1,4}}|[{SIGNS}]{{1,7}})"
"""A number in digits or signs, as a part of a pattern."""
_RUN = re.compile(rf"\d*[{SIGNS}]+")
_TEN_THOUSAND = re.compile(r"(\d+)万(\d*)")


def in_digits(text: str) -> str:
    """The text with each number in digits: ``二十五人`` becomes ``25人``, ``8百`` ``800``."""
    found = _RUN.sub(lambda run: _value(run[0]), text)
    return _TEN_THOUSAND.sub(lambda run: str(int(run[1]) * 10_000 + int(run[2] or 0)), found)


def _value(run: str) -> str:
    digits = re.match(r"\d*", run)
    head = digits[0] if digits else ""
    signs = run[len(head) :]
    if not any(sign in _UNITS or sign in _ROUND for sign in signs):
        return head + "".join(str(_ONES[sign]) for sign in signs)
    total, current, unit = 0, int(head) if head else None, 1
    for sign in signs:
        if sign in _UNITS:
            unit = _UNITS[sign]
            total += (1 if current is None else current) * unit
            current = None
        elif sign in _ROUND:
            total, current, unit = total + _ROUND[sign], None, 10
        else:
            current, unit = (current or 0) * 10 + _ONES[sign], 1 if sign in "〇零" else unit
    if current is not None:
        total += current * (unit // 10 if unit >= 100 else 1)
    return str(total)
