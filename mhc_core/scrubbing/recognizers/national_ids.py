"""Papers of Mexico, Spain, China, Taiwan and Japan, told by their form and check digit."""

import re
from collections.abc import Callable, Iterator

from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.recognizers.base import Span, SpanRecognizer

_DATE = r"\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_CURP = re.compile(rf"(?<![A-Z0-9])[A-Z]{{4}}{_DATE}[HMX][A-Z]{{5}}[A-Z0-9]\d(?![A-Z0-9])", re.IGNORECASE)
_RFC = re.compile(rf"(?<![A-Z0-9Ñ&])[A-ZÑ&]{{3,4}}[ \-]?{_DATE}[ \-]?[A-Z0-9]{{2}}[0-9A](?![A-Z0-9])", re.IGNORECASE)
_DNI = re.compile(r"(?<![\w.])(?:\d{8}|\d{2}\.\d{3}\.\d{3})[ \-]?[A-HJ-NP-TV-Z](?!\w)", re.IGNORECASE)
_NIE = re.compile(r"(?<!\w)[XYZ][ \-]?\d{7}[ \-]?[A-HJ-NP-TV-Z](?!\w)", re.IGNORECASE)
_CHINA = re.compile(
    r"(?<![\dA-Z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX](?![\dA-Z])", re.I
)
_TAIWAN = re.compile(r"(?<![A-Z0-9])[A-Z][1289]\d{8}(?![A-Z0-9])", re.IGNORECASE)
_JAPAN = re.compile(r"(?<![\d.\-])(?:\d{12}|\d{4}[ \-]\d{4}[ \-]\d{4})(?![\d.\-])")

_CURP_SIGNS = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
_RFC_SIGNS = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ"
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_TAIWAN_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"


def curp(value: str) -> bool:
    """Whether the last digit is right (RENAPO, Instructivo normativo para la asignación de la CURP, annex 5)."""
    total = sum((18 - place) * _CURP_SIGNS.index(sign) for place, sign in enumerate(value[:17]))
    return value[17] == str(-total % 10)


def rfc(value: str) -> bool:
    """Whether the last sign is right (SAT, Anexo 1 of the Código Fiscal's rules: weights 13 to 2, modulo 11)."""
    total = sum((13 - place) * _RFC_SIGNS.index(sign) for place, sign in enumerate(value[:-1].rjust(12)))
    return value[-1] == "0A987654321"[total % 11]


def dni(value: str) -> bool:
    """Whether the letter of a DNI or NIE is right (Real Decreto 1553/2005: the number modulo 23)."""
    digits = value[:-1].translate(str.maketrans("XYZ", "012"))
    return value[-1] == _DNI_LETTERS[int(digits) % 23]


def resident_of_china(value: str) -> bool:
    """Whether the last sign is right (GB 11643-1999, after ISO 7064 MOD 11-2)."""
    total = sum(int(sign) * pow(2, 17 - place, 11) for place, sign in enumerate(value[:17]))
    return value[17] == "10X98765432"[total % 11]


def citizen_of_taiwan(value: str) -> bool:
    """Whether the last digit is right (the letter as two digits; weights 1, 9, 8 to 1 and 1, modulo 10)."""
    letter = _TAIWAN_LETTERS.index(value[0]) + 10
    total = letter // 10 + letter % 10 * 9 + sum(int(sign) * (8 - place) for place, sign in enumerate(value[1:9]))
    return (total + int(value[9])) % 10 == 0


def my_number(value: str) -> bool:
    """Whether the last digit is right (Japan, Ordinance 85 of 2014 of the Ministry of Internal Affairs, article 5)."""
    digits = [int(sign) for sign in reversed(value)]
    rest = sum(digit * (place + 1 if place <= 6 else place - 5) for place, digit in enumerate(digits[1:], 1)) % 11
    return digits[0] == (0 if rest <= 1 else 11 - rest)


_PAPERS: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (_CURP, curp),
    (_RFC, rfc),
    (_DNI, dni),
    (_NIE, dni),
    (_CHINA, resident_of_china),
    (_TAIWAN, citizen_of_taiwan),
    (_JAPAN, my_number),
)


class NationalIdRecognizer(SpanRecognizer):
    """CURP and RFC, DNI and NIE, the identity cards of China and Taiwan, and Japan's My Number."""

    types = (PiiType.GOVERNMENT_ID,)

    def spans(self, text: str) -> Iterator[Span]:
        if sum(character.isdigit() for character in text) < 6:
            return
        for pattern, right in _PAPERS:
            for match in pattern.finditer(text):
                if right(re.sub(r"[ .\-]", "", match.group()).upper()):
                    yield PiiType.GOVERNMENT_ID, match.start(), match.end(), 0.95
