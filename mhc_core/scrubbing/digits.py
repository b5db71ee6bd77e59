"""What digits say: check digits of cards and IBANs, numbers spoken as words."""

import re

from mhc_core.language.number_words import VALUES

TOKEN = re.compile(r"[a-z]+|\d+", re.IGNORECASE)
_SPANISH = ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve")
_VALUES = VALUES | {word: value for value, word in enumerate(_SPANISH)} | {"oh": 0, "o": 0, "niner": 9}
DIGIT_WORD = "|".join([*_VALUES, "hundred", "double", "triple"])
"""The words that numbers are spoken in, as a pattern."""
_ORDER_BEFORE = re.compile(
    r"(?:(?:订单|訂單|编号|編號|单号|單號|注文|予約|受付)[号號番]*(?:是|は|为|為|:|：|\s)*|"
    r"\b(?:orden|pedido|folio|factura|reserva(?:ción|cion)?)\s{0,2}(?:número|numero|es|:|la|el|\s)*|"
    r"\b(?:order|ref(?:erence)?|confirmation|conf|invoice|ticket|tracking|booking|reservation|quote|case|receipt|po|sku|item)\b"
    r"\s{0,2}(?:number|num|no\.?|nr|id|code|is|#|:|was)?\s{0,2}(?:is)?\s{0,2}[#:]?\s{0,2}(?:[A-Z]{1,3}-?)?|#)$",
    re.IGNORECASE,
)


def spoken_digits(text: str) -> str:
    """The digits that a run of number words and digits stands for: "nine one six", "double five", "fifty five"."""
    digits: list[str] = []
    repeat = 1
    tens = 0
    for token in TOKEN.findall(text.lower()):
        if token in ("double", "triple"):
            repeat = 2 if token == "double" else 3
            continue
        value = _VALUES.get(token)
        if value is not None and value < 10:
            if tens:
                digits[-1] = str(tens + value)
            else:
                digits.append(str(value) * repeat)
        elif value is not None or token.isdigit():
            digits.append(token if value is None else str(value))
        elif token == "hundred":
            digits.append("00")
        tens, repeat = (value if value and value >= 20 else 0), 1
    return "".join(digits)


def luhn(digits: list[int]) -> bool:
    """Whether the check digit is right (ISO/IEC 7812-1, annex B)."""
    doubled = (2 * digit - 9 if digit > 4 else 2 * digit for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def mod97(iban: str) -> int:
    """The remainder of ISO 13616; 1 for a valid IBAN."""
    return int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97


def order_before(text: str, start: int) -> bool:
    """Whether the number at ``start`` is announced as that of an order, invoice or the like."""
    return bool(_ORDER_BEFORE.search(text[max(0, start - 40) : start]))
