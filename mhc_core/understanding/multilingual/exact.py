"""What the form of a message leaves no doubt of: e-mail addresses, telephone numbers, zip codes, street addresses,
miles."""

import re
from collections.abc import Sequence

from mhc_core.understanding.result import SlotName

_EMAIL = re.compile(r"(?<![a-z0-9_.+-])[a-z0-9_.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_PHONE = re.compile(r"(?<![\d$])(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}(?!\d)")
_ZIP = re.compile(r"(?<![\d$#-])9[0-6]\d{3}(?:-\d{4})?(?![\d-]|\s*(?:[$]|dolares|usd|美|块|元|ドル))")
_FORMS = ((SlotName.EMAIL, _EMAIL), (SlotName.PHONE, _PHONE), (SlotName.ZIP, _ZIP))
_ADDRESS = re.compile(
    r"(?<![\d.])\d{1,5}(?: [nsew]\.?)? (?:[a-z][a-z'.-]*|\d{1,3}(?:st|nd|rd|th)) ?(?:[a-z][a-z'.-]* ){0,3}?"
    r"(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|court|ct|boulevard|blvd|way|place|pl|circle|cir|parkway|pkwy"
    r"|terrace|highway|hwy)\b\.?(?:,? (?:apt|unit|suite|ste|#) ?[a-z]?\d*[a-z]?\b)?"
)
_MILES = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,]\d)?\s?(?:millas?|miles|mi|英里|マイル)(?![a-z])")
Span = tuple[str, int, int, float]


def with_exact(plain: str, spans: Sequence[Span]) -> list[Span]:
    """The spans (label, start, end, probability) with those of exact forms in the place of what they overlap.

    A zip code is one of California, and part of no telephone number. Miles that were found with more words ("de 20 a 30
    millas") stay as they are.
    """
    found: list[Span] = []
    for name, pattern in (*_FORMS, (SlotName.ADDRESS, _ADDRESS), (SlotName.MILES, _MILES)):
        for form in pattern.finditer(plain):
            if name is SlotName.MILES and _within(form, spans):
                continue
            if not any(start < form.end() and form.start() < end for _, start, end, _ in found):
                found.append((name.value, form.start(), form.end(), 1.0))
    kept = [span for span in spans if not any(span[1] < one[2] and one[1] < span[2] for one in found)]
    return sorted([*kept, *found], key=lambda span: span[1])


def _within(form: re.Match[str], spans: Sequence[Span]) -> bool:
    return any(name == SlotName.MILES and start <= form.start() and form.end() <= end for name, start, end, _ in spans)
