"""What a scrub gives back: the types of personal data, findings with offsets, and the risk of a text."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class PiiType(StrEnum):
    """Kinds of personal data, the most harmful first: where findings overlap, the earlier kind names the whole."""

    CREDIT_CARD = "CREDIT_CARD"
    US_SSN = "US_SSN"
    IBAN = "IBAN"
    BANK_ACCOUNT = "BANK_ACCOUNT"
    GOVERNMENT_ID = "GOVERNMENT_ID"
    EMAIL = "EMAIL"
    URL = "URL"
    SOCIAL_HANDLE = "SOCIAL_HANDLE"
    IP = "IP"
    COORDINATES = "COORDINATES"
    PHONE = "PHONE"
    PASSWORD = "PASSWORD"
    GATE_CODE = "GATE_CODE"
    VEHICLE_PLATE = "VEHICLE_PLATE"
    DATE_OF_BIRTH = "DATE_OF_BIRTH"
    ADDRESS = "ADDRESS"
    PERSON = "PERSON"


SEVERITY: Mapping[str, int] = {kind.value: len(PiiType) - rank for rank, kind in enumerate(PiiType)}
"""Higher is more harmful; decides the label of overlapping findings."""

REGIONS = ("US", "CA", "MX")
"""Countries whose phone numbers are found without a country code."""

HIGH_RISK = frozenset({PiiType.CREDIT_CARD, PiiType.US_SSN, PiiType.IBAN, PiiType.BANK_ACCOUNT, PiiType.GOVERNMENT_ID})
"""Kinds that allow fraud by themselves."""


class Risk(StrEnum):
    """How harmful the original text would be in the wrong hands."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of personal data: ``start`` and ``end`` are character offsets in the original text, end exclusive.

    ``score`` is the recogniser's confidence, 0..1; ``recognizer`` its name.
    """

    type: PiiType
    start: int
    end: int
    placeholder: str
    score: float
    recognizer: str


@dataclass(frozen=True, slots=True)
class ScrubResult:
    """A text without its personal data.

    Replacing every finding's slice of the original by its placeholder gives ``text``. ``risk`` describes the original;
    ``safe_for_training`` is False when a number like those of cards, accounts or social security is still in ``text``.
    """

    text: str
    findings: tuple[Finding, ...]
    risk: Risk
    safe_for_training: bool

    @property
    def counts(self) -> dict[str, int]:
        """Number of findings by type, in alphabetical order."""
        return dict(sorted(Counter(finding.type.value for finding in self.findings).items()))
