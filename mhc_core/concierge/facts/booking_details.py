"""Reads where a party is, how to reach the customer, what they may not eat, and which proteins they chose."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mhc_core.business.pricing import Business
from mhc_core.language.misspellings import meant
from mhc_core.language.number_words import in_digits

_STREET = (
    r"(?:st|street|ave|avenue|rd|road|dr|drive|ln|lane|ct|court|cir|circle|way|blvd|boulevard|pl|place|ter|terrace|pkwy"
    r"|trail|loop|hwy)"
)
_DIGIT = re.compile(r"\d")
_ADDRESS = re.compile(
    rf"\b\d{{1,6}}[a-z]? (?:[\w'.]+ ){{1,4}}?{_STREET}\b\.?"
    r"(?:,? *(?:(?:apt|unit|suite|#) ?\w{1,5}))?"
    r"(?:,? *(?!(?:and|with|we|for|at|on|is|it|from|around|about|next|this|start\w*)\b)[a-z][a-z.'-]+){0,3}"
    r"(?:,? *(?:ca|california)\b)?(?:,? *\d{5}(?:-\d{4})?)?",
    re.IGNORECASE,
)
_ANSWERED_ADDRESS = re.compile(r"^[^?\n]*\d[^?\n]*[a-z]{3,}[^?\n]*$", re.IGNORECASE)
_ADDRESS_LEAD = re.compile(r"^\W*(?:it'?s|we(?:'re| are) at|the address is|address(?: is|:)?|at)\s+", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<!\d)(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}(?!\d)")
_NAME = re.compile(
    r"\b(?:my name(?:'s| is)|name:|name is|(?:book|put) it under)\s+((?!for\b|the\b|on\b|and\b|not\b)[a-z][a-z'’-]+"
    r"(?: (?!and\b|for\b|we\b|at\b|on\b|i\b|my\b|but\b|with\b)[a-z][a-z'’-]+){0,2})",
    re.IGNORECASE,
)
_ALLERGY = re.compile(
    r"\ballerg(?:y|ic|ies) to ((?:[a-z]+(?:,? (?:and|or|&) |, ?)?){1,4})|\b([a-z]+) allerg(?:y|ies)\b"
    r"|\b(gluten|dairy|lactose|nut|egg|shellfish)[- ](?:free|intoleran\w+)\b|\b(vegetarian|vegan|halal|kosher)s?\b"
)
_NO_ALLERGY = re.compile(r"\b(?:no|not|any|have|without|severe|food|an|a|with|her|his|my|the|about|of|and|those)\b")
_NEGATED = re.compile(r"\b(?:no|not|without|don't (?:want|like)|allerg\w+ to|instead of|skip|except)\b[^.;!?\n]{0,14}$")
_WORDS_OF = {"steak": "NY strip steak", "strip": "NY strip steak", "beef": "NY strip steak", "prawns": "shrimp",
             "prawn": "shrimp", "shrimps": "shrimp", "squid": "calamari"}  # fmt: skip
_COUNTED = re.compile(
    r"(?:(?<![\d$.,:/-])(\d{1,3})\s*(?:x\s*|of us |people |portions? (?:of )?|want |ny |strip )*)?\b([a-z]{4,})\b"
)
_UNDECIDED = re.compile(
    r"\b(?:not sure|don'?t know|undecided|haven'?t decided|decide later|later|no idea|idk|tbd|any(?:thing)?|whatever"
    r"|a mix|mixed|up to you|you (?:choose|pick))\b"
)


@dataclass(frozen=True, slots=True)
class BookingDetails:
    """What one message says; ``proteins`` maps an included protein to its portions."""

    address: str | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    allergies: tuple[str, ...] = ()
    proteins: Mapping[str, int | None] = field(default_factory=dict)
    proteins_open: bool = False


def read(business: Business, text: str, asked: frozenset[str] = frozenset()) -> tuple[BookingDetails, str]:
    """The booking details of a message, and the text without those words whose numbers count nobody.

    ``asked`` holds what the answer before asked for: an address alone needs no street word then.
    """
    email = _EMAIL.search(text) if "@" in text else None
    rest = _EMAIL.sub(" ; ", text) if email else text
    numbered = _DIGIT.search(text) is not None
    phone = _PHONE.search(text) if numbered else None
    rest = _PHONE.sub(" ; ", rest) if numbered else rest
    written = _ADDRESS.search(rest) if numbered else None
    address = written[0].strip(" ,.") if written else None
    if address is None and asked == {"address"} and _ANSWERED_ADDRESS.match(rest) and len(rest.split()) >= 3:
        address = _ADDRESS_LEAD.sub("", rest).strip(" ,.")[:200]
        rest = ""
    rest = _ADDRESS.sub(" ; ", rest) if written else rest
    named = _NAME.search(text)
    plain = in_digits(rest)
    asks_back = "?" in text
    proteins = {} if asks_back and "proteins" not in asked else _proteins(business, plain)
    found = BookingDetails(
        address=address,
        name=named[1].strip().title() if named else None,
        phone=phone[0].strip() if phone else None,
        email=email[0] if email else None,
        allergies=_allergies(plain),
        proteins=proteins,
        proteins_open="proteins" in asked and not proteins and bool(_UNDECIDED.search(plain)),
    )
    return found, rest


def _allergies(plain: str) -> tuple[str, ...]:
    words = []
    for found in _ALLERGY.finditer(plain):
        said = next(group for group in found.groups() if group)
        words += [word for word in re.split(r",| and | or | & ", said) if word.strip() and not _NO_ALLERGY.search(word)]
    return tuple(dict.fromkeys(word.strip() for word in words))


def _proteins(business: Business, plain: str) -> dict[str, int | None]:
    names = _names(business.menu.proteins)
    found: dict[str, int | None] = {}
    for match in _COUNTED.finditer(plain):
        name = _protein(match[2], names)
        if name is None:
            continue
        before = re.split(r"[.;!?\n,]", plain[: match.start(2)])[-1]
        if _NEGATED.search(before) or re.search(r"\b(?:extra|upgrade)\b[^.;,]{0,8}$", before):
            continue
        found[name] = int(match[1]) if match[1] else found.get(name)
    return found


def _names(proteins: tuple[str, ...]) -> dict[str, str]:
    own = {word: protein for protein in proteins for word in (protein.casefold(), protein.casefold().split()[-1])}
    return {word: name for word, name in _WORDS_OF.items() if name in proteins} | own


def _protein(word: str, known: Mapping[str, str]) -> str | None:
    if word in known or len(word) < 5:
        return known.get(word)
    near = meant(word, known)
    return known[near] if near and near[0] == word[0] else None
