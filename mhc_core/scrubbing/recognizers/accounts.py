"""Numbers of cards, accounts, social security, official papers, vehicles and doors; dates of birth."""

import re
from collections.abc import Iterator

from mhc_core.scrubbing.digits import luhn, mod97, order_before
from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.lexicon import ordinary
from mhc_core.scrubbing.recognizers.base import Span, SpanRecognizer

_SEP = r"[\s.\-_/]{0,3}"
_LONG = re.compile(rf"(?<![\d$])\d(?:{_SEP}\d){{11,60}}")
_ENDLESS = re.compile(r"\d{20,}")
_CARD_CUE = re.compile(
    r"\b(?:card|cc|credit|debit|visa|master\s?card|amex|american express|discover|cvv)\b[^\d\n]{0,30}$", re.IGNORECASE
)
_CARD_ENDING = re.compile(
    r"\b(?:(?:credit|debit)\s?card|card|visa|master\s?card|amex|cc)\s{0,2}(?:number|num|no\.?|nr|#)?\s{0,2}(?:(?:is|"
    r"ends?\s(?:in|with)|ending\s?(?:in|with)?|last\s(?:4|four)(?:\sdigits)?|:|#|are)\s{0,2}){1,3}"
    r"(?P<number>\d{4})(?![\w/%]|[.,:]\d|\s(?:dollars|bucks|people|guests))",
    re.IGNORECASE,
)
_SECURITY_CODE = re.compile(
    r"\b(?:cvv2?|cvc|csc|security\scode)\s{0,2}(?:number|code)?\s{0,2}(?:(?:is|:|"
    r"#)\s{0,2}){0,2}(?P<number>\d{3,4})(?!\d)",
    re.IGNORECASE,
)
_FOUR_BY_FOUR = re.compile(
    r"\d{4}(?:[\s.\-_/]{1,3}\d{4}){2,3}(?:[\s.\-_/]{1,3}\d{1,3})?|\d{4}[\s.\-]{1,3}\d{6}[\s.\-]{1,3}\d{5}"
)
_SSN = re.compile(r"(?<![\w.$#])\d{3}([\s.\-/_]{1,3})\d{2}[\s.\-/_]{1,3}\d{4}(?![\w%]|\.\d)")
_NINE = re.compile(r"(?<![\w.$#+\-])\d{9}(?![\w%\-]|[.,]\d)")
_SSN_CUE = re.compile(
    r"\b(?:ssn|s\.s\.n\.?|ss\s?#|ss\s(?:number|num|no)|socials?|social\ssecurity|soc\s?sec|last\s?(?:four|"
    r"4)(?:\sof)?(?:\smy)?\s(?:ssn|social))\b"
    r"[^\d\n\ufffc\ufff9]{0,30}(?P<number>\d(?:[\s.\-/_]{0,3}\d){3,9})(?!\d)",
    re.IGNORECASE,
)
_SSN_AFTER = re.compile(
    r"(?<![\w$])(?P<number>\d(?:[\s.\-/_]{0,3}\d){8}|\d{4})\s{0,2}(?:,|-|\()?\s{0,2}(?:is|was|thats|that's|"
    r"=)?\s?(?:my|the|her|his|our)?\s?(?:ssn|social)\b",
    re.IGNORECASE,
)
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[ \-]?\d{2}(?:[ \-]{0,2}[A-Z0-9]){11,32}", re.IGNORECASE)
_IBAN_LENGTH = {
    country: int(length)
    for country, length in re.findall(
        r"([A-Z]{2})(\d\d)",
        "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18FR27GB22GE22GI23GL18GR27GT28HR21"
        "HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MR27MT31MU30NL18NO15PK24PL28PS29PT25QA29"
        "RO24RS22SA24SC31SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22VG24XK20",
    )
}
_BANK = re.compile(
    r"\b(?:(?:bank|checking|savings|debit|wire)\s)?(?:account|acct|acc|a/c|routing|aba|iban|swift|bic|sort\s?code|"
    r"checking|savings|bank)\b"
    r"\s{0,2}(?:and\srouting\s)?(?:number|num|no\.?|nr|#|details)?s?\s{0,2}(?:(?:is|are|was|:|=|#|-|"
    r"ending(?:\sin)?)\s{0,2}){0,2}"
    r"(?P<number>#?[A-Z]{0,4}\d(?:[\s.\-]{0,2}\d){3,19})(?![\d%])",
    re.IGNORECASE,
)
_GOVERNMENT = re.compile(
    r"\b(?:driver'?s?\s?(?:licen[sc]e|lic)|driving\slicen[sc]e|d\.?l\.?|licen[sc]e\s(?:number|num|no\.?|#)|passport|"
    r"state\sid|national\sid|"
    r"id\scard|government\sid|(?:california|nevada|oregon|ca|nv)\sid|\bid(?=\s(?:number|num|no\.?|\#))|green\scard|"
    r"alien|uscis|visa|itin|ein|tin|tax\s?(?:payer)?\s?id|medicare|medicaid|real\sid|military\sid|resident\scard|"
    r"nino|national\sinsurance|sin|aadhaar|curp|rfc)\b"
    r"\s{0,2}(?:number|num|no\.?|nr|card|id|#)?\s{0,2}(?:(?:is|was|:|=|#|"
    r"-)\s{0,2}){0,2}(?:[A-Z]{2}\s)?(?P<number>(?=[A-Z0-9\-]{0,14}\d)[A-Z0-9](?:[ \-]?[A-Z0-9]){4,17})\b",
    re.IGNORECASE,
)
_GATE_WORD = (
    r"gate|door|front\sdoor|entry|entrance|access|garage|building|lock\s?box|alarm|call\s?box|key\s?pad|buzzer|buzz|"
    r"elevator|lobby|security|"
    r"community|lock|complex|clubhouse|pool|side\sgate|parking|intercom|key\s?code|pass\s?code|house"
)
_CODE = r"(?P<code>[#*]?(?=[A-Z0-9#*\-]{0,11}\d)[A-Z0-9](?:[A-Z0-9\-]{1,9})[#*]?)(?![\w/:]|[.,]\d)"
_GATE = re.compile(
    rf"\b(?:{_GATE_WORD})(?:'?s)?\s{{0,2}}(?:codes?|pins?|pass\s?codes?|passwords?|numbers?|#|combos?|"
    rf"combinations?)\s{{0,2}}"
    rf"(?:(?:is|are|was|for\s\w{{1,12}}|:|=|#|-|will\sbe|to\sget\sin|just|use|its|it's)\s{{0,2}}){{0,4}}{_CODE}|"
    rf"\b(?:{_GATE_WORD})\s{{0,2}}(?:is|:|=)\s{{0,2}}(?P<bare>[#*]?\d{{4,8}}[#*]?)(?![\w/:%]|[.,]\d)|"
    rf"\b(?:code|pin|passcode|combo)\s{{0,2}}(?:(?:is|:|=|#|to\sthe\s(?:{_GATE_WORD})|for\sthe\s(?:{_GATE_WORD})|"
    rf"at\sthe\s(?:{_GATE_WORD}))\s{{0,2}}){{1,3}}"
    r"(?P<last>[#*]?\d{3,8}[#*]?)(?![\w/:%]|[.,]\d)|"
    r"\b(?:key\s?pad|call\s?box|lock\s?box|alarm)\s(?P<pad>[#*]?\d{3,8}[#*]?)(?![\w/:%]|[.,]\d)|"
    rf"(?<![\w$])(?P<first>[#*]?\d{{3,8}}[#*]?)\s(?:is\s(?:the\s|my\s|our\s)?|for\s(?:the\s)?|at\s(?:the\s)?|"
    rf"opens\sthe\s|to\sopen\s(?:the\s)?)(?:{_GATE_WORD})(?:\scode)?\b|"
    rf"\b(?:punch\sin|type\sin|key\sin|dial|enter|press|use)\s(?P<dial>[#*]?\d{{3,8}}[#*]?)\s(?:at|on|for|"
    rf"to)\b[^\n]{{0,20}}\b(?:{_GATE_WORD})\b",
    re.IGNORECASE,
)
_PLATE = re.compile(
    r"\b(?:licen[sc]e\s?plates?|number\s?plates?|lic\.?\splate|plates?\s(?:number|no\.?|#|is)|tag\s(?:number|no\.?|"
    r"#)|vehicle\s(?:tag|plate|registration)|car\splate|reg(?:istration)?\s(?:number|no|plate)|plate)\b"
    r"\s{0,2}(?:number|no\.?|#)?\s{0,2}(?:(?:is|:|=|#|"
    r"-)\s{0,2}){0,2}(?:[A-Z]{2}\s(?=\w{5}))?(?P<plate>[A-Z0-9]{1,8}(?:[ \-][A-Z0-9]{1,4}){0,2})\b",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY_WITH_YEAR = (
    rf"(?:\d{{1,2}}\s?[./\-]\s?\d{{1,2}}\s?[./\-]\s?(?:\d{{4}}|'?\d{{2}})|(?:19|"
    rf"20)\d\d\s?[./\-]\s?\d{{1,2}}\s?[./\-]\s?\d{{1,2}}|"
    rf"{_MONTH}\.?\s\d{{1,2}}(?:st|nd|rd|th)?,?\s(?:of\s)?(?:\d{{4}}|'\d{{2}})|\d{{1,2}}(?:st|nd|rd|"
    rf"th)?\s(?:of\s)?{_MONTH}\.?,?\s(?:\d{{4}}|'\d{{2}}))"
)
_DAY = (
    rf"(?:{_DAY_WITH_YEAR}|{_MONTH}\.?\s\d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}|"
    r"\d{1,2}[./\-]\d{1,2}|(?:19|20)\d\d|\d{6,8})"
)
_BIRTH = re.compile(
    rf"\b(?:d\.?o\.?b\.?|date\sof\sbirth|birth\s?dates?|born)(?!\w)\s{{0,2}}(?:(?:is|was|on|in|:|=|-|"
    rf"the)\s{{0,2}}){{0,3}}(?P<date>{_DAY})(?!\d)|"
    rf"\b(?:birth\s?day|bday)(?:\sis|:|\swas|\son)?\s{{0,2}}(?P<day>{_DAY_WITH_YEAR})(?!\d)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")


class CardRecognizer(SpanRecognizer):
    """Payment card numbers in any grouping that pass the Luhn check, or that are announced or grouped like a card."""

    types = (PiiType.CREDIT_CARD, PiiType.BANK_ACCOUNT)

    def spans(self, text: str) -> Iterator[Span]:
        for match in _ENDLESS.finditer(text):
            yield PiiType.BANK_ACCOUNT, match.start(), match.end(), 0.6
        for match in _LONG.finditer(text):
            digits = [int(character) for character in match.group() if character.isdigit()]
            if 13 <= len(digits) <= 19 and (luhn(digits) or _FOUR_BY_FOUR.fullmatch(match.group())):
                yield PiiType.CREDIT_CARD, match.start(), match.end(), 0.95
            elif inner := _card_inside(match.group()):
                yield from (
                    (PiiType.CREDIT_CARD, match.start() + start, match.start() + end, 0.9) for start, end in inner
                )
            elif _CARD_CUE.search(text[max(0, match.start() - 45) : match.start()]):
                yield PiiType.CREDIT_CARD, match.start(), match.end(), 0.8
            else:
                for number in re.finditer(r"\d{12,}", match.group()):
                    yield PiiType.BANK_ACCOUNT, match.start() + number.start(), match.start() + number.end(), 0.6
        for pattern in (_CARD_ENDING, _SECURITY_CODE):
            for match in pattern.finditer(text):
                yield PiiType.CREDIT_CARD, match.start("number"), match.end("number"), 0.7


class SsnRecognizer(SpanRecognizer):
    """US social security numbers, by form or announced; nine bare digits count unless they are an order's."""

    types = (PiiType.US_SSN,)

    def spans(self, text: str) -> Iterator[Span]:
        for match in _SSN.finditer(text):
            yield PiiType.US_SSN, match.start(), match.end(), 0.9
        for match in _NINE.finditer(text):
            if not order_before(text, match.start()):
                yield PiiType.US_SSN, match.start(), match.end(), 0.6
        for pattern in (_SSN_CUE, _SSN_AFTER):
            for match in pattern.finditer(text):
                yield PiiType.US_SSN, match.start("number"), match.end("number"), 0.95


class IbanRecognizer(SpanRecognizer):
    """IBANs in any grouping whose check digits are right."""

    types = (PiiType.IBAN,)

    def spans(self, text: str) -> Iterator[Span]:
        for match in _IBAN.finditer(text):
            length = _IBAN_LENGTH.get(match.group()[:2].upper())
            positions = [match.start() + index for index, character in enumerate(match.group()) if character.isalnum()]
            if length and len(positions) >= length:
                end = positions[length - 1] + 1
                if mod97("".join(text[position] for position in positions[:length])) == 1:
                    yield PiiType.IBAN, match.start(), end, 0.99


class AccountRecognizer(SpanRecognizer):
    """Bank accounts, official papers, door codes, vehicle plates and dates of birth, each announced by its words."""

    types = (
        PiiType.BANK_ACCOUNT,
        PiiType.GOVERNMENT_ID,
        PiiType.GATE_CODE,
        PiiType.VEHICLE_PLATE,
        PiiType.DATE_OF_BIRTH,
    )

    def spans(self, text: str) -> Iterator[Span]:
        if not any(character.isdigit() for character in text):
            return
        for match in _BANK.finditer(text):
            if sum(character.isdigit() for character in match.group("number")) >= 5:
                yield PiiType.BANK_ACCOUNT, match.start("number"), match.end("number"), 0.8
        for match in _GOVERNMENT.finditer(text):
            number = match.group("number")
            end = match.end("number")
            if " " in number:  # words may follow the number: keep the part up to the last digit
                end = match.start("number") + max(i for i, character in enumerate(number) if character.isdigit()) + 1
            if sum(character.isdigit() for character in number) >= 3:
                yield PiiType.GOVERNMENT_ID, match.start("number"), end, 0.8
        for match in _GATE.finditer(text):
            group = match.lastgroup or "code"
            yield PiiType.GATE_CODE, match.start(group), match.end(group), 0.8
        for match in _PLATE.finditer(text):
            length = _plate_length(match.group("plate"))
            if length:
                yield PiiType.VEHICLE_PLATE, match.start("plate"), match.start("plate") + length, 0.75
        for match in _BIRTH.finditer(text):
            group = match.lastgroup or "date"
            year = _YEAR.search(match.group(group))
            if group == "date" or (year and int(year.group()) < 2024):
                yield PiiType.DATE_OF_BIRTH, match.start(group), match.end(group), 0.8


def _card_inside(text: str) -> list[tuple[int, int]]:
    """Runs of 13 to 19 digits in evenly separated groups inside a longer run of numbers, which pass the Luhn check."""
    groups = [match.span() for match in re.finditer(r"\d+", text)]
    found = []
    for first in range(len(groups)):
        gaps = set()
        digits = [int(digit) for digit in text[slice(*groups[first])]]
        for last in range(first, len(groups)):
            if last > first:
                gaps.add(text[groups[last - 1][1] : groups[last][0]])
                digits += [int(digit) for digit in text[slice(*groups[last])]]
            if len(digits) > 19 or len(gaps) > 1:
                break
            if len(digits) >= 13 and luhn(digits):
                found.append((groups[first][0], groups[last][1]))
    return found


def _plate_length(text: str) -> int:
    """How much of ``text`` is a vehicle plate, 5 to 8 letters and digits in up to three groups; 0 when it is none."""
    for match in reversed(list(re.finditer(r"[A-Z0-9]+", text, re.IGNORECASE))):
        part = text[: match.end()]
        compact = re.sub(r"[ \-]", "", part)
        words = [group for group in re.findall(r"[A-Za-z]{2,}", part) if ordinary(group.lower())]
        if (
            5 <= len(compact) <= 8
            and not words
            and not compact.isdigit()
            and any(character.isdigit() for character in compact)
        ):
            return len(part)
    return 0
